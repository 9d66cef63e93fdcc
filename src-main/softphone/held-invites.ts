import { answerTo } from './dialogs/answer.ts';
import { formatSipMessage, headerValue, isResponse, methodOf } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

/** The tag of an answer that never leaves this computer need not be hard to guess. */
const noSecret = new Uint8Array();

interface Held {
  /** Sends what SIP.js handed over; undefined before that. */
  send: (() => void) | undefined;
  /** Tells SIP.js that nobody is to be called after all; undefined before it handed anything over. */
  refuse: (() => void) | undefined;
  isDiscarded: boolean;
}

/**
 * INVITEs of calls that a press announced: SIP.js makes them and takes them for sent, and here they wait for the click.
 *
 *   none --hold--> awaited --SIP.js hands it over--> held
 *   awaited | held --release--> none                       (it leaves at once, or as soon as it is handed over)
 *   awaited | held --discard--> discarded                  (SIP.js is told 487, as by a server that was asked to cancel)
 *   discarded --SIP.js acknowledges that--> none           (the ACK goes nowhere)
 *   awaited | discarded --neverMade--> none                (there was no offer)
 */
export class HeldInvites {
  readonly #held = new Map<string, Held>();
  readonly #tell: (response: string) => void;

  /** @param tell how SIP.js hears a response */
  constructor(tell: (response: string) => void) {
    this.#tell = tell;
  }

  /** The INVITE with this Call-ID is to wait. */
  hold(callId: string): void {
    this.#held.set(callId, { send: undefined, refuse: undefined, isDiscarded: false });
  }

  /** The call is wanted. */
  release(callId: string): void {
    const held = this.#held.get(callId);
    if (held === undefined || held.isDiscarded) return;
    this.#held.delete(callId);
    held.send?.();
  }

  /** The call is not wanted: nothing of it was sent, and nothing will be. */
  discard(callId: string): void {
    const held = this.#held.get(callId);
    if (held === undefined) return;
    held.isDiscarded = true;
    held.refuse?.();
  }

  /** SIP.js will hand nothing over. */
  neverMade(callId: string): void {
    this.#held.delete(callId);
  }

  /** Whether this message of SIP.js belongs to a call that was discarded: it goes nowhere. */
  swallow(message: SipMessage): boolean {
    const callId = this.#held.size === 0 ? undefined : headerValue(message, 'call-id');
    if (callId === undefined || this.#held.get(callId)?.isDiscarded !== true || methodOf(message) !== 'ACK')
      return false;
    return this.#held.delete(callId);
  }

  /**
   * Whether this message of SIP.js stays here. Then `send` is called when it is wanted, and the promise settles with
   * what becomes of it.
   */
  keep(message: SipMessage, send: () => Promise<void>): Promise<void> | undefined {
    const held = this.#held.size === 0 ? undefined : this.#held.get(headerValue(message, 'call-id') ?? '');
    if (held === undefined || isResponse(message)) return undefined;
    const result = new Promise<void>((resolve, reject) => {
      held.send = () => {
        send().then(resolve, reject);
      };
      held.refuse = () => {
        resolve();
        this.#tell(formatSipMessage(answerTo(message, 487, noSecret)));
      };
    });
    // SIP.js is in the middle of sending: it hears the answer when that is done.
    if (held.isDiscarded) queueMicrotask(() => held.refuse?.());
    return result;
  }
}
