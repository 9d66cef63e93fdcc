import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { ReconnectorStatus } from '../core/reconnector-options.ts';
import { failedHealth } from '../core/failure-words.ts';
import { formatServer } from '../core/server-list.ts';
import { notStoredWords } from './stream-failures.ts';

const offlineWords = msg('Chat is offline. Messages you write are sent when the connection returns.');

/** How chat is, for the one place that shows all services. */
export function chatHealth(status: ReconnectorStatus): ServiceHealth {
  const service = 'chat';
  switch (status.state) {
    case 'stopped':
      return { service, state: 'off', message: '' };
    case 'connecting': {
      const server = status.server === undefined ? {} : { server: formatServer(status.server) };
      if (!status.everUp && status.failure === undefined) return { service, state: 'starting', message: '', ...server };
      return { service, state: 'reconnecting', ...wordsOf(status.failure), ...server };
    }
    case 'waiting':
      return { service, state: 'reconnecting', ...wordsOf(status.failure) };
    case 'up':
      return { service, state: 'ok', message: '', server: formatServer(status.server) };
    case 'failed':
      return failedHealth(service, status.failure);
  }
}

/** What matters to people is that chat is offline; why is for "Copy details", unless it is their own disk. */
function wordsOf(failure: { readonly message: string; readonly detail: string | undefined } | undefined): {
  readonly message: string;
  readonly detail?: string;
} {
  if (failure === undefined) return { message: t(offlineWords) };
  const { message, detail } = failure;
  return {
    message: message === t(notStoredWords) ? message : t(offlineWords),
    detail: detail === undefined ? message : `${message} (${detail})`,
  };
}
