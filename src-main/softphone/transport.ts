import { EmitterImpl, TransportState } from 'sip.js';
import type { Emitter, Transport } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import type { Logger } from '../core/log.ts';
import { Retransmissions } from './retransmissions.ts';
import { formatSipMessage, headerValue, isResponse, methodOf, parseSipMessage, statusCode } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';
import { signallingLimits } from './signalling-limits.ts';
import type { LocalAddress, ViaIdentity } from './via-identity.ts';
import { mendIncoming, mendOutgoing } from './wire-fixes/wire-fixes.ts';
import type { Wire, WireFactory } from './wire.ts';

/** What came in and was not SIP, or what SIP.js could not digest. Shown in "Copy details". */
export interface TransportCounters {
  malformed: number;
  refused: number;
  /** The last reason, without any content of the message. */
  lastWhy: string;
}

/** An 18x answer to an INVITE, as it was on the wire. */
export interface Provisional {
  readonly callId: string;
  readonly status: number;
  /** SDP of early media (RFC 3960); empty when there is none. */
  readonly sdp: string;
}

/** SIP.js makes the transport; this is what it hands through. */
export interface SipTransportOptions {
  readonly protocol: Wire['protocol'];
  readonly clock: Clock;
  readonly log: Logger;
  readonly identity: ViaIdentity;
  /** Makes the wire of the next connection. */
  readonly nextWire: WireFactory;
  /** User part of our Contact; known once SIP.js made it. */
  readonly contactUser: () => string;
  /**
   * SIP.js drops an 18x without Contact, so that ringing would show nothing with some phones. Inventing a Contact
   * misroutes the ACK, so ringing and early media are read here, at the wire.
   */
  readonly onProvisional: (provisional: Provisional) => void;
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
  readonly #options: SipTransportOptions;
  readonly #emitter = new EmitterImpl<TransportState>();
  readonly #retransmissions: Retransmissions;
  #state: TransportState = TransportState.Disconnected;
  #wire: Wire | undefined;
  #local: LocalAddress | undefined;
  #closing: Promise<void> | undefined;

  constructor(_logger: unknown, options: SipTransportOptions) {
    this.#options = options;
    this.protocol = options.protocol;
    this.stateChange = this.#emitter;
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
    const wire = this.#options.nextWire();
    this.#wire = wire;
    try {
      this.#local = await wire.open({
        message: (text) => {
          if (this.#wire === wire) this.#received(text);
        },
        dropped: (why) => {
          this.#drop(why);
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
    this.#enter(TransportState.Connected);
    this.onConnect?.();
  }

  /** Resolves when the wire is closed, also when it is closing already. */
  async disconnect(): Promise<void> {
    const wire = this.#wire;
    if (wire !== undefined) {
      this.#wire = undefined;
      this.#closing = this.#close(wire);
    }
    await this.#closing;
  }

  async #close(wire: Wire): Promise<void> {
    const wasConnected = this.isConnected();
    this.#retransmissions.stop();
    this.#enter(TransportState.Disconnecting);
    await wire.close();
    this.#closing = undefined;
    this.#enter(TransportState.Disconnected);
    if (wasConnected) this.onDisconnect?.();
  }

  async dispose(): Promise<void> {
    await this.disconnect();
  }

  async send(text: string): Promise<void> {
    const wire = this.#wire;
    if (wire === undefined || !this.isConnected()) throw new Error('Not connected');
    const message = parseSipMessage(text);
    if (message === undefined) throw new Error('SIP.js made a message that does not parse');
    const swapped = this.#options.identity.toWire(mendOutgoing(message), wire.addressed ? this.#local : undefined);
    const out = formatSipMessage(swapped);
    if (wire.unreliable) {
      this.#retransmissions.sent(swapped, out);
      if (!isResponse(swapped) && Buffer.byteLength(out) > signallingLimits.udpRequestBytes) {
        this.#options.log.debug('a request is larger than RFC 3261 18.1.1 wants over UDP', {
          method: methodOf(swapped),
        });
      }
    }
    await wire.send(out);
  }

  #received(text: string): void {
    const message = parseSipMessage(text);
    if (message === undefined) {
      this.#drop('not SIP');
      return;
    }
    this.#retransmissions.received(message);
    this.#tellProvisional(message);
    const mended = mendIncoming(this.#options.identity.fromWire(message), this.#options.contactUser());
    try {
      this.onMessage?.(formatSipMessage(mended));
    } catch (error) {
      // SIP.js throws on some malformed input; the far end must not be able to end this process.
      this.counters.refused += 1;
      this.counters.lastWhy = 'SIP.js refused a message';
      this.#options.log.warn('a message was dropped', { error, start: message.startLine.slice(0, 80) });
    }
  }

  #tellProvisional(message: SipMessage): void {
    const status = statusCode(message);
    if (status <= 100 || status >= 200 || methodOf(message) !== 'INVITE') return;
    const isSdp = /^application\/sdp\b/i.test(headerValue(message, 'content-type') ?? '');
    this.#options.onProvisional({
      callId: headerValue(message, 'call-id') ?? '',
      status,
      sdp: isSdp ? message.body : '',
    });
  }

  #drop(why: string): void {
    this.counters.malformed += 1;
    this.counters.lastWhy = why;
    this.#options.log.debug('input was dropped', { why });
  }

  #lost(error: Error): void {
    const wire = this.#wire;
    this.#wire = undefined;
    this.#retransmissions.stop();
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
