import { Button } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useAudioDevices, useMedia } from '../media/media-context.tsx';
import { useAction } from '../ui/use-action.ts';
import { CodecOrder } from './codec-order.tsx';
import { HeadsetPanel } from './headset-panel.tsx';
import { RankedDevices } from './ranked-devices.tsx';
import { RingerDevices } from './ringer-devices.tsx';
import { Row, SettingPanel, SettingRow } from './setting-row.tsx';
import { TestCallPanel } from './test-call-panel.tsx';

/** Microphone, speakers and ringers of this computer, what is done to the voice, and a test of it all. */
export function AudioPage() {
  const { t } = useLingui();
  const media = useMedia();
  const devices = useAudioDevices();
  const action = useAction();
  return (
    <>
      {!devices.named && (
        <div className="panel rows">
          <Row
            label={t`Devices have no names yet`}
            hint={t`The system names them once Parley may use the microphone.`}
            error={action.error}
          >
            <Button
              disabledFocusable={action.busy}
              onClick={() => {
                void action.run(allowMicrophone).then(() => media.devices.devices.read());
              }}
            >
              <Trans>Allow microphone</Trans>
            </Button>
          </Row>
        </div>
      )}
      <h2 className="h-sm set__h">
        <Trans>Devices</Trans>
      </h2>
      <div className="panel rows">
        <RankedDevices name="devices.microphones" present={devices.inputs} systemOne={devices.defaultInput} />
        <RankedDevices name="devices.speakers" present={devices.outputs} systemOne={devices.defaultOutput} />
        <RingerDevices name="devices.ringers" present={devices.outputs} systemOne={devices.defaultOutput} />
      </div>
      <h2 className="h-sm set__h">
        <Trans>Test</Trans>
      </h2>
      <TestCallPanel />
      <h2 className="h-sm set__h">
        <Trans>Your voice</Trans>
      </h2>
      <SettingPanel names={['devices.echoCancellation', 'devices.noiseSuppression', 'devices.autoGain']} />
      <h2 className="h-sm set__h">
        <Trans>Headset</Trans>
      </h2>
      <HeadsetPanel />
      <h2 className="h-sm set__h">
        <Trans>Sound</Trans>
      </h2>
      <SettingPanel
        names={['calls.ringVolumePercent', 'calls.mediaEncryption', 'calls.audioPortRange', 'calls.videoPortRange']}
      />
      <h2 className="h-sm set__h">
        <Trans>Codecs</Trans>
      </h2>
      <div className="panel rows">
        <CodecOrder />
        <SettingRow name="calls.g729Library" />
      </div>
    </>
  );
}

/** Asks for the microphone and lets go of it at once: only the permission is wanted. */
async function allowMicrophone(): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  for (const track of stream.getTracks()) track.stop();
}
