import { FluentProvider } from '@fluentui/react-components';
import { useState } from 'react';
import { useConnectionState, useTopic } from './bridge/client-context.tsx';
import { RefusedPage } from './shell/refused-page.tsx';
import { Shell } from './shell/shell.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';
import { useAppearance } from './ui/use-appearance.ts';
import { ErrorBoundary } from './ui/error-boundary.tsx';
import { LiveRegions } from './ui/live-regions.tsx';
import { darkTheme, lightTheme } from './theme.ts';

export function App() {
  const dark = useAppearance() === 'dark';
  return (
    // The class, unlike a data attribute, is copied to Fluent's portals, so that popovers get the product's variables.
    <FluentProvider
      theme={dark ? darkTheme : lightTheme}
      className={dark ? 'provider theme-dark' : 'provider theme-light'}
    >
      <ErrorBoundary>
        <LiveRegions>
          <Stage />
        </LiveRegions>
      </ErrorBoundary>
    </FluentProvider>
  );
}

/** Which page: refused, sign-in, or the shell. The shell comes up over cached data while sign-in is resumed. */
function Stage() {
  const connection = useConnectionState();
  const session = useTopic('session');
  const [signingInHere, setSigningInHere] = useState(false);

  if (connection === 'refused') return <RefusedPage />;
  // A moment at start: an empty page is calmer than a spinner that flashes.
  if (session === undefined) return <main className="app" aria-busy />;
  if (session.state === 'signedOut' && !signingInHere) setSigningInHere(true);
  if (session.state === 'signedIn' && signingInHere) setSigningInHere(false);
  const resuming = session.state === 'signingIn' && session.accountId !== undefined && !signingInHere;
  if (session.state === 'signedIn' || resuming) return <Shell session={session} />;
  return <SignInPage session={session} />;
}
