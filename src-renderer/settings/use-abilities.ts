import type { ShellAbility } from '../../src-shared/contract/system.ts';
import { useQuery } from '../bridge/use-query.ts';

/** What this shell can do that not every shell can; nothing until it is known. */
export function useAbilities(): readonly ShellAbility[] {
  return useQuery('app.info', null).value?.abilities ?? [];
}
