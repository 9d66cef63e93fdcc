import { Trans } from '@lingui/react/macro';
import { ServerRulesPanel } from './server-rules-panel.tsx';
import { SettingPanel } from './setting-row.tsx';
import { useAbilities } from './use-abilities.ts';

/** How calls are placed, and how numbers are read on their way out and in. */
export function CallsPage() {
  const opensLinks = useAbilities().includes('links');
  return (
    <>
      <h2 className="h-sm set__h">
        <Trans>Incoming calls</Trans>
      </h2>
      <SettingPanel
        names={[
          'calls.rulesBy',
          'calls.doNotDisturb',
          'calls.forwardAlways',
          'calls.forwardBusy',
          'calls.forwardNoAnswer',
          'calls.forwardNoAnswerS',
          'calls.autoAnswer',
        ]}
      />
      <ServerRulesPanel />
      <h2 className="h-sm set__h">
        <Trans>Dial pad</Trans>
      </h2>
      <SettingPanel names={['phone.voicemailNumber', 'calls.speedDials', 'phone.dtmf', 'calls.emergencyNumbers']} />
      <h2 className="h-sm set__h">
        <Trans>Recording</Trans>
      </h2>
      <SettingPanel names={['calls.recording', 'calls.recordingFormat', 'calls.recordingFolder']} />
      <h2 className="h-sm set__h">
        <Trans>Services of the phone server</Trans>
      </h2>
      <SettingPanel
        names={[
          'calls.parkCode',
          'calls.parkBy',
          'calls.retrieveCode',
          'calls.pickUpCode',
          'calls.pickUpDirectly',
          'calls.groupPickUpCode',
          'calls.callBackCode',
          'calls.forwardAlwaysOnCode',
          'calls.forwardAlwaysOffCode',
          'calls.forwardBusyOnCode',
          'calls.forwardBusyOffCode',
          'calls.forwardNoAnswerOnCode',
          'calls.forwardNoAnswerOffCode',
          'calls.doNotDisturbOnCode',
          'calls.doNotDisturbOffCode',
        ]}
      />
      <h2 className="h-sm set__h">
        <Trans>Numbers</Trans>
      </h2>
      <SettingPanel
        names={[
          ...(opensLinks ? ['links.open'] : []),
          'calls.links',
          'calls.region',
          'calls.extensionDigits',
          'calls.dialRules',
          'calls.lookupRules',
        ]}
      />
    </>
  );
}
