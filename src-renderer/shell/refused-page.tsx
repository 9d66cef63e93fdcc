import { Trans } from '@lingui/react/macro';
import { ShieldError48Regular } from '@fluentui/react-icons';

/** The service did not accept this window's secret. */
export function RefusedPage() {
  return (
    <main className="empty empty--page">
      <ShieldError48Regular />
      <h1>
        <Trans>This window may not use Parley</Trans>
      </h1>
      <p>
        <Trans>
          Parley only answers windows that it opened itself, so that no other page can reach your calls and chats. Close
          this window and start Parley again, or open the full address that it printed when it started.
        </Trans>
      </p>
    </main>
  );
}
