import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';

/**
 * What ends with the life of a reconnector, or with one of its states: its one timer, and everything it waits for.
 *
 *   over --begin--> running --end--> over
 */
export class ReconnectorLife {
  readonly #clock: Clock;
  #timer: TimerHandle | undefined;
  #epoch = 0;
  /** Rejected by `end`, so that nothing waits for an answer (and holds a timer) after it. */
  #ended = Promise.withResolvers<never>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers of DNS and probes that were asked for in an earlier state are ignored. */
  get epoch(): number {
    return this.#epoch;
  }

  begin(): void {
    this.#ended = Promise.withResolvers<never>();
    this.#ended.promise.catch(() => undefined);
  }

  /** Another state: the timer of the last one does not count any more. */
  nextEpoch(): void {
    this.#epoch += 1;
    this.#clear();
  }

  end(): void {
    this.#ended.reject(new Error('stopped'));
  }

  /** The one timer of a state; it takes the place of one that runs. */
  setTimer(task: () => void, delayMs: number): void {
    this.#clear();
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      task();
    }, delayMs);
  }

  /** Settles as `work` does, or rejects at the deadline or when it ends. */
  within<T>(work: Promise<T>, deadlineMs: number, what: string): Promise<T> {
    return withDeadline(Promise.race([work, this.#ended.promise]), deadlineMs, this.#clock, what);
  }

  #clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
