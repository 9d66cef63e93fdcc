import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { isResponse, methodOf, statusCode, topBranch } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

/** RFC 3261 section 17.1.1.1. */
export const timerT1Ms = 500;
/** RFC 3261 section 17.1.2.2: the longest interval of a repeated non-INVITE request or response. */
export const timerT2Ms = 4_000;
/** RFC 3261 section 17.1.2.2: the longest that a message stays in the network. */
export const timerT4Ms = 5_000;

interface Repetition {
  timer: TimerHandle;
}

/**
 * Timers A, E and G (RFC 3261 section 17), which SIP.js leaves out: over UDP, requests are repeated until an answer
 * comes, and refusals of an INVITE until the ACK comes. The 2xx of an INVITE is repeated by SIP.js itself.
 */
export class Retransmissions {
  readonly #clock: Clock;
  readonly #send: (text: string) => void;
  readonly #running = new Map<string, Repetition>();

  constructor(clock: Clock, send: (text: string) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  sent(message: SipMessage, text: string): void {
    const method = methodOf(message);
    if (isResponse(message)) {
      if (method !== 'INVITE' || statusCode(message) < 300) return;
      this.#start(`response ${topBranch(message)}`, text, timerT2Ms);
      return;
    }
    if (method === 'ACK') return;
    // Timer A doubles without a cap, timer E up to T2.
    this.#start(`${method} ${topBranch(message)}`, text, method === 'INVITE' ? Infinity : timerT2Ms);
  }

  received(message: SipMessage): void {
    const branch = topBranch(message);
    const method = methodOf(message);
    if (!isResponse(message)) {
      if (method === 'ACK') this.#stop(`response ${branch}`);
      return;
    }
    const key = `${method} ${branch}`;
    if (method === 'INVITE' || statusCode(message) >= 200) this.#stop(key);
  }

  stop(): void {
    for (const key of [...this.#running.keys()]) this.#stop(key);
  }

  #start(key: string, text: string, capMs: number): void {
    this.#stop(key);
    const endMs = this.#clock.now() + 64 * timerT1Ms;
    const arm = (intervalMs: number): TimerHandle =>
      this.#clock.setTimeout(() => {
        const entry = this.#running.get(key);
        if (entry === undefined) return;
        this.#send(text);
        const nextMs = Math.min(intervalMs * 2, capMs);
        // Timers B, F and H end the transaction then.
        if (this.#clock.now() + nextMs >= endMs) this.#running.delete(key);
        else entry.timer = arm(nextMs);
      }, intervalMs);
    this.#running.set(key, { timer: arm(timerT1Ms) });
  }

  #stop(key: string): void {
    const entry = this.#running.get(key);
    if (entry === undefined) return;
    this.#clock.clearTimeout(entry.timer);
    this.#running.delete(key);
  }
}
