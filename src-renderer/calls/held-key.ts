/**
 * A key of the keyboard that is pressed on a button, which may mean another thing when it is held. What it meant is
 * told when it is let go: acting while it is down would give its repeats to whatever has the focus then.
 *
 *   up --down--> pressed --repeat--> held
 *   pressed --up--> `short`      held --up--> `long`
 */
export class HeldKey {
  #name: string | undefined;
  #isHeld = false;

  /** `name`: of the button; `isRepeat` as the keyboard says. */
  down(name: string, isRepeat: boolean): void {
    if (!isRepeat) {
      this.#name = name;
      this.#isHeld = false;
    } else if (this.#name === name) this.#isHeld = true;
  }

  /** Undefined when the key went down somewhere else. */
  up(name: string): 'short' | 'long' | undefined {
    const meant = this.#name === name ? (this.#isHeld ? 'long' : 'short') : undefined;
    this.#name = undefined;
    return meant;
  }
}
