import { Trans } from '@lingui/react/macro';
import type { VoiceMessage } from '../../src-shared/model/voicemail.ts';
import { useCall } from '../bridge/client-context.tsx';
import { focusDetail } from '../shell/focus-detail.ts';
import { navigate } from '../shell/route.ts';
import { useCallerName } from '../ui/caller.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useAction } from '../ui/use-action.ts';

/** Asks before a voice message is removed from its server. */
export function DeleteMessageDialog(props: { readonly message: VoiceMessage; readonly onClose: () => void }) {
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
            navigate({ section: 'voicemail' });
            focusDetail();
          });
      }}
    >
      <Trans>It is deleted on the voicemail server too, and cannot be brought back.</Trans>
    </ConfirmDialog>
  );
}
