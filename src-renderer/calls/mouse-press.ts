/** What is asked of a pointer event. */
interface PointerFacts {
  readonly pointerType: string;
  readonly button: number;
  readonly ctrlKey: boolean;
}

/** A press, on the control that it began on. */
interface Press extends PointerFacts {
  readonly currentTarget: { contains(other: Node | null): boolean };
}

const pressEnds = ['pointerup', 'pointercancel'] as const;
const firstOfAll = { capture: true };

/**
 * Acts when a mouse lets go of what it pressed. Chromium tells that by `pointerup`, then by `mouseup`, then by `click`, and
 * runs the handlers of the whole window for each, React's before ours: what the window hears first of all is more than a
 * millisecond earlier. A press that is drawn away is let go elsewhere. Keys and assistive technology click without a
 * pointer, and a finger that is lifted may have scrolled: those act on `click`.
 *
 *   idle --down--> pressed --up on the control--> acted (its click is not counted) --down--> pressed
 *   pressed --up elsewhere | cancelled--> idle
 */
export class MousePress {
  readonly #window: EventTarget;
  #acted = false;
  #forget: (() => void) | undefined;

  /** @param of where the end of a press is heard before anywhere else */
  constructor(of: EventTarget = window) {
    this.#window = of;
  }

  /** @param act what the press is for; what is under the mouse may be something else by the time it lets go */
  down(event: Press, act: () => void): void {
    this.#forget?.();
    this.#acted = false;
    if (!isMainButton(event)) return;
    const control = event.currentTarget;
    const ended = (event: Event): void => {
      this.#forget?.();
      const { type, target } = event;
      const isOnControl = control.contains(target as Node | null);
      if (type !== 'pointerup' || !isOnControl || !isMainButton(event as Event & PointerFacts)) return;
      this.#acted = true;
      act();
    };
    for (const type of pressEnds) this.#window.addEventListener(type, ended, firstOfAll);
    this.#forget = () => {
      this.#forget = undefined;
      for (const type of pressEnds) this.#window.removeEventListener(type, ended, firstOfAll);
    };
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
