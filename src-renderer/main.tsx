import { createDOMRenderer, RendererProvider } from '@fluentui/react-components';
import { I18nProvider } from '@lingui/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ContractClient } from '../src-shared/rpc/client.ts';
import { App } from './app.tsx';
import { browserClock } from './bridge/browser-clock.ts';
import { ClientProvider } from './bridge/client-context.tsx';
import { createConnector } from './bridge/connect.ts';
import { reportUncaught } from './bridge/report-uncaught.ts';
import { i18n, loadWords } from './i18n.ts';
import { MediaProvider } from './media/media-context.tsx';
import { WindowMedia } from './media/window-media.ts';
import './styles/base.css';
import './styles/search.css';
import './styles/shell.css';
import './styles/contacts.css';
import './styles/chat.css';
import './styles/calls.css';
import './styles/voicemail.css';
import './styles/settings.css';
import './styles/sign-in.css';
import './styles/parts.css';

loadWords(location.search);

const connector = createConnector(window);
const reportInternal = (where: string, error: unknown) => {
  reportUncaught(client, where, error);
};
const media = new WindowMedia({ clientId: connector.clientId, clock: browserClock, reportInternal });
const client = new ContractClient({
  connect: connector.connect,
  handlers: media.handlers,
  clock: browserClock,
  reportInternal,
});
window.addEventListener('error', (event) => {
  reportUncaught(client, 'window', event.error);
});
window.addEventListener('unhandledrejection', (event) => {
  reportUncaught(client, 'promise', event.reason);
});
document.addEventListener('securitypolicyviolation', (event) => {
  // Blocked already; the log tells support that something was tried, or that a view of ours breaks the policy.
  const { effectiveDirective, blockedURI, sourceFile, lineNumber } = event;
  const what = `${effectiveDirective} blocked ${blockedURI} from ${sourceFile}:${String(lineNumber)}`;
  reportUncaught(client, 'content-policy', new Error(what));
});
client.start();
media.start(client);

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no root');
const nonce = document.querySelector('meta[name="parley-style-nonce"]')?.getAttribute('content') ?? '';

createRoot(root, {
  onCaughtError: (error) => {
    reportUncaught(client, 'view', error);
  },
}).render(
  <StrictMode>
    <RendererProvider renderer={createDOMRenderer(document, { styleElementAttributes: { nonce } })}>
      <I18nProvider i18n={i18n}>
        <ClientProvider client={client} clientId={connector.clientId}>
          <MediaProvider media={media}>
            <App />
          </MediaProvider>
        </ClientProvider>
      </I18nProvider>
    </RendererProvider>
  </StrictMode>,
);
