import { Trans } from '@lingui/react/macro';
import type { VoiceMessage } from '../../src-shared/model/voicemail.ts';
import { useCall } from '../bridge/client-context.tsx';
import { leaveDeleted } from '../shell/after-deletion.ts';
import { useCallerName } from '../ui/caller.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useAction } from '../ui/use-action.ts';

/** Asks before a voice message is removed from its server. */
export function DeleteMessageDialog(props: {
  readonly message: VoiceMessage;
  readonly onClose: () => void;
  /** For a message that is not open. */
  readonly focusNeighbour: () => void;
}) {
  const call = useCall();
  const action = useAction();
  const { message, onClose } = props;
  const name = useCallerName()(message);
  return (
    <ConfirmDialog
      title={<Trans>Delete the voice message from {name}?</Trans>}
      confirmLabel={<Trans>Delete</Trans>}
      busy={action.busy}
      error={action.error}
      onCancel={onClose}
      onConfirm={() => {
        void action
          .run(() => call('voicemail.delete', { id: message.id }))
          .then((done) => {
            if (!done) return;
            onClose();
            leaveDeleted('voicemail', [message.id], props.focusNeighbour);
          });
      }}
    >
      <Trans>It is deleted on the voicemail server too, and cannot be brought back.</Trans>
    </ConfirmDialog>
  );
}
