import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useCall } from '../bridge/client-context.tsx';
import { leaveDeleted } from '../shell/after-deletion.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useCallerName } from '../ui/caller.ts';
import { useAction } from '../ui/use-action.ts';
import type { CallGroup } from './call-words.ts';

/** Asks before a row of the history, which may stand for several calls, is deleted. */
export function DeleteCallsDialog(props: {
  readonly group: Pick<CallGroup, 'newest' | 'ids'>;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const { group, onClose } = props;
  const name = useCallerName()(group.newest);
  const count = group.ids.length;
  return (
    <ConfirmDialog
      title={t`${plural(count, {
        one: `Delete the call with ${name} from the history?`,
        other: `Delete # calls with ${name} from the history?`,
      })}`}
      confirmLabel={<Trans>Delete</Trans>}
      busy={action.busy}
      error={action.error}
      onCancel={onClose}
      onConfirm={() => {
        void action
          .run(() => call('history.remove', { callIds: [...group.ids] }))
          .then((done) => {
            if (!done) return;
            onClose();
            leaveDeleted('calls', group.ids);
          });
      }}
    >
      <Trans>This cannot be taken back. Recordings of calls stay where they are.</Trans>
    </ConfirmDialog>
  );
}
