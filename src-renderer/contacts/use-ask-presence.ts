import { useLingui } from '@lingui/react/macro';
import { useCall } from '../bridge/client-context.tsx';
import { useShowProblem } from '../calls/use-show-problem.ts';
import { useAnnounce } from '../ui/live-regions.tsx';

/** Asks a contact to show their presence, and says that it was asked or shows why not. */
export function useAskPresence(): (jid: string) => void {
  const { t } = useLingui();
  const call = useCall();
  const announce = useAnnounce();
  const showProblem = useShowProblem();
  return (jid) => {
    call('roster.askPresence', { jid }).then(() => {
      announce(t`They are asked whether you may see their presence.`);
    }, showProblem);
  };
}
