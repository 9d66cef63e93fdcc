import { useCallActions } from './use-call-actions.ts';

/**
 * Dials a number or an address; `name` is shown until the directory knows better. The window follows the call by
 * itself. A refusal shows in the banner.
 */
export function usePlaceCall(): (target: string, name?: string) => void {
  return useCallActions().place;
}
