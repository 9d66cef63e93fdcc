import { useLingui } from '@lingui/react/macro';
import { useCall } from '../bridge/client-context.tsx';
import { usePlaceCall } from '../calls/use-place-call.ts';
import { useShowProblem } from '../calls/use-show-problem.ts';
import { navigate } from '../shell/route.ts';
import { focusDetail } from '../shell/focus-detail.ts';
import { useAnnounce } from '../ui/live-regions.tsx';

export interface Reach {
  readonly chat: (jid: string) => void;
  /** Calls the first number that the person's card has; opens the card when it has none. */
  readonly call: (jid: string, name: string) => void;
}

/** The two ways to a person from anywhere in the window. */
export function useReach(): Reach {
  const { t } = useLingui();
  const ask = useCall();
  const placeCall = usePlaceCall();
  const announce = useAnnounce();
  const showProblem = useShowProblem();
  return {
    chat: (jid) => {
      navigate({ section: 'chats', item: jid });
      focusDetail();
    },
    call: (jid, name) => {
      ask('people.card', { jid }).then(({ person }) => {
        const number = person?.numbers[0];
        if (number !== undefined) {
          placeCall(number.e164 ?? number.shown, name);
          return;
        }
        announce(t`No telephone number of ${name} is known.`);
        navigate({ section: 'contacts', item: jid });
      }, showProblem);
    },
  };
}
