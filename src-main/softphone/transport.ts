import { EmitterImpl, TransportState } from 'sip.js';
import type { Emitter, Transport } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { WireStep } from './dialogs/wire-step.ts';
import type { ContactPlace } from './contact-place.ts';
import { fitting } from './datagram-size.ts';
import type { DigestMemory } from './digest-memory.ts';
import { HeldInvites } from './held-invites.ts';
import { Retransmissions } from './retransmissions.ts';
import type { RouteDetour } from './route-detour.ts';
import { formatSipMessage, isResponse, methodOf, parseSipMessage, topBranch } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';
import type { LocalAddress, ViaIdentity } from './via-identity.ts';
import { mendIncoming, mendOutgoing } from './wire-fixes/wire-fixes.ts';
import { StreamBeside } from './stream-beside.ts';
import { TryingLater } from './trying-later.ts';
import type { Wire, WireFactory } from './wire.ts';

/** What a wire says when the host answers, but no program listens there (ICMP port unreachable). */
const refusedDatagram = 'ECONNREFUSED';

/** What came in and was not SIP, or what SIP.js could not digest. Shown in "Copy details". */
export interface TransportCounters {
  malformed: number;
  refused: number;
  /** The last reason, without any content of the message. */
  lastWhy: string;
}

/** What goes over the wire, for whoever watches over the life of the server. */
export interface TrafficListener {
  /** A request that wants an answer went out. */
  sent(method: string, branch: string): void;
  /** Something came; with `branch` a response to that request. */
  heard(branch?: string): void;
  /** The server answered a ping below SIP. */
  pong(): void;
  /** The network says that nobody takes our datagrams. */
  refused(): void;
  /** An answer shows that the server sees us at another place than our Contact names. */
  elsewhere(): void;
}

/** SIP.js makes the transport; this is what it hands through. */
export interface SipTransportOptions {
  readonly protocol: Wire['protocol'];
  readonly clock: Clock;
  readonly log: Logger;
  readonly identity: ViaIdentity;
  /** Where our Contact says that we are. */
  readonly place: ContactPlace;
  /** Puts credentials on requests that would be challenged otherwise. */
  readonly digest: DigestMemory;
  /** Makes the wire of the next connection. */
  readonly nextWire: WireFactory;
  /** Makes the TCP wire beside a UDP one, for large requests. */
  readonly wireBeside?: WireFactory;
  /** User part of our Contact; known once SIP.js made it. */
  readonly contactUser: () => string;
  /** What SIP.js lacks. */
  readonly step: WireStep;
  readonly traffic: TrafficListener;
  readonly detour: RouteDetour;
}

/**
 * The transport of SIP.js over any wire. Connecting anew takes a new wire, so that dialogs outlive a lost connection.
 *
 *   disconnected --connect--> connecting --wire opened--> connected
 *   connecting --wire failed--> disconnected
 *   connected --disconnect--> disconnecting --wire closed--> disconnected
 *   connected --wire lost--> disconnected
 */
export class SipTransport implements Transport {
  readonly protocol: string;
  readonly stateChange: Emitter<TransportState>;
  readonly counters: TransportCounters = { malformed: 0, refused: 0, lastWhy: '' };
  onConnect: (() => void) | undefined;
  onDisconnect: ((error?: Error) => void) | undefined;
  onMessage: ((message: string) => void) | undefined;
  /** INVITEs that wait for the person to want them. */
  readonly held = new HeldInvites((response) => this.onMessage?.(response));
  readonly #options: SipTransportOptions;
  readonly #emitter = new EmitterImpl<TransportState>();
  readonly #retransmissions: Retransmissions;
  readonly #tryingLater: TryingLater;
  #state: TransportState = TransportState.Disconnected;
  #wire: Wire | undefined;
  #beside: StreamBeside | undefined;
  #local: LocalAddress | undefined;
  #closing: Promise<void> | undefined;

  constructor(_logger: unknown, options: SipTransportOptions) {
    this.#options = options;
    this.protocol = options.protocol;
    this.stateChange = this.#emitter;
    this.#tryingLater = new TryingLater(options.clock);
    this.#retransmissions = new Retransmissions(options.clock, (text) => {
      this.#wire?.send(text).catch((error: unknown) => {
        this.#options.log.debug('a repetition was not sent', { error });
      });
    });
  }

  get state(): TransportState {
    return this.#state;
  }

  /** The address of the socket in use. */
  get local(): LocalAddress | undefined {
    return this.#local;
  }

  isConnected(): boolean {
    return this.#state === TransportState.Connected;
  }

  async connect(): Promise<void> {
    if (this.#state !== TransportState.Disconnected) throw new Error(`Cannot connect while ${this.#state}`);
    this.#enter(TransportState.Connecting);
    this.#options.digest.forget();
    const wire = this.#options.nextWire();
    this.#wire = wire;
    const makeBeside = wire.unreliable ? this.#options.wireBeside : undefined;
    if (makeBeside !== undefined) this.#beside = this.#besideOf(wire, makeBeside);
    try {
      this.#local = await wire.open({
        message: (text) => {
          if (this.#wire === wire) this.#received(text, true);
        },
        pong: () => {
          if (this.#wire === wire) this.#options.traffic.pong();
        },
        dropped: (why) => {
          this.#drop(why);
          if (this.#wire === wire && why === refusedDatagram) this.#options.traffic.refused();
        },
        closed: (error) => {
          if (this.#wire === wire) this.#lost(error);
        },
      });
    } catch (error) {
      if (this.#wire === wire) {
        this.#wire = undefined;
        this.#enter(TransportState.Disconnected);
      }
      await wire.close();
      throw error;
    }
    // Disconnected while the wire opened.
    if (this.#wire !== wire) throw new Error('The attempt was given up');
    this.#options.place.connected(wire.addressed ? this.#local : undefined);
    this.#enter(TransportState.Connected);
    this.onConnect?.();
  }

  /** Asks for a sign of life below SIP, where the wire can. */
  ping(): void {
    this.#wire?.ping?.();
  }

  /** Resolves when the wire is closed, also when it is closing already. */
  async disconnect(): Promise<void> {
    await this.#leave(false);
  }

  /** As `disconnect`, but waits for nothing: the server does not answer. */
  async abandon(): Promise<void> {
    await this.#leave(true);
  }

  async #leave(isDead: boolean): Promise<void> {
    const wire = this.#wire;
    if (wire !== undefined) {
      this.#wire = undefined;
      this.#closing = this.#close(wire, isDead);
    }
    await this.#closing;
  }

  async #close(wire: Wire, isDead: boolean): Promise<void> {
    const wasConnected = this.isConnected();
    this.#retransmissions.stop();
    this.#tryingLater.stop();
    this.#closeBeside();
    this.#enter(TransportState.Disconnecting);
    await wire.close(isDead);
    this.#closing = undefined;
    this.#enter(TransportState.Disconnected);
    if (wasConnected) this.onDisconnect?.();
  }

  async dispose(): Promise<void> {
    await this.disconnect();
  }

  async send(text: string): Promise<void> {
    const message = parseSipMessage(text);
    if (message === undefined) throw new Error('SIP.js made a message that does not parse');
    if (this.held.swallow(message)) return;
    const wire = this.#wire;
    if (wire === undefined || !this.isConnected()) throw new Error('Not connected');
    const send = this.#readyToSend(wire, message);
    await (this.held.keep(message, send) ?? send());
  }

  /** Makes what goes over the wire; what this returns sends it. */
  #readyToSend(wire: Wire, message: SipMessage): () => Promise<void> {
    const { identity, place, digest, detour, step, traffic } = this.#options;
    const routed = detour.outgoing(mendOutgoing(step.outgoing(message)));
    const swapped = identity.toWire(routed, wire.addressed ? this.#local : undefined, place.address);
    const write = () => {
      const whole = digest.ahead(swapped);
      const request = wire.unreliable ? fitting(whole) : whole;
      return { request, out: formatSipMessage(request), uses: digest.uses };
    };
    let written = write();
    return async () => {
      // While it waited a request that was made later may have gone out: the count of a nonce has to rise on the wire.
      if (written.uses !== digest.uses) written = write();
      const { request, out } = written;
      const note = (): void => {
        if (!isResponse(request) && methodOf(request) !== 'ACK') traffic.sent(methodOf(request), topBranch(request));
      };
      if (this.#beside?.wants(request) === true) {
        note();
        if (await this.#beside.send(request)) return;
      }
      // First of all: nobody who waits for it has any use for what is noted of it.
      const sent = wire.send(out);
      if (wire.unreliable) this.#retransmissions.sent(request, out);
      note();
      await sent;
    };
  }

  /** @param isOwnSocket it came over the socket that our Contact means */
  #received(text: string, isOwnSocket: boolean): void {
    const message = parseSipMessage(text);
    if (message === undefined) {
      this.#drop('not SIP');
      this.#options.step.unparsed(text);
      return;
    }
    this.#options.traffic.heard(isResponse(message) ? topBranch(message) : undefined);
    this.#options.detour.learn(message);
    const tellsPlace = isOwnSocket && isResponse(message);
    const isRegistration = methodOf(message) === 'REGISTER';
    // The registration asks where we are as soon as it hears its answer; whoever waits for another one need not wait longer.
    if (tellsPlace && isRegistration) this.#learnPlace(message);
    this.#retransmissions.received(message);
    const pass = (): void => {
      this.#pass(message);
      if (tellsPlace && !isRegistration) this.#learnPlace(message);
    };
    if (!this.#tryingLater.takes(message, pass)) pass();
  }

  /** Hands a message to SIP.js, mended. */
  #pass(message: SipMessage): void {
    const mended = mendIncoming(this.#options.identity.fromWire(message), this.#options.contactUser());
    this.#options.digest.learn(mended);
    try {
      const passed = this.#options.step.incoming(mended);
      if (passed !== undefined) this.onMessage?.(formatSipMessage(passed));
    } catch (error) {
      // SIP.js throws on some malformed input; the far end must not be able to end this process.
      this.counters.refused += 1;
      this.counters.lastWhy = t('SIP.js refused a message');
      this.#options.log.warn('a message was dropped', { error, start: message.startLine.slice(0, 80) });
    }
  }

  #learnPlace(response: SipMessage): void {
    const { place, traffic } = this.#options;
    place.learn(response);
    // The registration looks by itself where its own answer says we are.
    if (place.isElsewhere && methodOf(response) !== 'REGISTER') traffic.elsewhere();
  }

  #drop(why: string): void {
    this.counters.malformed += 1;
    this.counters.lastWhy = why;
    this.#options.log.debug('input was dropped', { why });
  }

  #besideOf(wire: Wire, makeWire: WireFactory): StreamBeside {
    return new StreamBeside({
      makeWire,
      received: (text) => {
        if (this.#wire === wire) this.#received(text, false);
      },
      dropped: (why) => {
        this.#drop(why);
      },
      log: this.#options.log,
    });
  }

  #closeBeside(): void {
    void this.#beside?.close();
    this.#beside = undefined;
  }

  #lost(error: Error): void {
    const wire = this.#wire;
    this.#wire = undefined;
    this.#closeBeside();
    this.#retransmissions.stop();
    this.#tryingLater.stop();
    this.#enter(TransportState.Disconnected);
    void wire?.close();
    this.onDisconnect?.(error);
  }

  #enter(state: TransportState): void {
    if (!transitions[this.#state].includes(state)) {
      throw new Error(`SIP transport: no transition from ${this.#state} to ${state}`);
    }
    this.#state = state;
    this.#emitter.emit(state);
  }
}

/** Transitions that are not listed are refused. */
const transitions: Readonly<Record<TransportState, readonly TransportState[]>> = {
  [TransportState.Disconnected]: [TransportState.Connecting],
  [TransportState.Connecting]: [TransportState.Connected, TransportState.Disconnecting, TransportState.Disconnected],
  [TransportState.Connected]: [TransportState.Disconnecting, TransportState.Disconnected],
  [TransportState.Disconnecting]: [TransportState.Disconnected],
};
