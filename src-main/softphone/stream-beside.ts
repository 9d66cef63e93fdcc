import type { Logger } from '../core/log.ts';
import { fitsIntoDatagram } from './datagram-size.ts';
import { formatSipMessage, isResponse, mapHeaders, methodOf, topBranch, headerValue } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';
import type { Wire } from './wire.ts';

export interface StreamBesideOptions {
  /** A new TCP wire to the server that the UDP wire reaches. */
  readonly makeWire: () => Wire;
  readonly received: (text: string) => void;
  readonly dropped: (why: string) => void;
  readonly log: Logger;
}

/** INVITEs whose ACK or CANCEL may still come; calls of one person are few. */
const branchesKept = 64;

/**
 * The TCP connection beside a UDP wire. A request that comes near the path MTU would be sent in fragments, which
 * firewalls drop: it goes over TCP instead, and over UDP all the same where the server takes no TCP (RFC 3261 section
 * 18.1.1).
 *
 *   none --a large request--> opening --open--> open
 *   opening --refused--> refused          UDP from now on
 *   open --lost--> none
 *   any --close--> closed
 */
export class StreamBeside {
  readonly #options: StreamBesideOptions;
  #state: 'none' | 'refused' | 'closed' = 'none';
  #wire: Promise<Wire | undefined> | undefined;
  /** Branches of the requests that went over TCP: their CANCEL and ACK take the same way. */
  #branches: readonly string[] = [];

  constructor(options: StreamBesideOptions) {
    this.#options = options;
  }

  /** Whether `send` would try to; what belongs on UDP should not wait for it. */
  wants(message: SipMessage): boolean {
    return this.#state !== 'closed' && this.#belongsHere(message);
  }

  /** Sends the message over TCP where it belongs there; false: it belongs on UDP. Does not reject. */
  async send(message: SipMessage): Promise<boolean> {
    if (!this.wants(message)) return false;
    const wire = await this.#opened();
    if (wire === undefined) return false;
    const isRequest = !isResponse(message);
    try {
      await wire.send(formatSipMessage(isRequest ? overTcp(message) : message));
    } catch (error) {
      this.#options.log.debug('TCP beside UDP did not take a message', { error });
      return false;
    }
    if (isRequest) this.#branches = [...this.#branches, topBranch(message)].slice(-branchesKept);
    return true;
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    const wire = await this.#wire;
    this.#wire = undefined;
    await wire?.close();
  }

  #belongsHere(message: SipMessage): boolean {
    // RFC 3261 section 18.2.2: an answer goes back over the connection of its request.
    if (isResponse(message)) return this.#wire !== undefined && isTcp(headerValue(message, 'via') ?? '');
    const method = methodOf(message);
    // Those of a 2xx have a branch of their own (RFC 3261 section 13.2.2.4).
    if (method === 'CANCEL' || method === 'ACK') return this.#branches.includes(topBranch(message));
    if (this.#state === 'refused') return false;
    return !fitsIntoDatagram(message);
  }

  #opened(): Promise<Wire | undefined> {
    this.#wire ??= this.#open();
    return this.#wire;
  }

  async #open(): Promise<Wire | undefined> {
    const { makeWire, received, dropped, log } = this.#options;
    const wire = makeWire();
    try {
      await wire.open({
        message: received,
        pong: () => undefined,
        dropped,
        closed: () => {
          this.#wire = undefined;
        },
      });
      return wire;
    } catch (error) {
      log.info('the server takes no TCP beside UDP; large requests go over UDP', { error });
      this.#wire = undefined;
      if (this.#state === 'none') this.#state = 'refused';
      await wire.close();
      return undefined;
    }
  }
}

function isTcp(via: string): boolean {
  return /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*TCP\b/i.test(via);
}

/** The topmost Via names TCP; the answer comes back over the connection whatever address it names. */
function overTcp(message: SipMessage): SipMessage {
  let isTop = true;
  return mapHeaders(message, ['via'], (value) => {
    if (!isTop) return value;
    isTop = false;
    return value.replace(/^(SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*)UDP\b/i, '$1TCP');
  });
}
