import { Grammar, Inviter } from 'sip.js';
import type { URI } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { PhoneConfig, TrustConfig } from '../account/account-config.ts';
import type {
  CallDevice,
  DeviceCall,
  DeviceCallListener,
  IncomingCallHandler,
  LineStatus,
} from '../calls/call-device.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import type { Logger } from '../core/log.ts';
import { Afterwards } from '../core/afterwards.ts';
import type { NameService } from '../core/name-service.ts';
import type { ReconnectorStatus } from '../core/reconnector-options.ts';
import { formatServer } from '../core/server-list.ts';
import type { Random, ServerAddress } from '../core/server-list.ts';
import type { HealthReporter, Service } from '../core/service.ts';
import type { GuardConnect } from '../core/shared-credential.ts';
import type { EventListener, EventRequest, EventSource, EventSubscription } from '../line-state/event-source.ts';
import type { WindowMedia } from '../window-media.ts';
import { ArrivingCalls } from './arriving-calls.ts';
import { addressOf, addressOfNumber, isReachable, onlyEncryptedWords, uriOf } from './call-addresses.ts';
import type { CallMediaFactory } from './call-media.ts';
import { wireFailure } from './connect-failures.ts';
import type { SipEventSubscription } from './event-subscriptions.ts';
import { noWindowWords } from './media-words.ts';
import { lineWords, phoneHealth } from './phone-health.ts';
import { PreparedCall } from './prepared-call.ts';
import { SipCall } from './sip-call.ts';
import { signallingLimits } from './signalling-limits.ts';
import { SipUserAgent } from './user-agent.ts';
import type { Wire } from './wire.ts';

export interface SoftphoneOptions {
  /** Read when it is needed: the way of digits may change at any time, everything else before `connect`. */
  readonly config: PhoneConfig;
  /** Read at `connect`. */
  readonly trust: TrustConfig;
  /** For User-Agent, for example `Parley/0.1.0`. */
  readonly product: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly health: HealthReporter;
  readonly window: WindowMedia;
  readonly media: CallMediaFactory;
  /** Hears every message as it goes over the wire. */
  readonly trace?: (direction: 'sent' | 'received', server: string, text: string) => void;
  /** UUID of this phone on this computer, the same after a restart (RFC 5626 section 4.1). */
  readonly instanceId?: () => string;
  /** For what can wait until a far end has had its word. Default: a turn of the clock. */
  readonly afterwards?: Pick<Afterwards, 'run' | 'hold'>;
  readonly names?: NameService;
  /** In tests the wire is a fake. */
  readonly makeWire?: (server: ServerAddress, beside?: 'tcp') => Wire;
}

/**
 * The phone in this computer: one SIP account, its registration and its calls. Given a password it connects and stays
 * connected; without one it is off.
 */
export class Softphone implements CallDevice, EventSource, Service {
  readonly id = 'computer';
  readonly name = 'softphone';
  readonly #options: SoftphoneOptions;
  readonly #afterwards: Pick<Afterwards, 'run' | 'hold'>;
  readonly #calls = new Map<string, SipCall>();
  /** Which connection of the agent a call's signalling goes over, and to which server. */
  readonly #connections = new Map<SipCall, { readonly number: number; readonly server: string }>();
  readonly #lineListeners = new Set<() => void>();
  readonly #unsolicited = new Set<(event: string, body: string) => void>();
  readonly #subscriptions = new Set<SipEventSubscription>();
  readonly #undo: (() => void)[] = [];
  readonly #arriving: ArrivingCalls;
  readonly #prepared: PreparedCall;
  #incoming: IncomingCallHandler | undefined;
  #agent: SipUserAgent | undefined;
  /** The agent that was told to rest, until the computer wakes. */
  #resting: SipUserAgent | undefined;
  #status: ReconnectorStatus = { state: 'stopped' };
  #release: (() => void) | undefined;

  constructor(options: SoftphoneOptions) {
    this.#options = options;
    const { clock, log } = options;
    this.#prepared = new PreparedCall(clock);
    this.#afterwards =
      options.afterwards ?? new Afterwards({ clock, log, schedule: (task) => void clock.setTimeout(task, 0) });
    this.#arriving = new ArrivingCalls({
      config: () => this.#options.config,
      ...{ log, calls: this.#calls },
      handler: () => this.#incoming,
      newCall: (callId, headers) => {
        const agent = this.#agent;
        const local = agent?.local;
        if (agent === undefined || local === undefined) return undefined;
        const call = this.#newCall(agent, callId, local.address, headers);
        this.#runs(call);
        return call;
      },
    });
  }

  /** Listens to window and media; connects with `connect`. */
  start(): Promise<void> {
    if (this.#undo.length > 0) return Promise.resolve();
    const { window, media } = this.#options;
    this.#undo.push(
      window.onHolderChanged(() => {
        for (const call of this.#calls.values()) call.windowChanged();
      }),
      media.onDied((callIds) => {
        this.#prepared.drop();
        for (const callId of callIds) this.#calls.get(callId)?.mediaDied();
      }),
    );
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.disconnect();
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /** Signs in with this password and keeps the line up. A wrong password is health, and is not tried again. */
  async connect(password: string, guard?: GuardConnect): Promise<void> {
    await this.disconnect();
    const { config, trust, product, clock, random, log, makeWire, trace, instanceId, names } = this.#options;
    try {
      this.#agent = new SipUserAgent({
        config,
        trust,
        password,
        ...(guard === undefined ? {} : { guard }),
        product,
        clock,
        random,
        log,
        sessionDescriptionHandlerFactory: (session) => {
          const call = [...this.#calls.values(), this.#prepared.call].find((one) => one?.carries(session));
          if (call === undefined) throw new Error('A session without a call');
          return call.exchange;
        },
        onInvite: (invitation) => {
          this.#arriving.invited(invitation);
        },
        onUnsolicitedNotify: (event, body) => {
          for (const listener of [...this.#unsolicited]) listener(event, body);
        },
        onStatus: (status) => {
          this.#statusChanged(status);
        },
        ...(trace === undefined ? {} : { trace }),
        ...(makeWire === undefined ? {} : { makeWire }),
        ...(names === undefined ? {} : { names }),
        ...(instanceId === undefined ? {} : { instanceId: instanceId() }),
      });
    } catch (error) {
      this.#statusChanged({ state: 'failed', failure: wireFailure(error) });
      return;
    }
    this.#agent.start();
  }

  /** Hangs up, takes the registration off and closes the connection. */
  async disconnect(): Promise<void> {
    const agent = this.#agent;
    if (agent === undefined) return;
    const hadCalls = this.#calls.size > 0;
    for (const call of [...this.#calls.values()]) call.shutDown();
    // BYE and CANCEL are on their way; their answers get a moment.
    if (hadCalls) await agent.settled(signallingLimits.hangUpGraceMs);
    this.#agent = undefined;
    this.#prepared.drop();
    this.#options.media.expectCalls(undefined);
    this.#abandonSubscriptions();
    await agent.stop();
  }

  /** The network changed: registers anew, over a new connection when the old one is dead. */
  networkChanged(): void {
    this.#agent?.kick();
  }

  /** The computer goes to sleep: calls end in words, and the server sends no more of them here until `wake`. */
  async sleep(): Promise<void> {
    const agent = this.#agent;
    if (agent === undefined || this.#resting === agent) return;
    this.#resting = agent;
    const hadCalls = this.#calls.size > 0;
    for (const call of [...this.#calls.values()]) call.fallAsleep();
    if (hadCalls) await agent.settled(signallingLimits.hangUpGraceMs);
    this.#options.media.expectCalls(undefined);
    await agent.rest();
  }

  /** The computer woke from sleep. */
  wake(): void {
    const agent = this.#agent;
    if (this.#resting === agent) agent?.start();
    else agent?.kick();
    this.#resting = undefined;
  }

  /** The person asked to try again. */
  retry(): void {
    this.#agent?.retry();
  }

  line(): LineStatus {
    return lineWords(this.#status);
  }

  onLineChanged(listener: () => void): () => void {
    this.#lineListeners.add(listener);
    return () => this.#lineListeners.delete(listener);
  }

  get connection(): number | undefined {
    return this.#status.state === 'up' ? this.#agent?.connection : undefined;
  }

  onConnectionChanged(listener: () => void): () => void {
    return this.onLineChanged(listener);
  }

  onUnsolicited(listener: (event: string, body: string) => void): () => void {
    this.#unsolicited.add(listener);
    return () => this.#unsolicited.delete(listener);
  }

  subscribe(request: EventRequest, listener: EventListener): EventSubscription | undefined {
    const agent = this.#agent;
    if (agent === undefined || this.connection === undefined) return undefined;
    const subscription = agent.subscribe(request, {
      notified: (body) => {
        listener.notified(body);
      },
      accepted: (expiresS) => {
        listener.accepted(expiresS);
      },
      ended: (end) => {
        this.#subscriptions.delete(subscription);
        listener.ended(end);
      },
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** How many messages came in since `connect` that were no SIP or that SIP.js could not take. */
  get dropped(): number {
    return this.#agent?.dropped ?? 0;
  }

  handleIncoming(handler: IncomingCallHandler): void {
    this.#incoming = handler;
  }

  /** The window told how the leg of a call is. */
  windowLeg(callId: string, state: MediaLegState, detail: string): void {
    this.#calls.get(callId)?.windowLeg(state, detail);
  }

  /** `takes` is the value of a Replaces header (RFC 3891). */
  place(callId: string, target: DialTarget, listener: DeviceCallListener, takes?: string): DeviceCall {
    const agent = this.#agent;
    const line = this.line();
    const local = agent?.local;
    if (agent === undefined || line.state !== 'registered' || local === undefined) {
      throw new AppError('offline', line.message === '' ? t('Phone is off. Sign in to call.') : line.message);
    }
    if (!this.#options.window.available()) throw new AppError('media', t(noWindowWords));
    // Who does not know Replaces must refuse: it would be one more call to somebody who is calling.
    const headers = takes === undefined ? [] : [`Replaces: ${takes}`, 'Require: replaces'];
    // What was prepared takes nobody's place.
    if (takes !== undefined) this.#prepared.drop();
    const prepared = this.#prepared.take(callId, agent.connection);
    const call = prepared ?? this.#outgoing(agent, callId, local.address, target, headers);
    call.listen(listener);
    if (call.waits) call.invite();
    else {
      // The caller has to have the call in its list before anything is told of it.
      queueMicrotask(() => {
        call.invite();
      });
    }
    this.#runs(call);
    return call;
  }

  prepare(callId: string, target: DialTarget): void {
    const agent = this.#agent;
    const local = agent?.local;
    if (agent === undefined || this.connection === undefined || local === undefined) return;
    if (!this.#options.window.available()) return;
    try {
      this.#prepared.keep(this.#outgoing(agent, callId, local.address, target), agent.connection);
      agent.announceCall();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  /** A call to this target with its session. Nothing of it is sent. */
  #outgoing(
    agent: SipUserAgent,
    callId: string,
    localAddress: string,
    target: DialTarget,
    headers: readonly string[] = [],
  ): SipCall {
    const address = addressOf(target, this.#options.config);
    const uri = uriOf(address);
    if (!isReachable(uri, this.#options.config)) throw new AppError('invalid', t(onlyEncryptedWords));
    const call = this.#newCall(agent, callId, localAddress, headers);
    const farNumber = target.kind === 'uri' ? (uri.user ?? '') : target.dialled;
    call.carry(new Inviter(agent.userAgent, uri, { extraHeaders: [...headers] }), farNumber);
    return call;
  }

  /** `headers` go into every INVITE of the call, also after a redirection. */
  #newCall(agent: SipUserAgent, callId: string, localAddress: string, headers: readonly string[] = []): SipCall {
    const { config, media, window, clock, log } = this.#options;
    const invite = (uri: URI): Inviter => new Inviter(agent.userAgent, uri, { extraHeaders: [...headers] });
    const call = new SipCall({
      callId,
      media: media.open(callId, localAddress),
      window,
      clock,
      log,
      dialogs: agent.dialogs,
      held: agent.heldInvites,
      afterwards: this.#afterwards,
      redirect: (address) => {
        const number = /^tel:([^;]+)/i.exec(address)?.[1];
        const uri = Grammar.URIParse(number === undefined ? address : addressOfNumber(number, config.aor));
        return uri === undefined ? undefined : invite(uri);
      },
      again: (session) => invite(session.request.ruri),
      aor: config.aor,
      digitMode: () => this.#options.config.digits,
      addressOf: (target) => addressOf(target, config),
      onRefer: (referred, session, referral) => {
        this.#arriving.referred(referred, session, referral);
      },
      onOver: () => {
        this.#calls.delete(callId);
        this.#connections.delete(call);
        this.#holdOffWhileBusy();
      },
    });
    return call;
  }

  #runs(call: SipCall): void {
    this.#calls.set(call.callId, call);
    this.#connections.set(call, this.#connectionNow());
    this.#holdOffWhileBusy();
  }

  /** During calls the connection is not moved to a better server, and a dead one is noticed sooner. */
  #holdOffWhileBusy(): void {
    this.#agent?.callsRunning(this.#calls.size);
    if (this.#calls.size > 0) this.#release ??= this.#agent?.holdOff();
    else {
      this.#release?.();
      this.#release = undefined;
    }
  }

  /** Subscriptions go with their connection; whoever wants one asks anew. */
  #abandonSubscriptions(): void {
    for (const subscription of this.#subscriptions) subscription.abandon();
    this.#subscriptions.clear();
  }

  /** Calls of an earlier connection go on over the new one. */
  #moveCalls(): void {
    const now = this.#connectionNow();
    for (const [call, before] of [...this.#connections]) {
      if (before.number === now.number) continue;
      this.#connections.set(call, now);
      call.signallingMoved(this.#agent?.local?.address, before.server === now.server);
    }
  }

  #connectionNow(): { readonly number: number; readonly server: string } {
    const server = this.#status.state === 'up' ? formatServer(this.#status.server) : '';
    return { number: this.#agent?.connection ?? 0, server };
  }

  #statusChanged(status: ReconnectorStatus): void {
    this.#status = status;
    if (status.state !== 'up') this.#abandonSubscriptions();
    this.#options.health.report(phoneHealth(status));
    if (status.state === 'up') {
      this.#options.log.info('registered', { server: formatServer(status.server) });
      this.#options.media.expectCalls(this.#agent?.local?.address);
      this.#moveCalls();
    }
    for (const listener of [...this.#lineListeners]) listener();
  }
}
