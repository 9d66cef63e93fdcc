import { useLingui } from '@lingui/react/macro';
import { hidesNumber } from '../../src-shared/model/caller.ts';

/** Who is at the other end, as calls and voice messages know it. */
export interface Caller {
  readonly name?: string;
  readonly number: string;
  readonly jid?: string;
}

/** The address under which a caller can be a contact: the one that is known, or a number that is an address itself. */
export function contactAddress({ jid, number }: Caller): string | undefined {
  if (jid !== undefined) return jid;
  const address = number.replace(/^sips?:/i, '').toLowerCase();
  return /^[^@/\s]+@[^@/\s]+$/.test(address) ? address : undefined;
}

/** What a list, a call or a sentence calls them: by name, else by number, else `unknown`. */
export function callerName(caller: Caller, unknown: string): string {
  return caller.name ?? (hidesNumber(caller) ? unknown : caller.number);
}

/** The same, with the words for who is not known. */
export function useCallerName(): (caller: Caller) => string {
  const { t } = useLingui();
  return (caller) => callerName(caller, t`Unknown caller`);
}
