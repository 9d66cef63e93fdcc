import { randomBytes } from 'node:crypto';
import { Core, Grammar, SIPExtension, UserAgent, UserAgentState } from 'sip.js';
import type { Invitation, SessionDescriptionHandlerFactory } from 'sip.js';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { PhoneConfig, ServerAddress, TrustConfig } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import type { Attempt, Connection } from '../core/dial.ts';
import type { Logger } from '../core/log.ts';
import { Reconnector } from '../core/reconnector.ts';
import type { ReconnectorStatus } from '../core/reconnector.ts';
import type { Random } from '../core/server-list.ts';
import { wireFailure } from './connect-failures.ts';
import { findServers, makeWire, viaProtocols } from './make-wire.ts';
import { Registration } from './registration.ts';
import { timerT1Ms, timerT4Ms } from './retransmissions.ts';
import { askOptions, knockAt } from './sign-of-life.ts';
import { signallingLimits } from './signalling-limits.ts';
import { SipJsDigest } from './sip-js-digest.ts';
import { SipTransport } from './transport.ts';
import type { Provisional, SipTransportOptions } from './transport.ts';
import { ViaIdentity } from './via-identity.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire } from './wire.ts';

/**
 * SIP.js ships these as 0, as it knows reliable transports only. Over UDP they absorb repetitions
 * (RFC 3261 section 17, table 4); over the others they only keep ended transactions a little longer.
 */
function lengthenAbsorbTimers(): void {
  Object.assign(Core.Timers, {
    TIMER_D: 64 * timerT1Ms,
    TIMER_I: timerT4Ms,
    TIMER_J: 64 * timerT1Ms,
    TIMER_K: timerT4Ms,
  });
}

export interface SipUserAgentOptions {
  readonly config: PhoneConfig;
  readonly trust: TrustConfig;
  readonly password: string;
  readonly product: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly sessionDescriptionHandlerFactory: SessionDescriptionHandlerFactory;
  readonly onInvite: (invitation: Invitation) => void;
  readonly onProvisional: (provisional: Provisional) => void;
  readonly onStatus: (status: ReconnectorStatus) => void;
  /** In tests the wire is a fake. */
  readonly makeWire?: (server: ServerAddress) => Wire;
}

/**
 * One SIP user agent registered at one of its servers. It outlives connections: the transport gets a new wire,
 * so that the dialogs of running calls go on over the next server.
 */
export class SipUserAgent {
  readonly userAgent: UserAgent;
  readonly #options: SipUserAgentOptions;
  readonly #reconnector: Reconnector;
  readonly #transport: SipTransport;
  #server: ServerAddress | undefined;
  /** The connection that the transport now carries. */
  #connection: object | undefined;

  constructor(options: SipUserAgentOptions) {
    lengthenAbsorbTimers();
    this.#options = options;
    const { config } = options;
    const uri = Grammar.URIParse(config.aor);
    if (uri === undefined) {
      throw new ConnectFailure('never', 'The phone address is not valid. Check it in Settings.', {
        detail: config.aor,
      });
    }
    const identity = new ViaIdentity(randomBytes(8).toString('hex'));
    let contactUser = '';
    const transportOptions: SipTransportOptions = {
      protocol: viaProtocols[config.transport],
      clock: options.clock,
      log: options.log,
      identity,
      nextWire: () => this.#nextWire(),
      contactUser: () => contactUser,
      onProvisional: options.onProvisional,
    };
    this.userAgent = new UserAgent({
      uri,
      displayName: config.displayName,
      viaHost: identity.placeholder,
      forceRport: config.transport === 'udp',
      // RFC 7118 section 5.2.4: `ws` also stands for secure WebSocket.
      contactParams: { transport: config.transport === 'wss' ? 'ws' : config.transport },
      transportConstructor: SipTransport,
      transportOptions,
      sessionDescriptionHandlerFactory: options.sessionDescriptionHandlerFactory,
      sipExtension100rel: SIPExtension.Unsupported,
      sipExtensionReplaces: SIPExtension.Unsupported,
      sipExtensionExtraSupported: ['path'],
      instanceIdAlwaysAdded: true,
      noAnswerTimeout: signallingLimits.ringTimeoutS,
      userAgentString: options.product,
      logBuiltinEnabled: false,
      logConfiguration: false,
      logLevel: 'warn',
      logConnector: (level, category, _label, content) => {
        if (level === 'error' || level === 'warn') options.log.debug(content, { level, category });
      },
      delegate: {
        onInvite: (invitation) => {
          options.onInvite(invitation);
        },
      },
    });
    // Our own 180 follows once the call list has room for the call.
    this.userAgent.configuration.sendInitialProvisionalResponse = false;
    contactUser = this.userAgent.contact.uri.user ?? '';
    this.userAgent.userAgentCore.configuration.authenticationFactory = () =>
      new SipJsDigest(this.userAgent.getLoggerFactory(), { username: config.authUser, password: options.password });
    const transport = this.userAgent.transport;
    if (!(transport instanceof SipTransport)) throw new Error('SIP.js took another transport');
    this.#transport = transport;
    this.#reconnector = new Reconnector({
      clock: options.clock,
      random: options.random,
      servers: () => findServers(config, options.random),
      connect: (server, attempt) => this.#connect(server, attempt),
      onStatus: options.onStatus,
      // One transport, so the old server is left before the new one is used.
      fallBack: 'probe',
      probe: (server, signal) => knockAt(this.#makeWire(server), config.aor, options.clock, signal),
    });
  }

  /** The address that reaches the server; undefined while not connected. */
  get local(): LocalAddress | undefined {
    return this.#transport.local;
  }

  /** Messages that were dropped as malformed. */
  get dropped(): number {
    return this.#transport.counters.malformed + this.#transport.counters.refused;
  }

  start(): void {
    this.#reconnector.start();
  }

  /** Resolves when the requests under way have their answers, at the latest after this time. */
  settled(timeoutMs: number): Promise<void> {
    const core = this.userAgent.userAgentCore;
    const { clock } = this.#options;
    const endMs = clock.now() + timeoutMs;
    return new Promise((resolve) => {
      const look = (): void => {
        const busy = [...core.userAgentClients.values()].some(
          (client) => client.transaction.state === Core.TransactionState.Trying,
        );
        if (!busy || clock.now() >= endMs) resolve();
        else clock.setTimeout(look, 20);
      };
      clock.setTimeout(look, 20);
    });
  }

  /** Unregisters and ends everything. */
  async stop(): Promise<void> {
    await this.#reconnector.stop();
    if (this.userAgent.state === UserAgentState.Started) await this.userAgent.stop();
  }

  /** The network changed or the computer woke: registers anew, and connects anew when there is no answer. */
  kick(): void {
    this.#reconnector.kick();
  }

  /** The person asked to try again. */
  retry(): void {
    this.#reconnector.retry();
  }

  /** While a call runs the connection is not moved to a better server. */
  holdOff(): () => void {
    return this.#reconnector.holdOff();
  }

  /** Registers once and takes the registration off again; for the test of the settings. Rejects with ConnectFailure. */
  async tryOnce(server: ServerAddress): Promise<void> {
    const abort = new AbortController();
    try {
      const connection = await this.#connect(server, { signal: abort.signal, lost: () => undefined });
      await connection.close();
    } finally {
      abort.abort();
      await this.userAgent.stop();
    }
  }

  #makeWire(server: ServerAddress): Wire {
    return this.#options.makeWire?.(server) ?? makeWire(this.#options.config, this.#options.trust, server);
  }

  #nextWire(): Wire {
    if (this.#server === undefined) throw new Error('No server is chosen');
    return this.#makeWire(this.#server);
  }

  async #connect(server: ServerAddress, attempt: Attempt): Promise<Connection> {
    // An attempt that was given up may still be closing.
    await this.#transport.disconnect();
    const self = {};
    this.#connection = self;
    const isCurrent = (): boolean => this.#connection === self;
    this.#server = server;
    const { clock, config } = this.#options;
    let keepAlive: TimerHandle | undefined;
    const lost = (failure: ConnectFailure): void => {
      if (isCurrent()) attempt.lost(failure);
    };
    const registration = new Registration(this.userAgent, config.registerExpiresS, clock, lost);
    const release = async (unregister: boolean): Promise<void> => {
      if (!isCurrent()) return;
      if (keepAlive !== undefined) clock.clearTimeout(keepAlive);
      if (unregister && this.#transport.isConnected()) await registration.unregister();
      else registration.abandon();
      if (!isCurrent()) return;
      this.#connection = undefined;
      await this.#transport.disconnect();
    };
    const onAbort = (): void => {
      if (!registration.registered) void release(false);
    };
    attempt.signal.addEventListener('abort', onAbort, { once: true });
    this.userAgent.delegate = {
      ...this.userAgent.delegate,
      onDisconnect: (error) => {
        if (error !== undefined) lost(wireFailure(error));
      },
    };
    try {
      await (this.userAgent.state === UserAgentState.Started ? this.userAgent.reconnect() : this.userAgent.start());
      await registration.register();
    } catch (error) {
      await release(false);
      throw wireFailure(error, server.host);
    }
    const beat = (): void => {
      keepAlive = clock.setTimeout(() => {
        askOptions(this.userAgent, clock, signallingLimits.optionsTimeoutMs).then(
          () => {
            if (isCurrent()) beat();
          },
          (error: unknown) => {
            lost(wireFailure(error));
          },
        );
      }, signallingLimits.optionsIntervalMs);
    };
    beat();
    return {
      close: () => release(true),
      check: async () => {
        await registration.register();
      },
    };
  }
}
