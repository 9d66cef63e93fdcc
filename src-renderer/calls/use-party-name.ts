import type { Call } from '../../src-shared/model/call.ts';
import { useCallerName } from '../ui/caller.ts';

/** What a call is called after: the person where known, else the number as dialled or received, where it is not withheld. */
export function usePartyName(): (call: Pick<Call, 'party'>) => string {
  const nameOf = useCallerName();
  return ({ party }) => nameOf(party);
}
