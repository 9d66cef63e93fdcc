import { assertNever } from '../../src-shared/assert-never.ts';
import type { ServiceHealth, ServiceName } from '../../src-shared/model/health.ts';
import type { ReconnectorStatus } from './reconnector.ts';
import { formatServer } from './server-list.ts';

/** What a connection gives to people, for example "Chat" or "Voicemail". */
export interface ConnectionWords {
  readonly service: ServiceName;
  /** Begins a sentence. */
  readonly name: string;
  /** What goes on without the server, for example "Messages that you write are sent later." */
  readonly meanwhile: string;
}

/** The health of a service that is kept connected by a reconnector: what happened, what Parley does, what you can do. */
export function connectionHealth(words: ConnectionWords, status: ReconnectorStatus): ServiceHealth {
  const { service, name, meanwhile } = words;
  switch (status.state) {
    case 'stopped':
      return { service, state: 'off', message: '' };
    case 'up':
      return { service, state: 'ok', message: '', server: formatServer(status.server) };
    case 'connecting':
    case 'waiting': {
      const failure = status.failure;
      const server = status.state === 'connecting' ? status.server : undefined;
      return {
        service,
        state: status.everUp ? 'reconnecting' : 'starting',
        message:
          failure === undefined && !status.everUp
            ? `${name} is connecting.`
            : `${name} is not connected${failure === undefined ? '' : `: ${failure.message}`} Parley tries again by itself. ${meanwhile}`
                .replace(/ {2,}/g, ' ')
                .trim(),
        ...(server === undefined ? {} : { server: formatServer(server) }),
        ...(failure?.detail === undefined ? {} : { detail: failure.detail }),
      };
    }
    case 'failed':
      return {
        service,
        state: 'failed',
        message: `${name} cannot connect: ${status.failure.message}`,
        ...(status.failure.detail === undefined ? {} : { detail: status.failure.detail }),
      };
    default:
      return assertNever(status);
  }
}
