import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Random } from '../core/server-list.ts';
import { signallingLimits } from './signalling-limits.ts';

export interface KeepAliveOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Asks by SIP (OPTIONS): every server answers. Its answer is told by `heard`, as everything that comes. */
  readonly ask: () => void;
  /** Asks below SIP, which costs the server next to nothing; missing where the wire cannot. */
  readonly ping?: (() => void) | undefined;
  /** Questions and answers can get lost (UDP): an unanswered question is asked anew, and soon. */
  readonly isLossy: boolean;
  /** The server showed no sign of life. Told once; nothing is asked any more. */
  readonly dead: () => void;
}

/** A request that is on its way, by the branch of its Via. */
interface Waiting {
  readonly branch: string;
  readonly sentAtMs: number;
}

/**
 * Finds out whether the server of one connection lives, and keeps firewalls and NAT open, at a price that a server
 * with ten thousand phones can bear (RFC 5626 sections 4.4 and 5.4).
 *
 *   stopped --start--> idle
 *   idle --suspicion | a request unanswered--> alert              asks at once, then every 2 s
 *   idle --a call--> alert                                        asks every 2 s: the call itself says that the server
 *                                                                 lives, or is a request that stays unanswered
 *   alert --no call, no suspicion, all answered--> idle           asks every Flow-Timer or 30 s, with jitter
 *   idle | alert --a call is announced, the server was silent for a while--> the same, asks at once
 *   idle | alert --asked and heard nothing in time--> dead
 *   any --stop--> stopped
 *
 * Anything that comes from the server is a sign of life.
 */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  #state: 'stopped' | 'idle' | 'alert' | 'dead' = 'stopped';
  #idleMs: number = signallingLimits.idlePingMs;
  #calls = 0;
  /** Signs of life that are still wanted before a suspicion is past. */
  #suspicion = 0;
  #waiting: readonly Waiting[] = [];
  #next: TimerHandle | undefined;
  #deadline: TimerHandle | undefined;
  #again: TimerHandle | undefined;
  #unanswered: TimerHandle | undefined;
  #answersPings = false;
  #heardAtMs = -Infinity;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
  }

  /** @param flowTimerS what the registrar granted (RFC 5626 section 4.4.1); undefined: our own interval */
  start(flowTimerS?: number): void {
    if (this.#state !== 'stopped') return;
    if (flowTimerS !== undefined && flowTimerS > 0) {
      this.#idleMs = Math.max(signallingLimits.flowTimerFloorMs, flowTimerS * 1_000);
    }
    this.#state = 'idle';
    this.#heardAtMs = this.#options.clock.now();
    // Learns whether pings are answered; where they are, OPTIONS is not needed while idle.
    this.#options.ping?.();
    this.#arm();
    this.#review();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#waiting = [];
    for (const timer of [this.#next, this.#deadline, this.#again, this.#unanswered]) this.#clear(timer);
    this.#next = undefined;
    this.#again = undefined;
    this.#deadline = undefined;
    this.#unanswered = undefined;
  }

  /** So many calls run. */
  calls(count: number): void {
    this.#calls = count;
    this.#review();
  }

  /**
   * A press says that a call may be wanted in a moment. A server that has been silent is asked now: one that is gone is
   * found before the call runs into it, and whatever sleeps on the way to it, such as a radio, is awake by then.
   */
  announceCall(): void {
    if (this.#options.clock.now() - this.#heardAtMs >= signallingLimits.freshSignMs) this.#askNow('SIP');
  }

  /** The network changed, the computer woke, or a datagram was refused: the server may be out of reach. */
  suspect(): void {
    this.#suspicion = signallingLimits.calmAfterPongs;
    this.#review();
  }

  /** A request other than our own question went out. */
  sent(branch: string): void {
    if (this.#state === 'stopped' || this.#state === 'dead') return;
    const sentAtMs = this.#options.clock.now();
    this.#waiting = [...this.#waiting.filter((waiting) => waiting.branch !== branch), { branch, sentAtMs }];
    this.#watchRequests();
  }

  /** Something came: with `branch` a response to that request. */
  heard(branch?: string): void {
    this.#heardAtMs = this.#options.clock.now();
    this.#clear(this.#deadline);
    this.#clear(this.#again);
    this.#deadline = undefined;
    this.#again = undefined;
    if (branch !== undefined) this.#waiting = this.#waiting.filter((waiting) => waiting.branch !== branch);
    if (this.#suspicion > 0) this.#suspicion -= 1;
    this.#review();
  }

  /** The server answered a ping below SIP. */
  pong(): void {
    this.#answersPings = true;
    this.heard();
  }

  get #wantsAlert(): boolean {
    return this.#calls > 0 || this.#isSuspicious;
  }

  get #isSuspicious(): boolean {
    const nowMs = this.#options.clock.now();
    return (
      this.#suspicion > 0 || this.#waiting.some(({ sentAtMs }) => nowMs - sentAtMs >= signallingLimits.unansweredMs)
    );
  }

  #review(): void {
    if (this.#state === 'idle' && this.#wantsAlert) {
      this.#state = 'alert';
      if (this.#isSuspicious) this.#askNow();
      else this.#arm();
    } else if (this.#state === 'alert' && !this.#wantsAlert) {
      this.#state = 'idle';
      this.#arm();
    }
  }

  /** Looks again when the oldest request has waited long enough. */
  #watchRequests(): void {
    const oldest = this.#waiting[0];
    if (this.#unanswered !== undefined || oldest === undefined) return;
    const { clock } = this.#options;
    const delayMs = oldest.sentAtMs + signallingLimits.unansweredMs - clock.now();
    this.#unanswered = clock.setTimeout(
      () => {
        this.#unanswered = undefined;
        this.#forgetOld();
        this.#review();
        if (this.#state === 'idle') this.#watchRequests();
      },
      Math.max(0, delayMs),
    );
  }

  #forgetOld(): void {
    const oldestMs = this.#options.clock.now() - signallingLimits.requestLifeMs;
    this.#waiting = this.#waiting.filter(({ sentAtMs }) => sentAtMs > oldestMs);
  }

  #arm(): void {
    const { clock, random } = this.#options;
    this.#clear(this.#next);
    // RFC 5626 section 4.4.1: between 80 and 100 percent, so that phones do not ask in step.
    const delayMs = this.#state === 'alert' ? signallingLimits.alertPingMs : this.#idleMs * (0.8 + 0.2 * random());
    this.#next = clock.setTimeout(() => {
      this.#next = undefined;
      this.#forgetOld();
      this.#state = this.#wantsAlert ? 'alert' : 'idle';
      this.#askNow();
    }, delayMs);
  }

  /** Pings are cheap, but a proxy whose SIP part hangs may still answer them: in need SIP itself is asked. */
  #askNow(way: 'cheap' | 'SIP' = this.#state === 'idle' ? 'cheap' : 'SIP'): void {
    if (this.#state === 'stopped' || this.#state === 'dead') return;
    const { ask, ping } = this.#options;
    if (way === 'cheap' && this.#answersPings && ping !== undefined) ping();
    else ask();
    this.#deadline ??= this.#awaitSign(false);
    this.#askAgain();
    this.#arm();
  }

  #askAgain(): void {
    const { clock, isLossy, ask } = this.#options;
    if (!isLossy || this.#again !== undefined) return;
    this.#again = clock.setTimeout(() => {
      this.#again = undefined;
      ask();
      this.#askAgain();
    }, signallingLimits.askAgainMs);
  }

  #awaitSign(isSecond: boolean): TimerHandle {
    const { clock, ask } = this.#options;
    const dueMs = clock.now() + signallingLimits.pingTimeoutMs;
    return clock.setTimeout(() => {
      this.#deadline = undefined;
      // This process itself may have been asleep or busy, with the answer unread: it asks once more.
      if (!isSecond && clock.now() - dueMs > signallingLimits.pingTimeoutMs / 2) {
        ask();
        this.#deadline = this.#awaitSign(true);
        return;
      }
      this.stop();
      this.#state = 'dead';
      this.#options.dead();
    }, signallingLimits.pingTimeoutMs);
  }

  #clear(timer: TimerHandle | undefined): void {
    if (timer !== undefined) this.#options.clock.clearTimeout(timer);
  }
}
