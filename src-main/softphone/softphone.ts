import { randomUUID } from 'node:crypto';
import { Grammar, Inviter } from 'sip.js';
import type { Invitation } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { PhoneConfig, TrustConfig } from '../account/account-config.ts';
import type {
  CallDevice,
  DeviceCall,
  DeviceCallListener,
  IncomingCallHandler,
  LineStatus,
} from '../calls/call-device.ts';
import type { DialTarget } from '../calls/dial-string.ts';
import type { Logger } from '../core/log.ts';
import type { ReconnectorStatus } from '../core/reconnector.ts';
import { formatServer } from '../core/server-list.ts';
import type { Random, ServerAddress } from '../core/server-list.ts';
import type { HealthReporter, Service } from '../core/service.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMediaFactory } from './call-media.ts';
import { callerIdentity } from './caller-identity.ts';
import { wireFailure } from './connect-failures.ts';
import { domainOf } from './make-wire.ts';
import { noWindowWords } from './media-words.ts';
import { lineWords, phoneHealth } from './phone-health.ts';
import { SipCall } from './sip-call.ts';
import { signallingLimits } from './signalling-limits.ts';
import type { Provisional } from './transport.ts';
import { SipUserAgent } from './user-agent.ts';
import type { Wire } from './wire.ts';

export interface SoftphoneOptions {
  readonly config: PhoneConfig;
  readonly trust: TrustConfig;
  /** For User-Agent, for example `Parley/0.1.0`. */
  readonly product: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly health: HealthReporter;
  readonly window: WindowMedia;
  readonly media: CallMediaFactory;
  /** In tests the wire is a fake. */
  readonly makeWire?: (server: ServerAddress) => Wire;
}

/**
 * The phone in this computer: one SIP account, its registration and its calls. Given a password it connects and stays
 * connected; without one it is off.
 */
export class Softphone implements CallDevice, Service {
  readonly id = 'computer';
  readonly name = 'softphone';
  readonly #options: SoftphoneOptions;
  readonly #calls = new Map<string, SipCall>();
  readonly #lineListeners = new Set<() => void>();
  readonly #undo: (() => void)[] = [];
  #incoming: IncomingCallHandler | undefined;
  #agent: SipUserAgent | undefined;
  #status: ReconnectorStatus = { state: 'stopped' };
  #release: (() => void) | undefined;

  constructor(options: SoftphoneOptions) {
    this.#options = options;
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
  async connect(password: string): Promise<void> {
    await this.disconnect();
    const { config, trust, product, clock, random, log, makeWire } = this.#options;
    try {
      this.#agent = new SipUserAgent({
        config,
        trust,
        password,
        product,
        clock,
        random,
        log,
        sessionDescriptionHandlerFactory: (session) => {
          const call = [...this.#calls.values()].find((candidate) => candidate.carries(session));
          if (call === undefined) throw new Error('A session without a call');
          return call.exchange;
        },
        onInvite: (invitation) => {
          this.#invited(invitation);
        },
        onProvisional: (provisional) => {
          this.#provisional(provisional);
        },
        onStatus: (status) => {
          this.#statusChanged(status);
        },
        ...(makeWire === undefined ? {} : { makeWire }),
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
    await agent.stop();
  }

  /** The network changed: registers anew, over a new connection when the old one is dead. */
  networkChanged(): void {
    this.#agent?.kick();
  }

  /** The computer woke from sleep. */
  wake(): void {
    this.#agent?.kick();
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

  place(callId: string, target: DialTarget, listener: DeviceCallListener): DeviceCall {
    const agent = this.#agent;
    const line = this.line();
    const local = agent?.local;
    if (agent === undefined || line.state !== 'registered' || local === undefined) {
      throw new AppError('offline', line.message === '' ? 'Phone is off. Sign in to call.' : line.message);
    }
    if (!this.#options.window.available()) throw new AppError('media', noWindowWords);
    const uri = Grammar.URIParse(
      target.kind === 'uri'
        ? target.dialled
        : `sip:${encodeUser(target.dialled)}@${domainOf(this.#options.config.aor)}`,
    );
    if (uri === undefined) throw new AppError('invalid', 'That address cannot be called. Check how it is written.');
    const call = this.#newCall(callId, local.address);
    call.listen(listener);
    const inviter = new Inviter(agent.userAgent, uri);
    call.carry(inviter);
    // The caller has to have the call in its list before anything is told of it.
    queueMicrotask(() => {
      call.invite();
    });
    return call;
  }

  #newCall(callId: string, localAddress: string): SipCall {
    const { media, window, clock, log } = this.#options;
    const call = new SipCall({
      callId,
      media: media.open(callId, localAddress),
      window,
      clock,
      log,
      redirect: (contact) => {
        const uri = Grammar.nameAddrHeaderParse(contact)?.uri;
        const agent = this.#agent;
        return uri === undefined || agent === undefined ? undefined : new Inviter(agent.userAgent, uri);
      },
      onOver: () => {
        this.#calls.delete(callId);
        this.#holdOffWhileBusy();
      },
    });
    this.#calls.set(callId, call);
    this.#holdOffWhileBusy();
    return call;
  }

  /** The connection is not moved to a better server during calls. */
  #holdOffWhileBusy(): void {
    if (this.#calls.size > 0) this.#release ??= this.#agent?.holdOff();
    else {
      this.#release?.();
      this.#release = undefined;
    }
  }

  #invited(invitation: Invitation): void {
    const local = this.#agent?.local;
    const handler = this.#incoming;
    if (local === undefined || handler === undefined) {
      void invitation.reject({ statusCode: 480 });
      return;
    }
    const domain = domainOf(this.#options.config.aor);
    const identity = callerIdentity(invitation.remoteIdentity, invitation.assertedIdentity, domain);
    const callId = randomUUID();
    const call = this.#newCall(callId, local.address);
    call.carry(invitation);
    const listener = handler({ callId, ...identity, call });
    if (listener === undefined) {
      call.refuseAsBusy();
      return;
    }
    call.listen(listener);
    invitation.progress({ statusCode: 180 }).catch((error: unknown) => {
      this.#options.log.info('180 was not sent', { callId, error });
    });
  }

  #provisional(provisional: Provisional): void {
    for (const call of this.#calls.values()) {
      if (call.sipCallId === provisional.callId) call.provisional(provisional);
    }
  }

  #statusChanged(status: ReconnectorStatus): void {
    this.#status = status;
    this.#options.health.report(phoneHealth(status));
    if (status.state === 'up') this.#options.log.info('registered', { server: formatServer(status.server) });
    for (const listener of [...this.#lineListeners]) listener();
  }
}

/** RFC 3261 section 25.1 `user`: `#` has to be escaped. */
function encodeUser(number: string): string {
  return number.replaceAll('#', '%23');
}
