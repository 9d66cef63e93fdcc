/** Counts who holds something off; each release counts once. */
export class Holds {
  readonly #freed: () => void;
  #count = 0;

  /** `freed` is called when the last hold was released. */
  constructor(freed: () => void) {
    this.#freed = freed;
  }

  get any(): boolean {
    return this.#count > 0;
  }

  /** Returns the release; releasing twice counts once. */
  take(): () => void {
    this.#count += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#count -= 1;
      if (this.#count === 0) this.#freed();
    };
  }
}
