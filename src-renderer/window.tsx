import { createDOMRenderer, RendererProvider } from '@fluentui/react-components';
import { I18nProvider } from '@lingui/react';
import { StrictMode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { ContractClient } from '../src-shared/rpc/client.ts';
import { App } from './app.tsx';
import { ClientProvider } from './bridge/client-context.tsx';
import { reportUncaught } from './bridge/report-uncaught.ts';
import { IncomingWindow } from './calls/incoming-window.tsx';
import { showDraftsOf } from './chat/drafts.ts';
import { i18n } from './i18n.ts';
import { MediaProvider } from './media/media-context.tsx';
import type { WindowMedia } from './media/window-media.ts';

export interface WindowParts {
  /** On its way to the service. */
  readonly client: ContractClient;
  readonly clientId: string;
  readonly media: WindowMedia;
  /** The small window of incoming calls, without sound. */
  readonly isIncoming: boolean;
}

/** Everything that is seen, drawn when this returns. The words are loaded before. */
export function drawWindow({ client, clientId, media, isIncoming }: WindowParts): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no root');
  // Before any view: one that shows another account must find that account's drafts.
  const followAccount = () => {
    showDraftsOf(client.snapshot('session')?.accountId);
  };
  client.subscribe('session', followAccount);
  followAccount();
  const nonce = document.querySelector('meta[name="parley-style-nonce"]')?.getAttribute('content') ?? '';
  const view = createRoot(root, {
    onCaughtError: (error) => {
      reportUncaught(client, 'view', error);
    },
  });
  const content = (
    <StrictMode>
      <RendererProvider renderer={createDOMRenderer(document, { styleElementAttributes: { nonce } })}>
        <I18nProvider i18n={i18n}>
          <ClientProvider client={client} clientId={clientId}>
            {isIncoming ? (
              <IncomingWindow />
            ) : (
              <MediaProvider media={media}>
                <App />
              </MediaProvider>
            )}
          </ClientProvider>
        </I18nProvider>
      </RendererProvider>
    </StrictMode>
  );
  // At once, not in a task of its own: see main.ts.
  flushSync(() => {
    view.render(content);
  });
}
