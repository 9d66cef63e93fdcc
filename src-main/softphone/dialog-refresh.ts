import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { RefreshOutcome } from './dialogs/session-timer.ts';
import { signallingLimits } from './signalling-limits.ts';

export interface DialogRefreshOptions {
  readonly clock: Clock;
  /** Sends UPDATE or re-INVITE. Never rejects. */
  readonly refresh: () => Promise<RefreshOutcome>;
  readonly told: (outcome: RefreshOutcome) => void;
}

/**
 * Refreshes the dialog of a running call after its signalling moved to another connection, so that the far end finds
 * us there (target refresh, RFC 3261 section 12.2 and RFC 3311 section 5.1).
 *
 *   settled --moved--> refreshing --done--> detoured       again after 30 s: the far end cannot tell its end over the
 *   refreshing --gone--> over                              server that died
 *   refreshing --later | no answer--> detoured             sound goes on; again after 30 s or when moved
 *   detoured --moved | time--> refreshing
 *   any --stop--> over
 */
export class DialogRefresh {
  readonly #options: DialogRefreshOptions;
  #state: 'settled' | 'refreshing' | 'detoured' | 'over' = 'settled';
  #movedMeanwhile = false;
  #timer: TimerHandle | undefined;

  constructor(options: DialogRefreshOptions) {
    this.#options = options;
  }

  /** The signalling of the call goes over another connection now. */
  moved(): void {
    switch (this.#state) {
      case 'settled':
      case 'detoured':
        this.#refresh();
        break;
      case 'refreshing':
        this.#movedMeanwhile = true;
        break;
      case 'over':
        break;
    }
  }

  stop(): void {
    this.#state = 'over';
    this.#clearTimer();
  }

  #refresh(): void {
    this.#state = 'refreshing';
    this.#movedMeanwhile = false;
    this.#clearTimer();
    let isAnswered = false;
    const answered = (outcome: RefreshOutcome): void => {
      if (isAnswered) return;
      isAnswered = true;
      this.#answered(outcome);
    };
    // SIP.js makes a 408 up when nothing answers; before that it is known that this server does not reach the far end.
    this.#timer = this.#options.clock.setTimeout(() => {
      answered('later');
    }, signallingLimits.refreshTimeoutMs);
    // One that fails by a fault of ours is one without an answer; the fault itself goes to the log.
    void this.#options.refresh().then(answered, (error: unknown) => {
      answered('later');
      throw error;
    });
  }

  #answered(outcome: RefreshOutcome): void {
    if (this.#state !== 'refreshing') return;
    this.#clearTimer();
    this.#state = outcome === 'gone' ? 'over' : 'detoured';
    this.#options.told(outcome);
    if (this.#state !== 'detoured') return;
    if (this.#movedMeanwhile) {
      this.#refresh();
      return;
    }
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#refresh();
    }, signallingLimits.detourRefreshMs);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
