import type { ChatConfig, ProbeResult } from '../account/account-config.ts';
import type { Clock } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { formatServer } from '../core/server-list.ts';
import type { Random, ServerAddress } from '../core/server-list.ts';
import { bareAddress, domainOf } from './addresses.ts';
import { imLimits } from './im-limits.ts';
import { authenticate } from './negotiation.ts';
import { RedirectFailure, handshakeTimeout } from './stream-failures.ts';
import { findServers } from './transport.ts';
import type { ChatServer, SrvResolver, Transport } from './transport.ts';

export interface ProbeChatDeps {
  readonly transport: Transport;
  readonly resolve: SrvResolver;
  readonly clock: Clock;
  readonly random: Random;
}

/** Servers tried before the answer is "not now". */
const maxServers = 3;

/**
 * Connects, encrypts, signs in and leaves. The password is given to at most one server: what that one says counts.
 */
export async function probeChat(config: ChatConfig, password: string, deps: ProbeChatDeps): Promise<ProbeResult> {
  const own = bareAddress(config.jid);
  if (own === undefined) {
    return { outcome: 'never', message: t('This is not a chat address. It looks like name@example.com.') };
  }
  let failure = new ConnectFailure('later', t('No chat server is known for your address.'));
  try {
    const queue = [...(await serversOf(config, domainOf(own), deps))];
    for (let tried = 0; tried < maxServers; tried += 1) {
      const server = queue.shift();
      if (server === undefined) break;
      try {
        await probeServer(config, own, password, server, deps);
        return { outcome: 'ok', message: t('Chat works.'), detail: formatServer(server) };
      } catch (error) {
        failure = ConnectFailure.from(error);
        if (failure.credentialRefused) break;
        if (error instanceof RedirectFailure) queue.unshift({ ...server, ...error.target });
      }
    }
  } catch (error) {
    failure = ConnectFailure.from(error);
  }
  return {
    outcome: failure.credentialRefused ? 'denied' : failure.advice === 'never' ? 'never' : 'later',
    message: failure.message,
    ...(failure.detail === undefined ? {} : { detail: failure.detail }),
  };
}

async function serversOf(config: ChatConfig, domain: string, deps: ProbeChatDeps): Promise<readonly ChatServer[]> {
  if (config.servers.length === 0) return findServers(domain, config.directTls, deps.resolve, deps.random);
  return config.servers.map((server: ServerAddress) => ({ ...server, directTls: config.directTls }));
}

async function probeServer(
  config: ChatConfig,
  own: string,
  password: string,
  server: ChatServer,
  deps: ProbeChatDeps,
): Promise<void> {
  const abort = new AbortController();
  let phase = 'connecting';
  const timer = deps.clock.setTimeout(() => {
    abort.abort();
  }, imLimits.handshakeMs);
  try {
    const { stream } = await authenticate({
      server,
      domain: domainOf(own),
      credentials: { user: own.slice(0, own.indexOf('@')), password },
      tlsName: config.tlsName ?? domainOf(own),
      transport: deps.transport,
      signal: abort.signal,
      onPhase: (next) => {
        phase = next;
      },
    });
    stream.close();
  } catch (error) {
    throw abort.signal.aborted ? handshakeTimeout(phase) : error;
  } finally {
    deps.clock.clearTimeout(timer);
  }
}
