import { Plural, Trans } from '@lingui/react/macro';
import { useCall } from '../bridge/client-context.tsx';
import { focusDetail } from '../shell/focus-detail.ts';
import { navigate } from '../shell/route.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useCallerName } from '../ui/caller.ts';
import { useAction } from '../ui/use-action.ts';
import type { CallGroup } from './call-words.ts';

/** Asks before a row of the history, which may stand for several calls, is deleted. */
export function DeleteCallsDialog(props: {
  readonly group: Pick<CallGroup, 'newest' | 'ids'>;
  readonly onClose: () => void;
}) {
  const call = useCall();
  const action = useAction();
  const { group, onClose } = props;
  const name = useCallerName()(group.newest);
  return (
    <ConfirmDialog
      title={
        <Plural
          value={group.ids.length}
          one={<Trans>Delete the call with {name} from the history?</Trans>}
          other={<Trans># calls with {name}: delete them from the history?</Trans>}
        />
      }
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
            navigate({ section: 'calls' });
            focusDetail();
          });
      }}
    >
      <Trans>It cannot be brought back. Recordings of calls stay where they are.</Trans>
    </ConfirmDialog>
  );
}
