import type { Clock, TimerHandle } from '../../../src-shared/clock.ts';
import { timerT1Ms } from '../retransmissions.ts';
import { headerKey, headerValue, isResponse, methodOf, statusCode } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/**
 * RFC 3261 section 9.1: an INVITE that was cancelled and gets no final answer within 64 times T1 counts as cancelled.
 * SIP.js would keep it for ever; it is given the 487 that never came.
 */
export class CancelledInvites {
  readonly #clock: Clock;
  readonly #deliver: (response: SipMessage) => void;
  readonly #waiting = new Map<string, TimerHandle>();

  constructor(clock: Clock, deliver: (response: SipMessage) => void) {
    this.#clock = clock;
    this.#deliver = deliver;
  }

  /** A request goes out, as SIP.js made it. */
  sent(request: SipMessage): void {
    if (isResponse(request) || methodOf(request) !== 'CANCEL') return;
    const key = keyOf(request);
    if (this.#waiting.has(key)) return;
    const timer = this.#clock.setTimeout(() => {
      this.#waiting.delete(key);
      this.#deliver(madeUp487(request));
    }, 64 * timerT1Ms);
    this.#waiting.set(key, timer);
  }

  received(response: SipMessage): void {
    if (methodOf(response) !== 'INVITE' || statusCode(response) < 200) return;
    const key = keyOf(response);
    const timer = this.#waiting.get(key);
    if (timer !== undefined) this.#clock.clearTimeout(timer);
    this.#waiting.delete(key);
  }

  stop(): void {
    for (const timer of this.#waiting.values()) this.#clock.clearTimeout(timer);
    this.#waiting.clear();
  }
}

/** CANCEL carries Call-ID and number of its INVITE. */
function keyOf(message: SipMessage): string {
  return `${headerValue(message, 'call-id') ?? ''} ${(headerValue(message, 'cseq') ?? '').split(/[ \t]/)[0] ?? ''}`;
}

function madeUp487(cancel: SipMessage): SipMessage {
  const headers = cancel.headers
    .filter((header) => ['via', 'from', 'to', 'call-id', 'cseq'].includes(headerKey(header.name)))
    .map((header) => {
      if (headerKey(header.name) === 'cseq') return { name: 'CSeq', value: header.value.replace(/CANCEL$/, 'INVITE') };
      return headerKey(header.name) === 'to' && !/;tag=/.test(header.value)
        ? { name: 'To', value: `${header.value};tag=none` }
        : header;
    });
  return {
    startLine: 'SIP/2.0 487 Request Terminated',
    headers: [...headers, { name: 'Content-Length', value: '0' }],
    body: '',
  };
}
