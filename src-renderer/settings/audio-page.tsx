import { Button, Select } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useAction } from '../ui/use-action.ts';
import { Row, SettingPanel } from './setting-row.tsx';
import { settingWords } from './setting-words.ts';
import { useSetting } from './use-setting.ts';

interface Device {
  readonly id: string;
  readonly name: string;
}

interface Devices {
  readonly inputs: readonly Device[];
  readonly outputs: readonly Device[];
  /** The browser names devices only after the microphone was allowed once. */
  readonly named: boolean;
}

async function readDevices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind) =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== '' && device.deviceId !== 'default')
      .map((device) => ({ id: device.deviceId, name: device.label }));
  return { inputs: of('audioinput'), outputs: of('audiooutput'), named: all.some((device) => device.label !== '') };
}

function useDevices(): readonly [devices: Devices, reload: () => void] {
  const [devices, setDevices] = useState<Devices>({ inputs: [], outputs: [], named: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    const read = () => {
      readDevices().then(
        (found) => {
          if (current) setDevices(found);
        },
        () => undefined,
      );
    };
    read();
    navigator.mediaDevices.addEventListener('devicechange', read);
    return () => {
      current = false;
      navigator.mediaDevices.removeEventListener('devicechange', read);
    };
  }, [round]);
  return [
    devices,
    () => {
      setRound((count) => count + 1);
    },
  ];
}

/** Microphone, speakers and ringers of this computer. */
export function AudioPage() {
  const { t } = useLingui();
  const [devices, reload] = useDevices();
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
                void action.run(allowMicrophone).then(reload);
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
        <DeviceRow name="devices.microphone" devices={devices.inputs} />
        <DeviceRow name="devices.speaker" devices={devices.outputs} />
        <DeviceRow name="devices.ringers" devices={devices.outputs} />
      </div>
      <h2 className="h-sm set__h">
        <Trans>Sound</Trans>
      </h2>
      <SettingPanel names={['calls.ringVolumePercent', 'calls.audioCodecs']} />
    </>
  );
}

/** Asks for the microphone and lets go of it at once: only the permission is wanted. */
async function allowMicrophone(): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  for (const track of stream.getTracks()) track.stop();
}

function DeviceRow(props: { readonly name: string; readonly devices: readonly Device[] }) {
  const { t } = useLingui();
  const setting = useSetting(props.name);
  const { state } = setting;
  const words = settingWords[props.name];
  if (state === undefined || words === undefined) return null;
  const isList = state.control.kind === 'list';
  const chosen = typeof state.value === 'object' ? (state.value[0] ?? '') : String(state.value);
  const known = props.devices.some((device) => device.id === chosen);
  return (
    <Row
      label={t(words.label)}
      hint={words.hint === undefined ? undefined : t(words.hint)}
      locked={state.locked}
      error={setting.error}
    >
      <Select
        className="ctl-lg"
        aria-label={t(words.label)}
        aria-disabled={state.locked}
        value={chosen}
        onChange={(_event, data) => {
          if (state.locked) return;
          if (isList) setting.set(data.value === '' ? [] : [data.value]);
          else setting.set(data.value);
        }}
      >
        <option value="">{t`As the system`}</option>
        {chosen !== '' && !known && <option value={chosen}>{t`A device that is not connected`}</option>}
        {props.devices.map((device, index) => {
          const number = index + 1;
          return (
            <option key={device.id} value={device.id}>
              {device.name === '' ? t`Device ${number}` : device.name}
            </option>
          );
        })}
      </Select>
    </Row>
  );
}
