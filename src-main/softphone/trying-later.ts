import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { signallingLimits } from './signalling-limits.ts';
import { isResponse, statusCode, topBranch } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

/**
 * A 100 (RFC 3261 section 21.1.1) says only that the next server has the request. That stops its repetition at once; SIP.js
 * hears of it a moment later, for what it does with it takes a processor just when the answer itself may be on its way
 * through this computer. What comes for the same request meanwhile says more than the 100, which is dropped then.
 *
 *   none --100--> waits --firstAnswerMs--> passed on
 *   waits --another response to that request | stop--> dropped
 */
export class TryingLater {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, TimerHandle>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True for a 100: `pass` is called later, or not at all. */
  takes(message: SipMessage, pass: () => void): boolean {
    const branch = isResponse(message) ? topBranch(message) : undefined;
    if (branch === undefined) return false;
    const waiting = this.#waiting.get(branch);
    if (waiting !== undefined) {
      this.#clock.clearTimeout(waiting);
      this.#waiting.delete(branch);
    }
    if (statusCode(message) !== 100) return false;
    const timer = this.#clock.setTimeout(() => {
      this.#waiting.delete(branch);
      pass();
    }, signallingLimits.firstAnswerMs);
    this.#waiting.set(branch, timer);
    return true;
  }

  stop(): void {
    for (const timer of this.#waiting.values()) this.#clock.clearTimeout(timer);
    this.#waiting.clear();
  }
}
