import { Trans } from '@lingui/react/macro';
import type { Conversation } from '../../src-shared/model/message.ts';
import { useCall } from '../bridge/client-context.tsx';
import { leaveDeleted } from '../shell/after-deletion.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useAction } from '../ui/use-action.ts';
import { keepDraft } from './drafts.ts';

/** Asks before a chat is deleted from this computer. */
export function DeleteChatDialog(props: {
  readonly chat: Pick<Conversation, 'peer' | 'name'>;
  readonly onClose: () => void;
}) {
  const call = useCall();
  const action = useAction();
  const { chat, onClose } = props;
  const { peer, name } = chat;
  return (
    <ConfirmDialog
      title={<Trans>Delete the chat with {name}?</Trans>}
      confirmLabel={<Trans>Delete</Trans>}
      busy={action.busy}
      error={action.error}
      onCancel={onClose}
      onConfirm={() => {
        void action
          .run(() => call('chat.delete', { peer }))
          .then((done) => {
            if (!done) return;
            keepDraft(peer, '');
            onClose();
            leaveDeleted('chats', [peer]);
          });
      }}
    >
      <Trans>
        All its messages are deleted from this computer, and what waits to be sent in it is not sent. {name} keeps their
        copy, and so does the archive of your conversations where you keep one.
      </Trans>
    </ConfirmDialog>
  );
}
