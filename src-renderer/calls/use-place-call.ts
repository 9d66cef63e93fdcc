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
  readonly onPointerDown: () => void;
  readonly onClick: () => void;
}

/**
 * The same for a button: pressing it makes the call ready, letting it go places the call. A press that is drawn away
 * calls nobody.
 */
export function usePressToCall(): (target: string, name?: string) => CallPress {
  const { place, prepare } = useCallActions();
  return (target, name) => ({
    onPointerDown: () => {
      prepare(target, name);
    },
    onClick: () => {
      place(target, name);
    },
  });
}
