import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { imLimits } from './im-limits.ts';

/** Who is typing (XEP-0085). Tells changes only, and forgets who never said that they stopped. */
export class TypingNotices {
  readonly #clock: Clock;
  readonly #tell: (peer: string, typing: boolean) => void;
  readonly #timers = new Map<string, TimerHandle>();

  constructor(clock: Clock, tell: (peer: string, typing: boolean) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  told(peer: string, typing: boolean): void {
    if (!typing) {
      this.ended(peer);
      return;
    }
    const before = this.#timers.get(peer);
    if (before === undefined) this.#tell(peer, true);
    else this.#clock.clearTimeout(before);
    this.#timers.set(
      peer,
      this.#clock.setTimeout(() => {
        this.ended(peer);
      }, imLimits.typingMs),
    );
  }

  ended(peer: string): void {
    const timer = this.#timers.get(peer);
    if (timer === undefined) return;
    this.#clock.clearTimeout(timer);
    this.#timers.delete(peer);
    this.#tell(peer, false);
  }

  stop(): void {
    for (const peer of [...this.#timers.keys()]) this.ended(peer);
  }
}
