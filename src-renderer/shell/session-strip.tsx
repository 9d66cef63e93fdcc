import { Link } from '@fluentui/react-components';
import { Trans } from '@lingui/react/macro';
import { useTopic } from '../bridge/client-context.tsx';
import { formatRoute } from './route.ts';

/** Why the account that is signed in cannot be used as it should be; the sign-in page says it itself. */
export function useSessionProblem(): string | undefined {
  const session = useTopic('session');
  return session?.state === 'signedIn' ? session.failure : undefined;
}

/** What a person can do about it: settings and password stand on one page. */
export function SessionProblemLink() {
  return (
    <Link className="strip__link" href={formatRoute({ section: 'settings', item: 'account' })}>
      <Trans>Open Settings</Trans>
    </Link>
  );
}
