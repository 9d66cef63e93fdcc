import { useEffect } from 'react';
import { activeCall } from '../../src-shared/model/calls-at-hand.ts';
import { useClientId, useTopic } from '../bridge/client-context.tsx';

/**
 * In the browser shell the sound of a call is in this page, and the program ends with its last one: the browser asks
 * before it closes or loads the page during a call. The desktop program only hides its window.
 */
export function useAskBeforeLeaving(): void {
  const clientId = useClientId();
  const isHolder = useTopic('lease')?.holder === clientId;
  const inCall = activeCall(useTopic('calls')?.calls ?? []) !== undefined;
  const asks = isHolder && inCall && window.parley === undefined;
  useEffect(() => {
    if (!asks) return undefined;
    const ask = (event: BeforeUnloadEvent): void => {
      // The words are the browser's own.
      event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => {
      window.removeEventListener('beforeunload', ask);
    };
  }, [asks]);
}
