import { useLingui } from '@lingui/react/macro';

/** Who is at the other end, as calls and voice messages know it. */
export interface Caller {
  readonly name?: string;
  readonly number: string;
  readonly jid?: string;
}

/** Who withholds their number comes without one, or as `anonymous` (RFC 3323 section 4.1.1.3): there is nothing to call. */
export function hidesNumber({ number }: Caller): boolean {
  return number === '' || number.toLowerCase() === 'anonymous';
}

/** The address under which a caller can be a contact: the one that is known, or a number that is an address itself. */
export function contactAddress({ jid, number }: Caller): string | undefined {
  if (jid !== undefined) return jid;
  const address = number.replace(/^sips?:/i, '').toLowerCase();
  return /^[^@/\s]+@[^@/\s]+$/.test(address) ? address : undefined;
}

/** What a row calls them: by name, else by number, else by what is known of them. */
export function useCallerName(): (caller: Caller) => string {
  const { t } = useLingui();
  return (caller) => caller.name ?? (hidesNumber(caller) ? t`Unknown caller` : caller.number);
}
