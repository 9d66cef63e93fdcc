import { useState } from 'react';
import type { MouseEvent, PointerEvent } from 'react';
import { MousePress } from './mouse-press.ts';
import { useCallActions } from './use-call-actions.ts';

/**
 * Dials a number or an address; `name` is shown until the directory knows better. The window follows the call by
 * itself. A refusal shows in the banner.
 */
export function usePlaceCall(): (target: string, name?: string) => void {
  return useCallActions().place;
}

/** What a control that calls somebody does with the pointer. */
export interface CallPress {
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onClick: (event: MouseEvent) => void;
}

/**
 * The same for a button: pressing it makes the call ready, letting it go places the call. A press that is drawn away
 * calls nobody.
 */
export function usePressToCall(): (target: string, name?: string) => CallPress {
  const { place, prepare } = useCallActions();
  const [press] = useState(() => new MousePress());
  return (target, name) => ({
    onPointerDown: (event) => {
      press.down(event, () => {
        place(target, name);
      });
      prepare(target, name);
    },
    onClick: (event) => {
      if (press.click(event)) place(target, name);
    },
  });
}
