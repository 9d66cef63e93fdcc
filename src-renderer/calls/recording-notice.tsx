import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { Dismiss20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { SavedRecording } from '../../src-shared/contract/calls.ts';
import { useCall, useEvent } from '../bridge/client-context.tsx';
import { useAbilities } from '../settings/use-abilities.ts';
import { useAnnounce } from '../ui/live-regions.tsx';
import { useAction } from '../ui/use-action.ts';

/** Where the newest recording was saved, until it is dismissed. */
export function RecordingNotice() {
  const { t } = useLingui();
  const announce = useAnnounce();
  const call = useCall();
  const action = useAction();
  const canShow = useAbilities().includes('files');
  const [saved, setSaved] = useState<SavedRecording>();
  useEvent('call.recorded', (recording) => {
    // Why the one before could not be shown says nothing about this one.
    action.clear();
    setSaved(recording);
    announce(t`The recording was saved as ${recording.file}.`);
  });
  if (saved === undefined) return null;
  const { recordingId, file, folder } = saved;
  return (
    <MessageBar intent={action.error === undefined ? 'success' : 'error'} layout="multiline" className="callproblem">
      <MessageBarBody>
        {action.error ?? (
          <Trans>
            The recording was saved as {file} in {folder}.
          </Trans>
        )}
      </MessageBarBody>
      <MessageBarActions
        containerAction={
          <Button
            appearance="transparent"
            icon={<Dismiss20Regular />}
            aria-label={t`Dismiss`}
            onClick={() => {
              setSaved(undefined);
            }}
          />
        }
      >
        {canShow && (
          <Button
            size="small"
            disabledFocusable={action.busy}
            onClick={() => {
              void action.run(() => call('calls.showRecording', { recordingId }));
            }}
          >
            <Trans>Show in folder</Trans>
          </Button>
        )}
      </MessageBarActions>
    </MessageBar>
  );
}
