import { useEffect, useState } from 'react';
import { useConnectionState, useTopic } from './bridge/client-context.tsx';
import { RefusedPage } from './shell/refused-page.tsx';
import { Shell } from './shell/shell.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { dialogGone, revealPage } from './ui/dialog-gone.ts';
import { PageFrame } from './ui/page-frame.tsx';

export function App() {
  return (
    <PageFrame>
      <Stage />
    </PageFrame>
  );
}

/** Which page: refused, sign-in, or the shell. The shell comes up over cached data while sign-in is resumed. */
function Stage() {
  const connection = useConnectionState();
  const session = useTopic('session');
  const [signingInHere, setSigningInHere] = useState(false);

  const isOut = connection === 'refused' || session?.state === 'signedOut';
  useEffect(() => {
    if (isOut) void dialogGone().then(revealPage);
  }, [isOut]);

  if (connection === 'refused') return <RefusedPage />;
  // A moment at start: an empty page is calmer than a spinner that flashes.
  if (session === undefined) return <main className="app" aria-busy />;
  if (session.state === 'signedOut' && !signingInHere) setSigningInHere(true);
  if (session.state === 'signedIn' && signingInHere) setSigningInHere(false);
  const resuming = session.state === 'signingIn' && session.accountId !== undefined && !signingInHere;
  if (session.state === 'signedIn' || resuming) return <Shell session={session} />;
  return <SignInPage session={session} />;
}
