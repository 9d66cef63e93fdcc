/** What is asked of a pointer event. */
interface PointerFacts {
  readonly pointerType: string;
  readonly button: number;
  readonly ctrlKey: boolean;
}

/**
 * When a mouse has let go of what it pressed. Chromium tells that by `pointerup`, then by `mouseup`, then by `click`, and
 * runs the handlers of the whole window for each: what acts on the first is a millisecond earlier. A press that is drawn
 * away is let go elsewhere. Keys and assistive technology click without a pointer, and a finger that is lifted may have
 * scrolled: those act on `click`.
 *
 *   idle --down--> pressed --up on the same--> acted (its click is not counted) --down--> pressed
 */
export class MousePress<What> {
  #pressed: What | undefined;
  #acted = false;

  down(event: PointerFacts, what: What): void {
    this.#acted = false;
    this.#pressed = isMainButton(event) ? what : undefined;
  }

  /** Whether this is the moment to act. */
  up(event: PointerFacts, what: What): boolean {
    this.#acted = isMainButton(event) && this.#pressed === what;
    this.#pressed = undefined;
    return this.#acted;
  }

  /** Whether this click is one to act on; `detail` is zero when no pointer made it (UI Events, section 3.3.3). */
  click({ detail }: { readonly detail: number }): boolean {
    const counts = !this.#acted || detail === 0;
    this.#acted = false;
    return counts;
  }
}

/** With Ctrl it is the other button on a Mac, and no click follows. */
function isMainButton({ pointerType, button, ctrlKey }: PointerFacts): boolean {
  return pointerType === 'mouse' && button === 0 && !ctrlKey;
}
