import { randomBytes } from 'node:crypto';
import { Grammar, SIPExtension, UserAgent, UserAgentState } from 'sip.js';
import type { Invitation, SessionDescriptionHandlerFactory } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import type { PhoneConfig, ServerAddress, SipTransportKind, TrustConfig } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import type { Attempt, Connection } from '../core/dial.ts';
import type { Logger } from '../core/log.ts';
import type { NameService } from '../core/name-service.ts';
import { Reconnector } from '../core/reconnector.ts';
import type { ReconnectorStatus } from '../core/reconnector-options.ts';
import type { Random } from '../core/server-list.ts';
import { unguarded } from '../core/shared-credential.ts';
import type { GuardConnect } from '../core/shared-credential.ts';
import type { EventListener, EventRequest } from '../line-state/event-source.ts';
import { lengthenAbsorbTimers } from './absorb-timers.ts';
import { offlineWords, wireFailure } from './connect-failures.ts';
import { CallDialogs } from './dialogs/call-dialogs.ts';
import { ContactPlace } from './contact-place.ts';
import { DigestMemory } from './digest-memory.ts';
import { findServers } from './find-servers.ts';
import { SipEventSubscription } from './event-subscriptions.ts';
import type { HeldInvites } from './held-invites.ts';
import { KeepAlive } from './keep-alive.ts';
import { viaProtocols } from './make-wire.ts';
import { Registration } from './registration.ts';
import { disposeDialogs, requestsSettled } from './requests-under-way.ts';
import { RouteDetour } from './route-detour.ts';
import { ServerWires } from './server-wires.ts';
import { knockAt, sendOptions } from './sign-of-life.ts';
import { signallingLimits } from './signalling-limits.ts';
import { SipJsDigest } from './sip-js-digest.ts';
import { Standby } from './standby.ts';
import { SipTransport } from './transport.ts';
import type { SipTransportOptions } from './transport.ts';
import { ViaIdentity } from './via-identity.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire } from './wire.ts';
import { readPlainHeadersDirectly } from './wire-fixes/plain-headers.ts';

export interface SipUserAgentOptions {
  readonly config: PhoneConfig;
  readonly trust: TrustConfig;
  readonly password: string;
  /** Care for a password that others use as well. */
  readonly guard?: GuardConnect;
  readonly product: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly sessionDescriptionHandlerFactory: SessionDescriptionHandlerFactory;
  readonly onInvite: (invitation: Invitation) => void;
  /** A NOTIFY of waiting messages that no subscription of ours asked for (RFC 3842 section 3.5). */
  readonly onUnsolicitedNotify?: (event: string, body: string) => void;
  readonly onStatus: (status: ReconnectorStatus) => void;
  /** Hears every message as it goes over the wire. */
  readonly trace?: (direction: 'sent' | 'received', server: string, text: string) => void;
  /** UUID of this phone on this computer (RFC 5626 section 4.1); undefined: a new one. */
  readonly instanceId?: string;
  /** Undefined: names are resolved when they are connected to. */
  readonly names?: NameService;
  /** In tests the wire is a fake. */
  readonly makeWire?: (server: ServerAddress, beside?: 'tcp') => Wire;
}

/**
 * One SIP user agent registered at one of its servers. It outlives connections: the transport gets a new wire,
 * so that the dialogs of running calls go on over the next server.
 */
export class SipUserAgent {
  readonly userAgent: UserAgent;
  /** What SIP.js lacks in dialogs. */
  readonly dialogs: CallDialogs;
  readonly #options: SipUserAgentOptions;
  readonly #reconnector: Reconnector;
  readonly #transport: SipTransport;
  readonly #wires: ServerWires;
  /** The connection that the transport now carries. */
  #connection: object | undefined;
  #keepAlive: KeepAlive | undefined;
  #connections = 0;
  #calls = 0;
  readonly #detour = new RouteDetour();
  readonly #place = new ContactPlace();
  #registration: Registration | undefined;
  #movedAtMs = -Infinity;
  readonly #standby: Standby | undefined;
  #servers: readonly ServerAddress[] = [];

  constructor(options: SipUserAgentOptions) {
    lengthenAbsorbTimers();
    readPlainHeadersDirectly();
    this.#options = options;
    this.#wires = new ServerWires(options);
    const { config } = options;
    const uri = Grammar.URIParse(config.aor);
    if (uri === undefined) {
      throw new ConnectFailure('never', t('The phone address is not valid. Check it in Settings.'), {
        detail: config.aor,
      });
    }
    const identity = new ViaIdentity(`p${randomBytes(8).toString('hex')}`);
    let contactUser = '';
    const credentials = { username: config.authUser, password: options.password };
    const digest = new DigestMemory(credentials);
    this.dialogs = new CallDialogs({
      userAgent: () => this.userAgent,
      clock: options.clock,
      random: options.random,
      log: options.log,
    });
    const transportOptions: SipTransportOptions = {
      protocol: viaProtocols[config.transport],
      clock: options.clock,
      log: options.log,
      identity,
      place: this.#place,
      digest,
      nextWire: () => this.#wires.next(),
      ...(config.transport === 'udp' ? { wireBeside: () => this.#wires.beside() } : {}),
      contactUser: () => contactUser,
      step: this.dialogs,
      traffic: {
        sent: (method, branch) => {
          // Its answer is awaited already.
          if (method !== 'OPTIONS') this.#keepAlive?.sent(branch);
        },
        heard: (branch) => this.#keepAlive?.heard(branch),
        pong: () => this.#keepAlive?.pong(),
        refused: () => this.#keepAlive?.suspect(),
        elsewhere: () => {
          this.#moveContact();
        },
      },
      detour: this.#detour,
    };
    this.userAgent = new UserAgent({
      uri,
      displayName: config.displayName,
      viaHost: identity.placeholder,
      // Over streams as well: behind NAT our Contact has to name where the server sees the connection come from.
      forceRport: uriTransport(config.transport) !== 'ws',
      contactParams: { transport: uriTransport(config.transport) },
      transportConstructor: SipTransport,
      transportOptions,
      sessionDescriptionHandlerFactory: options.sessionDescriptionHandlerFactory,
      sipExtension100rel: SIPExtension.Supported,
      sipExtensionReplaces: SIPExtension.Unsupported,
      // Replaces (RFC 3891) is read by the softphone itself: SIP.js throws at dialogs that it does not know.
      sipExtensionExtraSupported: ['path', 'timer', 'replaces', 'norefersub', 'histinfo'],
      instanceIdAlwaysAdded: true,
      ...(options.instanceId === undefined ? {} : { instanceId: options.instanceId }),
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
        onNotify: (notification) => {
          const { request } = notification;
          const event = (request.getHeader('event') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
          // RFC 6665 section 4.1.3: what is not subscribed to is refused, so that the server forgets it.
          if (event !== 'message-summary') {
            void notification.reject({ statusCode: 481 });
            return;
          }
          void notification.accept();
          options.onUnsolicitedNotify?.(event, request.body);
        },
      },
    });
    // Our own 180 follows once the call list has room for the call.
    this.userAgent.configuration.sendInitialProvisionalResponse = false;
    contactUser = this.userAgent.contact.uri.user ?? '';
    this.userAgent.userAgentCore.configuration.authenticationFactory = () =>
      new SipJsDigest(this.userAgent.getLoggerFactory(), credentials, digest);
    const transport = this.userAgent.transport;
    if (!(transport instanceof SipTransport)) throw new Error('SIP.js took another transport');
    this.#transport = transport;
    if (config.keepAlive === 'unifiedCm') {
      this.#standby = new Standby({
        ...options,
        aor: config.aor,
        contactUser: () => contactUser,
        instanceId: this.userAgent.instanceId,
        makeWire: (server) => this.#wires.to(server),
      });
    }
    this.#reconnector = new Reconnector({
      clock: options.clock,
      random: options.random,
      servers: async () => {
        this.#servers = await findServers(config, options.names, options.random, options.clock);
        return this.#servers;
      },
      connect: (options.guard ?? unguarded)((server, attempt) => this.#connect(server, attempt)),
      onStatus: options.onStatus,
      // One transport, so the old server is left before the new one is used.
      fallBack: 'probe',
      probe: (server, signal) => knockAt(this.#wires.to(server), config.aor, options.clock, signal),
    });
  }

  /** The address that reaches the server; undefined while not connected. */
  get local(): LocalAddress | undefined {
    return this.#transport.local;
  }

  /** INVITEs of calls that a press announced. */
  get heldInvites(): HeldInvites {
    return this.#transport.held;
  }

  /** Number of the connection in use; every new one has the next. */
  get connection(): number {
    return this.#connections;
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
    return requestsSettled(this.userAgent.userAgentCore, this.#options.clock, timeoutMs);
  }

  /** Unregisters and ends everything. */
  async stop(): Promise<void> {
    await this.rest();
    this.dialogs.stop();
    disposeDialogs(this.userAgent.userAgentCore, this.#options.log);
    if (this.userAgent.state === UserAgentState.Started) await this.userAgent.stop();
  }

  /** Takes the registration off and closes the connection; `start` comes back. */
  async rest(): Promise<void> {
    this.#standby?.stop();
    await this.#reconnector.stop();
  }

  /** Subscribes over the connection in use (RFC 6665); it is gone with that connection. */
  subscribe(request: EventRequest, listener: EventListener): SipEventSubscription {
    return new SipEventSubscription(this.userAgent, request, listener);
  }

  /** The network changed or the computer woke: registers anew, and connects anew when there is no answer. */
  kick(): void {
    this.#keepAlive?.suspect();
    this.#reconnector.kick();
  }

  /** While calls run a dead server is noticed sooner. */
  callsRunning(count: number): void {
    this.#calls = count;
    this.#keepAlive?.calls(count);
  }

  /** A press says that a call may be placed in a moment. */
  announceCall(): void {
    this.#keepAlive?.announceCall();
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
  async tryOnce(server: ServerAddress, others: readonly ServerAddress[] = []): Promise<void> {
    const abort = new AbortController();
    try {
      const connection = await this.#connect(server, { signal: abort.signal, lost: () => undefined, others });
      await connection.close();
    } finally {
      abort.abort();
      await this.userAgent.stop();
    }
  }

  /** A NAT gave our connection another address: until the registrar has it, no call comes in. */
  #moveContact(): void {
    const { clock, log } = this.#options;
    // A NAT that changes its mind with every packet must not become a flood of registrations.
    if (clock.now() - this.#movedAtMs < signallingLimits.contactMoveFloorMs) return;
    this.#movedAtMs = clock.now();
    this.#registration?.register().catch((error: unknown) => {
      log.info('the new place was not registered', { error });
    });
  }

  async #connect(server: ServerAddress, attempt: Attempt): Promise<Connection> {
    // An attempt that was given up may still be closing.
    await this.#transport.disconnect();
    const self = {};
    this.#connections += 1;
    this.#connection = self;
    const isCurrent = (): boolean => this.#connection === self;
    const { clock, config } = this.#options;
    this.#wires.use(server, attempt.others);
    this.#detour.use(server, uriTransport(config.transport));
    let isDead = false;
    let reached = server;
    const lost = (failure: ConnectFailure): void => {
      if (isCurrent()) attempt.lost(failure);
    };
    const keepAlive = new KeepAlive({
      clock,
      random: this.#options.random,
      isLossy: config.transport === 'udp',
      ask: () => {
        sendOptions(this.userAgent);
      },
      ping: () => {
        this.#transport.ping();
      },
      dead: () => {
        isDead = true;
        lost(new ConnectFailure('later', t(offlineWords), { detail: 'The server shows no sign of life' }));
      },
    });
    const registration = new Registration(this.userAgent, {
      expiresS: config.registerExpiresS,
      clock,
      place: this.#place,
      lost,
      isShort: config.keepAlive === 'unifiedCm',
    });
    const release = async (unregister: boolean): Promise<void> => {
      if (!isCurrent()) return;
      keepAlive.stop();
      if (unregister && !isDead && this.#transport.isConnected()) await registration.unregister();
      else registration.abandon();
      if (!isCurrent()) return;
      this.#connection = undefined;
      this.#keepAlive = undefined;
      this.#registration = undefined;
      if (isDead) await this.#transport.abandon();
      else await this.#transport.disconnect();
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
      reached = this.#wires.winner ?? server;
      this.#detour.use(reached, uriTransport(config.transport));
      const granted = await registration.register();
      // RFC 3608 section 6: the way of all requests outside of dialogs, until the next registration.
      this.userAgent.userAgentCore.configuration.routeSet = [...granted.serviceRoute];
      this.#detour.serviceRoute(granted.serviceRoute);
      this.#registration = registration;
      this.#keepAlive = keepAlive;
      keepAlive.calls(this.#calls);
      keepAlive.start(granted.flowTimerS);
      this.#standby?.keep(this.#servers, reached);
    } catch (error) {
      await release(false);
      const failure = wireFailure(error, server.host);
      throw reached === server ? failure : failure.at(reached);
    }
    return {
      server: reached,
      close: () => release(true),
      check: async () => {
        await registration.register();
      },
    };
  }
}

/** RFC 7118 section 5.2.4: `ws` also stands for secure WebSocket. */
function uriTransport(transport: SipTransportKind): string {
  return transport === 'wss' ? 'ws' : transport;
}
