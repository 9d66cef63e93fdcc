import type { Clock } from '../../src-shared/clock.ts';
import type { Logger } from './log.ts';

export interface AfterwardsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** When the present turn is over. Default: setImmediate. */
  readonly schedule?: (task: () => void) => void;
}

/**
 * Work that need not hold up what is going on: written down, shown, told, when the present turn of the event loop is
 * over, in the order in which it was given. A call's INVITE leaves before its row is written.
 *
 *   empty --run--> due --turn over | flush--> empty
 *   empty | due --hold--> held --released, or its time is up--> empty | due
 *
 * An error of one piece is logged and keeps no other from running.
 */
export class Afterwards {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #schedule: (task: () => void) => void;
  #tasks: (() => void)[] = [];
  #scheduled = false;
  #holds = 0;

  constructor({ log, clock, schedule = (task) => setImmediate(task) }: AfterwardsOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#schedule = schedule;
  }

  run(task: () => void): void {
    this.#tasks.push(task);
    this.#scheduleIfDue();
  }

  /**
   * Until the release that this returns is called, and at most for `atMostMs`, nothing is done: somebody is waited for
   * on whom the person waits, and even a write to another process costs a turn of this one.
   */
  hold(atMostMs: number): () => void {
    let held = true;
    this.#holds += 1;
    const release = (): void => {
      if (!held) return;
      held = false;
      this.#clock.clearTimeout(timer);
      this.#holds -= 1;
      this.#scheduleIfDue();
    };
    const timer = this.#clock.setTimeout(release, atMostMs);
    return release;
  }

  /** Does what is due now, held or not; before a stop. */
  flush(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) {
      try {
        task();
      } catch (error) {
        this.#log.error('work that was put off failed', { error });
      }
    }
  }

  #scheduleIfDue(): void {
    if (this.#scheduled || this.#holds > 0 || this.#tasks.length === 0) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      // Held meanwhile: the release schedules anew.
      if (this.#holds === 0) this.flush();
    });
  }
}
