import { isIP } from 'node:net';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { t } from '../../src-shared/words.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import { openRacedTcp } from '../core/raced-tcp.ts';
import type { RaceTools } from '../core/raced-tcp.ts';
import { orderBySrv } from '../core/server-list.ts';
import type { Random, ServerAddress, SrvRecord } from '../core/server-list.ts';
import { tlsOptionsFor } from '../core/tls-trust.ts';
import type { TrustConfig } from '../core/tls-trust.ts';
import { connectFailure } from './stream-failures.ts';

/** Bytes to the server; a test has a scripted server behind it. */
export interface Transport {
  /** @throws ConnectFailure */
  connect(server: ServerAddress, signal: AbortSignal): Promise<Duplex>;
  /** TLS over an open connection; the certificate must carry `name`. @throws ConnectFailure */
  secure(socket: Duplex, name: string, signal: AbortSignal): Promise<Duplex>;
}

/** TCP and TLS, believing the certificates that `trust` names. */
export class TcpTransport implements Transport {
  readonly #trust: TrustConfig;
  readonly #tools: RaceTools;

  constructor(trust: TrustConfig, tools: RaceTools = {}) {
    this.#trust = trust;
    this.#tools = tools;
  }

  async connect(server: ServerAddress, signal: AbortSignal): Promise<Socket> {
    const { host, port } = server;
    try {
      // Given up or not, an open socket is its owner's: a goodbye could not be sent on one that is destroyed.
      return await openRacedTcp({ host, port, signal, ...this.#tools });
    } catch (error) {
      throw connectFailure(error instanceof Error ? error : new Error(String(error)), host);
    }
  }

  async secure(socket: Duplex, name: string, signal: AbortSignal): Promise<Duplex> {
    // An address is no server name (RFC 6066 section 3), yet a certificate may carry it.
    const identity = isIP(name) === 0 ? { servername: name } : { host: name };
    const secured = connectTls({ ...tlsOptionsFor(this.#trust), ...identity, socket });
    const abort = (): void => {
      secured.destroy(new Error('given up'));
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      await opened(secured, name);
    } finally {
      signal.removeEventListener('abort', abort);
    }
    return secured;
  }
}

function opened(socket: Socket, name: string): Promise<void> {
  const event = 'secureConnect';
  return new Promise((resolve, reject) => {
    const settle = (failure?: ConnectFailure): void => {
      socket.off(event, onOpen);
      socket.off('error', onError);
      socket.off('close', onClose);
      if (failure === undefined) {
        resolve();
      } else {
        socket.on('error', () => undefined);
        socket.destroy();
        reject(failure);
      }
    };
    const onOpen = (): void => {
      settle();
    };
    const onError = (error: Error): void => {
      settle(connectFailure(error, name));
    };
    const onClose = (): void => {
      settle(connectFailure(new Error(`closed before ${event}`), name));
    };
    socket.once(event, onOpen);
    socket.once('error', onError);
    socket.once('close', onClose);
  });
}

/** SRV answers of a name; rejects like node:dns when there are none. */
export type SrvResolver = (name: string) => Promise<readonly SrvRecord[]>;

/** A server, and whether TLS starts with the first byte (XEP-0368) or by STARTTLS. */
export interface ChatServer extends ServerAddress {
  readonly directTls: boolean;
}

/**
 * The servers of a domain in order (RFC 6120 section 3.2): `_xmpp-client` and, as XEP-0368 asks, `_xmpps-client`
 * records as one list; the domain itself when there are none.
 * @throws ConnectFailure when the domain says that it offers no chat, or the name service does not answer
 */
export async function findServers(
  domain: string,
  onlyDirectTls: boolean,
  resolve: SrvResolver,
  random: Random,
): Promise<readonly ChatServer[]> {
  const kinds = onlyDirectTls ? [true] : [true, false];
  const found = await Promise.all(
    kinds.map(async (directTls) => {
      const records = await lookUp(`_xmpp${directTls ? 's' : ''}-client._tcp.${domain}`, resolve);
      return records.map((record) => ({ ...record, directTls }));
    }),
  );
  const records = found.flat();
  if (records.length === 0) return [{ host: domain, port: onlyDirectTls ? 5223 : 5222, directTls: onlyDirectTls }];
  const ordered = orderBySrv(records, random);
  if (ordered.length === 0) {
    throw new ConnectFailure('never', t('{domain} offers no chat. Check the address.', { domain }), {
      detail: 'SRV target "."',
    });
  }
  return ordered.map((server) => ({
    ...server,
    directTls: records.some((record) => {
      const host = record.name.replace(/\.$/, '');
      return record.directTls && host === server.host && record.port === server.port;
    }),
  }));
}

async function lookUp(name: string, resolve: SrvResolver): Promise<readonly SrvRecord[]> {
  try {
    return await resolve(name);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    const detail = error instanceof Error ? error.message : String(error);
    throw new ConnectFailure('later', t('The name service does not answer. Parley keeps trying. Check your network.'), {
      detail,
    });
  }
}
