import { Button } from '@fluentui/react-components';
import { Trans } from '@lingui/react/macro';
import { Component } from 'react';
import type { ReactNode } from 'react';

/** A bug in a view shows as words instead of an empty window. What went wrong goes to the log by createRoot's own hook. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="empty" role="alert">
        <h2>
          <Trans>This page stopped working</Trans>
        </h2>
        <p>
          <Trans>Calls and chats go on in the background. The log has the details.</Trans>
        </p>
        <Button
          appearance="primary"
          onClick={() => {
            location.reload();
          }}
        >
          <Trans>Load the window again</Trans>
        </Button>
      </main>
    );
  }
}
