import { Client, ResultCodeError } from 'ldapts';
import type { Entry } from 'ldapts';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../src-shared/clock.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { t } from '../../src-shared/words.ts';
import type { DirectoryConfig, ServerAddress } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import type { Connection } from '../core/dial.ts';
import { formatServer } from '../core/server-list.ts';
import type { TlsTrustOptions } from '../core/tls-trust.ts';
import { MalformedLdapAnswer } from './ldap-frames.ts';
import { escapeDnValue } from './ldap-mapping.ts';
import { openWire } from './ldap-wire.ts';
import type { LdapWire } from './ldap-wire.ts';
import { words } from './words.ts';

/** resultCode values of RFC 4511 appendix A that are told apart. */
export const ldapResult = {
  operationsError: 1,
  strongerAuthRequired: 8,
  confidentialityRequired: 13,
  noSuchObject: 32,
  invalidDnSyntax: 34,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
} as const;

export interface SearchRequest {
  readonly base: string;
  readonly scope: 'base' | 'sub';
  readonly filter: string;
  readonly attributes: readonly string[];
  /** The server is asked for one more, or a cut answer could not be told from a whole one. */
  readonly sizeLimit: number;
  readonly binaryAttributes?: readonly string[];
}

export interface SessionOptions {
  readonly config: DirectoryConfig;
  /** Local part of the person's address. */
  readonly user: string;
  readonly password: string;
  readonly tls: TlsTrustOptions;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Told once when an open session ends by itself. */
  readonly lost: (failure: ConnectFailure) => void;
}

/** Whom the directory sees: a reading account, the person, or nobody. */
export function bindName(config: DirectoryConfig, user: string): string {
  if (config.bindDn !== '') return config.bindDn;
  return config.userDnTemplate.replaceAll('{user}', escapeDnValue(user));
}

/**
 * One bound connection to a directory server. It never connects a second time: the library would do so without
 * signing in again and search as nobody.
 */
export class LdapSession implements Connection {
  readonly server: ServerAddress;
  readonly #client: Client;
  readonly #wire: LdapWire;
  readonly #options: SessionOptions;
  #isOver = false;

  private constructor(server: ServerAddress, wire: LdapWire, options: SessionOptions) {
    this.server = server;
    this.#wire = wire;
    this.#options = options;
    let isTaken = false;
    this.#client = new Client({
      url: 'ldap://directory',
      createConnection: () => {
        if (isTaken) throw new Error('the connection is closed');
        isTaken = true;
        const stream: Duplex = wire;
        // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the library takes any open stream here and names Socket by type only
        return stream as Socket;
      },
    });
    wire.once('close', () => {
      this.#ended(wire.cause);
    });
  }

  /** Connects and signs in; rejects with ConnectFailure. */
  static async open(server: ServerAddress, options: SessionOptions): Promise<LdapSession> {
    const { config, signal, tls } = options;
    const wire = await openWire(server, { encryption: config.encryption, tls, signal });
    const session = new LdapSession(server, wire, options);
    const abort = (): void => {
      void session.close();
    };
    signal.addEventListener('abort', abort);
    try {
      await session.#bind();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Messages received so far. */
  get received(): number {
    return this.#wire.received;
  }

  async #bind(): Promise<void> {
    const name = bindName(this.#options.config, this.#options.user);
    const password = name === '' ? '' : this.#options.password;
    // RFC 4513 section 5.1.2: a name with an empty password signs nobody in, and servers call that a success.
    if (name !== '' && password === '') throw new ConnectFailure('never', t(words.denied), { credentialRefused: true });
    try {
      await this.#within(this.#client.bind(name, password), 'bind');
    } catch (error) {
      throw this.#bindFailure(error, name);
    }
  }

  #bindFailure(error: unknown, name: string): ConnectFailure {
    const detail = `${formatServer(this.server)}: ${messageOf(error)}`;
    if (!(error instanceof ResultCodeError)) return this.#brokenFailure();
    switch (error.code) {
      case ldapResult.invalidCredentials:
        return new ConnectFailure('never', t(words.denied), { detail, credentialRefused: true });
      case ldapResult.strongerAuthRequired:
      case ldapResult.confidentialityRequired:
        return new ConnectFailure('never', t(words.needsEncryption), { detail });
      case ldapResult.inappropriateAuthentication:
      case ldapResult.insufficientAccessRights:
      case ldapResult.unwillingToPerform:
        return new ConnectFailure('never', name === '' ? t(words.anonymousRefused) : t(words.signInRefused), {
          detail,
        });
      case ldapResult.noSuchObject:
      case ldapResult.invalidDnSyntax:
        return new ConnectFailure('never', t(words.badSignInName), { detail });
      default:
        return new ConnectFailure('later', t(words.unreachable), { detail });
    }
  }

  /** The library says no more than that the connection closed; the wire knows why. */
  #brokenFailure(): ConnectFailure {
    const { cause } = this.#wire;
    const detail = `${formatServer(this.server)}: ${cause?.message ?? 'closed the connection'}`;
    const message = cause instanceof MalformedLdapAnswer ? t(words.garbled) : t(words.unreachable);
    return new ConnectFailure('later', message, { detail });
  }

  /**
   * The entries, at most `sizeLimit` + 1. Rejects with ResultCodeError when the server refuses, with AppError `timeout`
   * after the configured time; a late answer is handed to `late` if given.
   */
  async search(request: SearchRequest, late?: (entries: readonly Entry[]) => void): Promise<readonly Entry[]> {
    if (this.#isOver) throw new Error('the session is over');
    let isLate = false;
    const answer = this.#client
      .search(request.base, {
        scope: request.scope,
        filter: request.filter,
        attributes: [...request.attributes],
        sizeLimit: request.sizeLimit + 1,
        explicitBufferAttributes: [...(request.binaryAttributes ?? [])],
      })
      .then(({ searchEntries }) => {
        const entries = searchEntries.slice(0, request.sizeLimit + 1);
        if (isLate) late?.(entries);
        return entries;
      });
    try {
      return await this.#within(answer, `search ${request.base}`);
    } catch (error) {
      isLate = true;
      throw error;
    }
  }

  /** Asks for the root entry (RFC 4512 section 5.1), which every server has. */
  async check(): Promise<void> {
    await this.search({ base: '', scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'], sizeLimit: 1 });
  }

  /** Gives the connection up because the server does not answer; the reconnector takes over. */
  abandon(failure: ConnectFailure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#wire.destroy();
    this.#options.lost(failure);
  }

  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    // RFC 4511 section 4.3: no answer follows an unbind; a server that reads no more must not hold us.
    void this.#client.unbind().catch(() => undefined);
    const closed = new Promise<void>((resolve) => {
      this.#wire.once('close', resolve);
    });
    this.#wire.destroySoon();
    await closed;
  }

  #ended(cause: Error | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const detail = `${formatServer(this.server)}: ${cause?.message ?? 'closed the connection'}`;
    const garbled = cause instanceof MalformedLdapAnswer;
    // Servers close what is idle: that one is well and may be asked again at once.
    const failure = new ConnectFailure(garbled ? 'later' : 'now', garbled ? t(words.garbled) : t(words.unreachable), {
      detail,
    });
    this.#options.lost(failure);
  }

  #within<T>(work: Promise<T>, what: string): Promise<T> {
    return withDeadline(work, this.#options.config.timeoutMs, this.#options.clock, what);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
