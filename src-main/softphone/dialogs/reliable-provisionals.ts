import type { Clock, TimerHandle } from '../../../src-shared/clock.ts';
import type { Random } from '../../core/server-list.ts';
import { timerT1Ms } from '../retransmissions.ts';
import { headerTokens, headerValue, withHeaders } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

export interface ReliableProvisionalsOptions {
  /** The INVITE that is answered. */
  readonly invite: SipMessage;
  readonly clock: Clock;
  readonly random: Random;
  readonly resend: (response: SipMessage) => void;
  /** No PRACK came within 64 times T1: the INVITE is to be refused (RFC 3262 section 3). */
  readonly lost: () => void;
}

/**
 * Provisional answers of ours that a caller requires to be reliable (`Require: 100rel`, RFC 3262 section 3):
 *
 *   idle --18x--> waiting --repeated with doubling intervals--> waiting
 *   waiting --PRACK that names it--> idle         (the next 18x gets the next number)
 *   waiting --64 times T1--> lost
 *   any --final answer--> over
 */
export class ReliableProvisionals {
  readonly #options: ReliableProvisionalsOptions;
  readonly #isRequired: boolean;
  #sequence: number;
  #waiting: { readonly response: SipMessage; readonly endMs: number; timer: TimerHandle } | undefined;
  #isOver = false;

  constructor(options: ReliableProvisionalsOptions) {
    this.#options = options;
    this.#isRequired = requiresReliable(options.invite);
    // RFC 3262 section 3: between 1 and 2^31 - 1, and one more for each answer.
    this.#sequence = 1 + Math.floor(options.random() * 10_000);
  }

  /** An 18x goes out: as it has to be on the wire. */
  outgoing(response: SipMessage): SipMessage {
    if (!this.#isRequired || this.#isOver || headerValue(response, 'rseq') !== undefined) return response;
    this.#stop();
    this.#sequence += 1;
    const reliable = withHeaders(response, { Require: '100rel', RSeq: String(this.#sequence) });
    const { clock } = this.#options;
    this.#waiting = { response: reliable, endMs: clock.now() + 64 * timerT1Ms, timer: this.#repeatIn(timerT1Ms) };
    return reliable;
  }

  /** True when the PRACK names the answer that waits for it; else 481 is due. */
  acknowledged(prack: SipMessage): boolean {
    const waiting = this.#waiting;
    if (waiting === undefined) return false;
    const [rseq, cseq, method] = (headerValue(prack, 'rack') ?? '').trim().split(/[ \t]+/);
    const isIt =
      rseq === headerValue(waiting.response, 'rseq') &&
      `${cseq ?? ''} ${method ?? ''}` === headerValue(waiting.response, 'cseq')?.replace(/[ \t]+/, ' ');
    if (isIt) this.#stop();
    return isIt;
  }

  /** A final answer went out, or the call is over: nothing is repeated any more. */
  over(): void {
    this.#isOver = true;
    this.#stop();
  }

  #repeatIn(intervalMs: number): TimerHandle {
    const { clock, resend, lost } = this.#options;
    return clock.setTimeout(() => {
      const waiting = this.#waiting;
      if (waiting === undefined) return;
      if (clock.now() >= waiting.endMs) {
        this.over();
        lost();
        return;
      }
      resend(waiting.response);
      waiting.timer = this.#repeatIn(Math.min(intervalMs * 2, waiting.endMs - clock.now()));
    }, intervalMs);
  }

  #stop(): void {
    if (this.#waiting !== undefined) this.#options.clock.clearTimeout(this.#waiting.timer);
    this.#waiting = undefined;
  }
}

/** The caller takes no provisional answer that is not reliable. */
export function requiresReliable(invite: SipMessage): boolean {
  return headerTokens(invite, 'require').includes('100rel');
}

/**
 * SIP.js answers such an INVITE by itself with SDP, which would open the microphone while it rings. So it is not told;
 * that the answers are reliable is seen to at the wire.
 */
export function withoutReliable(invite: SipMessage): SipMessage {
  const without = (key: string): string | undefined => {
    const tokens = headerTokens(invite, key).filter((token) => token !== '100rel');
    return tokens.length === 0 ? undefined : tokens.join(', ');
  };
  return withHeaders(invite, { Require: without('require'), Supported: without('supported') });
}
