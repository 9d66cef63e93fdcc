import { ContractClient } from '../src-shared/rpc/client.ts';
import { browserClock } from './bridge/browser-clock.ts';
import { createConnector } from './bridge/connect.ts';
import { firstTopicsShown, incomingTopics } from './bridge/first-topics.ts';
import { reportUncaught } from './bridge/report-uncaught.ts';
import { setCallProblem } from './calls/call-problem.ts';
import { loadWords } from './i18n.ts';
import { WindowMedia } from './media/window-media.ts';
// The order of the sheets decides; what views import themselves stands first.
import './calls/calls-parts.css';
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

/** Milliseconds after which sound is prepared, however busy the window is. */
const preparedWithinMs = 500;

/** The Electron shell shows the same page in a small window of its own while calls ring. */
const isIncoming = new URLSearchParams(location.search).get('window') === 'incoming';
document.documentElement.classList.toggle('incoming', isIncoming);

const connector = createConnector(window);
const reportInternal = (where: string, error: unknown) => {
  reportUncaught(client, where, error);
};
const media = new WindowMedia({
  clientId: connector.clientId,
  clock: browserClock,
  reportInternal,
  refused: setCallProblem,
});
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
const shown = firstTopicsShown(client, browserClock, ...(isIncoming ? [incomingTopics] : []));
client.start();
// Sound is the large window's: the small one neither rings nor takes the microphone.
if (!isIncoming) media.start(client);

// The larger part of the program was fetched meanwhile: the page names it. It runs when there is something to draw, because
// Chromium keeps for the next start what was compiled by the end of the task in which a script ran first.
await shown;
const { drawWindow } = await import('./window.tsx');
drawWindow({ client, clientId: connector.clientId, media, isIncoming });
// Behind the first picture, which would have to wait for it.
if (!isIncoming) {
  const prepare = () => {
    media.prepare();
  };
  requestIdleCallback(prepare, { timeout: preparedWithinMs });
}
