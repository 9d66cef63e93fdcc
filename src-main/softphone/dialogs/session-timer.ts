import type { Clock, TimerHandle } from '../../../src-shared/clock.ts';

/** What both sides agreed on (RFC 4028 section 4). */
export interface SessionInterval {
  readonly intervalS: number;
  /** Who has to refresh. */
  readonly refresher: 'us' | 'them';
}

/** How a refresh of ours went. */
export type RefreshOutcome =
  /** Answered with 2xx; what it agrees on was given by `agreed` already. */
  | 'done'
  /** The far end or its server does not know the call any more (481), or the server says that it does not answer (408). */
  | 'gone'
  /** Refused for now, or nobody answered at all, as when the server hangs; there is time for another try. */
  | 'later';

export interface SessionTimerOptions {
  readonly clock: Clock;
  /** Sends UPDATE or re-INVITE. Never rejects. */
  readonly refresh: () => Promise<RefreshOutcome>;
  /** The session is over: BYE is due. */
  readonly expired: () => void;
}

/** RFC 4028 section 10: a BYE leaves so long before the end, or a third of the interval where that is less. */
const byeBeforeEndMs = 32_000;
/** A refresh that was refused is tried again after this time. */
const retryRefreshMs = 10_000;

/**
 * The session timer of one call (RFC 4028), so that a far end that vanished does not leave a call that never ends.
 *
 *   off       --agreed, we refresh-->   keeping
 *   off       --agreed, they refresh--> watching
 *   keeping   --half the interval-->    refreshing
 *   refreshing --2xx, agreed-->         keeping | watching     (a new interval)
 *   refreshing --refused | no answer--> keeping                (tried again after 10 s)
 *   refreshing --481 | 408-->           over                   BYE
 *   watching  --refresh, agreed-->      watching | keeping     (a new interval)
 *   keeping | refreshing | watching --near the end of the interval--> over    BYE
 *   any       --nothing agreed | stop--> off
 */
export class SessionTimer {
  readonly #options: SessionTimerOptions;
  #state: 'off' | 'keeping' | 'refreshing' | 'watching' | 'over' = 'off';
  #agreed: SessionInterval | undefined;
  #refreshAt: TimerHandle | undefined;
  #endAt: TimerHandle | undefined;

  constructor(options: SessionTimerOptions) {
    this.#options = options;
  }

  get state(): string {
    return this.#state;
  }

  /** What runs now; undefined without a session timer. */
  get interval(): SessionInterval | undefined {
    return this.#agreed;
  }

  /** A 2xx of INVITE or UPDATE went by, in either direction. Undefined: the call has no session timer any more. */
  agreed(interval: SessionInterval | undefined): void {
    if (this.#state === 'over') return;
    this.#clear();
    this.#agreed = interval;
    if (interval === undefined) {
      this.#state = 'off';
      return;
    }
    const { clock } = this.#options;
    const intervalMs = interval.intervalS * 1_000;
    const graceMs = Math.min(byeBeforeEndMs, intervalMs / 3);
    this.#endAt = clock.setTimeout(() => {
      this.#over();
    }, intervalMs - graceMs);
    this.#state = interval.refresher === 'us' ? 'keeping' : 'watching';
    if (this.#state === 'keeping') this.#refreshIn(intervalMs / 2);
  }

  stop(): void {
    this.#clear();
    this.#agreed = undefined;
    if (this.#state !== 'over') this.#state = 'off';
  }

  #refreshIn(delayMs: number): void {
    this.#refreshAt = this.#options.clock.setTimeout(() => {
      this.#state = 'refreshing';
      const asked = this.#agreed;
      const answered = (outcome: RefreshOutcome): void => {
        // Agreed anew or stopped meanwhile.
        if (this.#agreed !== asked || this.#state !== 'refreshing') return;
        if (outcome === 'gone') this.#over();
        else {
          this.#state = 'keeping';
          this.#refreshIn(retryRefreshMs);
        }
      };
      // One that fails by a fault of ours is tried again like one that was refused; the fault itself goes to the log.
      void this.#options.refresh().then(answered, (error: unknown) => {
        answered('later');
        throw error;
      });
    }, delayMs);
  }

  #over(): void {
    this.#clear();
    this.#state = 'over';
    this.#options.expired();
  }

  #clear(): void {
    const { clock } = this.#options;
    if (this.#refreshAt !== undefined) clock.clearTimeout(this.#refreshAt);
    if (this.#endAt !== undefined) clock.clearTimeout(this.#endAt);
    this.#refreshAt = undefined;
    this.#endAt = undefined;
  }
}
