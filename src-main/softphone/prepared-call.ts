import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { limits } from '../../src-shared/limits.ts';
import type { SipCall } from './sip-call.ts';

interface Kept {
  readonly call: SipCall;
  /** The connection of the agent that its session was made for: Contact and addresses belong to it. */
  readonly connection: number;
  readonly timer: TimerHandle;
}

/**
 * One call that a press announced, all made but not begun: its INVITE then leaves the moment that it is wanted.
 *
 *   none --keep--> kept --take: the same call, over the same connection--> none      (it is the caller's)
 *   kept --keep another | drop | take by another | `limits.preparedCallMs`--> none           (it is discarded)
 */
export class PreparedCall {
  readonly #clock: Clock;
  #kept: Kept | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get call(): SipCall | undefined {
    return this.#kept?.call;
  }

  keep(call: SipCall, connection: number): void {
    this.drop();
    const timer = this.#clock.setTimeout(() => {
      this.drop();
    }, limits.preparedCallMs);
    this.#kept = { call, connection, timer };
    call.prepare();
  }

  take(callId: string, connection: number): SipCall | undefined {
    const kept = this.#kept;
    if (kept?.call.callId !== callId || kept.connection !== connection) {
      // Ports and session belong to the call that is placed now.
      this.drop();
      return undefined;
    }
    this.#kept = undefined;
    this.#clock.clearTimeout(kept.timer);
    // Without an offer it came to nothing; the call itself finds out anew, and says why.
    return kept.call.isOver ? undefined : kept.call;
  }

  drop(): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    this.#kept = undefined;
    this.#clock.clearTimeout(kept.timer);
    kept.call.discard();
  }
}
