import { createContext, useCallback, useContext, useState } from 'react';
import type { ReactNode } from 'react';

type Announce = (text: string, urgency?: 'polite' | 'assertive') => void;

const AnnounceContext = createContext<Announce>(() => undefined);

/**
 * Two regions that screen readers watch. They stay in the page from the start: a region that appears
 * together with its text is not read.
 */
export function LiveRegions({ children }: { readonly children: ReactNode }) {
  const [polite, setPolite] = useState('');
  const [assertive, setAssertive] = useState('');
  const announce = useCallback<Announce>((text, urgency = 'polite') => {
    // The same text twice in a row must differ to be read again.
    const vary = (before: string) => (before === text ? `${text}\u00a0` : text);
    if (urgency === 'polite') setPolite(vary);
    else setAssertive(vary);
  }, []);
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="sr-only" role="status" aria-live="polite">
        {polite}
      </div>
      <div className="sr-only" role="alert" aria-live="assertive">
        {assertive}
      </div>
    </AnnounceContext>
  );
}

/** Says something to a screen reader: `assertive` only for an incoming call, a call that ended, a message not sent. */
export function useAnnounce(): Announce {
  return useContext(AnnounceContext);
}
