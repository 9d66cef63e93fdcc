import { Button } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { headsetButtonsKey } from '../media/headset/headset-link.ts';
import { useHeadsets, useMedia } from '../media/media-context.tsx';
import { useAction } from '../ui/use-action.ts';
import { Row, SettingRow } from './setting-row.tsx';

/** Headsets whose buttons and lamps work with calls, and the permission for another one. */
export function HeadsetPanel() {
  const { t } = useLingui();
  const { headsets } = useMedia();
  const names = useHeadsets();
  const action = useAction();
  const hint =
    names === undefined
      ? t`This browser cannot talk to headset buttons.`
      : names.length === 0
        ? t`Allow Parley to use the buttons of your headset once.`
        : t`Working: ${names.join(', ')}`;
  return (
    <div className="panel rows">
      <SettingRow name={headsetButtonsKey} />
      <Row label={t`Your headset`} hint={hint} error={action.error}>
        {names !== undefined && (
          <Button
            disabledFocusable={action.busy}
            onClick={() => {
              if (!action.busy) void action.run(() => headsets.allow());
            }}
          >
            <Trans>Connect headset buttons…</Trans>
          </Button>
        )}
      </Row>
    </div>
  );
}
