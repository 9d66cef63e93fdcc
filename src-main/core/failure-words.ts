import type { ServiceHealth, ServiceName } from '../../src-shared/model/health.ts';
import type { ConnectFailure } from './connect-failure.ts';
import type { ReconnectorStatus } from './reconnector-options.ts';
import { formatServer } from './server-list.ts';

/** Message and detail of a failure, as health and probe results carry them. */
export function failureWords(failure: ConnectFailure): { readonly message: string; readonly detail?: string } {
  return { message: failure.message, ...(failure.detail === undefined ? {} : { detail: failure.detail }) };
}

/** The health of a service that only a person can help. */
export function failedHealth(service: ServiceName, failure: ConnectFailure): ServiceHealth {
  const needsPassword = failure.credentialRefused ? { needsPassword: true } : {};
  return { service, state: 'failed', ...failureWords(failure), ...needsPassword };
}

/** How a failed attempt reads as the outcome of a probe. */
export function probeOutcome(failure: ConnectFailure): 'denied' | 'never' | 'later' {
  if (failure.credentialRefused) return 'denied';
  return failure.advice === 'never' ? 'never' : 'later';
}

/** The health of a service whose failures are whole sentences already: what happened, what Parley does, what you can do. */
export function healthOfStatus(service: ServiceName, status: ReconnectorStatus): ServiceHealth {
  switch (status.state) {
    case 'stopped':
      return { service, state: 'off', message: '' };
    case 'up':
      return { service, state: 'ok', message: '', server: formatServer(status.server) };
    case 'failed':
      return failedHealth(service, status.failure);
    case 'waiting':
      return { service, state: 'reconnecting', ...failureWords(status.failure) };
    case 'connecting': {
      const server = status.server === undefined ? {} : { server: formatServer(status.server) };
      if (status.failure === undefined) return { service, state: 'starting', message: '', ...server };
      return { service, state: 'reconnecting', ...failureWords(status.failure), ...server };
    }
  }
}
