import type { Clock, TimerHandle } from '../src-shared/clock.ts';
import type { Logger } from './core/log.ts';
import type { Service } from './core/service.ts';
import type { PowerEvents } from './host.ts';

/**
 * The system says that it will sleep and this program still runs so much later (milliseconds): it did not sleep after
 * all, or nobody told that it woke. Longer than letting everything go takes, short enough that no call is missed.
 */
const stillAwakeMs = 15_000;

export interface PowerOptions {
  readonly events: PowerEvents;
  readonly clock: Clock;
  readonly log: Logger;
  /** Lets go of what others would wait for in vain; the system gives a second or two. */
  readonly sleep: () => Promise<void>;
  /** Takes everything up again, and finds out what is dead. */
  readonly wake: () => void;
  readonly locked: (isLocked: boolean) => void;
}

/**
 * Sleep and the locked screen, as the shell tells of them.
 *
 *   awake --sleep--> lettingGo --done--> asleep
 *   lettingGo --wake | time is missing--> leaving --done--> awake
 *   asleep --wake | time is missing | still running after 15 s--> awake
 *   awake --wake | time is missing--> awake                       (nobody told of the sleep)
 *
 * A locked screen drops nothing: calls go on.
 */
export class Power implements Service {
  readonly name = 'power';
  readonly #options: PowerOptions;
  #state: 'awake' | 'lettingGo' | 'leaving' | 'asleep' = 'awake';
  #timer: TimerHandle | undefined;
  #isStopped = false;

  constructor(options: PowerOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    const { events, locked } = this.#options;
    events.onLock(() => {
      locked(true);
    });
    events.onUnlock(() => {
      locked(false);
    });
    events.onSleep(() => {
      void this.#sleep();
    });
    events.onWake(() => {
      this.woke();
    });
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopTimer();
    return Promise.resolve();
  }

  /** The computer woke: told by the shell, or seen because time is missing. */
  woke(): void {
    if (this.#isStopped || this.#state === 'leaving') return;
    if (this.#state === 'lettingGo') {
      this.#state = 'leaving';
      return;
    }
    this.#stopTimer();
    this.#state = 'awake';
    this.#options.log.info('the computer woke');
    this.#options.wake();
  }

  async #sleep(): Promise<void> {
    const { clock, log, sleep } = this.#options;
    if (this.#isStopped || this.#state !== 'awake') return;
    log.info('the computer goes to sleep');
    this.#state = 'lettingGo';
    this.#timer = clock.setTimeout(() => {
      log.info('the computer did not sleep');
      this.woke();
    }, stillAwakeMs);
    try {
      await sleep();
    } catch (error) {
      log.warn('not everything was let go before sleep', { error });
    }
    const isLeaving = this.#hasToLeave();
    this.#state = 'asleep';
    if (isLeaving) this.woke();
  }

  /** Apart, because it changes while `sleep` is under way. */
  #hasToLeave(): boolean {
    return this.#state === 'leaving';
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
