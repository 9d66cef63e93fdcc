import type { KnownParty } from '../directory/reverse-lookup.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import type { WatchedContact } from './line-states.ts';

export interface PhoneDomain {
  /** The person's own address of record, `sip:user@domain`. */
  readonly aor: string;
  /** The way of a number to the server; throws for what is no number. */
  readonly dial: (number: string) => DialTarget;
  /** Numbers of at most this many digits are extensions; 0: not known. */
  readonly extensionDigits: () => number;
  readonly byJid: (jid: string) => KnownParty | undefined;
}

/**
 * Which addresses the phones of these contacts may have on the person's own server: the part of the JID before the @
 * where the domain is the same, and the extension that their number is dialled as. Where the person's own address is
 * a number, the extension comes first.
 */
export function watchedContacts(jids: readonly string[], phone: PhoneDomain): readonly WatchedContact[] {
  const own = /^sips?:([^@]+)@([^;>]+)/i.exec(phone.aor);
  const user = own?.[1]?.toLowerCase() ?? '';
  const domain = own?.[2]?.toLowerCase() ?? '';
  const numbersFirst = /^\+?\d+$/.test(user);
  return jids.flatMap((jid) => {
    const [local = '', host = ''] = jid.toLowerCase().split('@');
    const isHere = host === domain.replace(/:\d+$/, '');
    if (isHere && local === user) return [];
    const byName = isHere ? [`sip:${encodeURIComponent(local)}@${domain}`] : [];
    const number = extensionOf(phone.byJid(jid)?.e164, phone, isHere);
    const byNumber = number === undefined ? [] : [`sip:${number.replaceAll('#', '%23')}@${domain}`];
    const addresses = numbersFirst ? [...byNumber, ...byName] : [...byName, ...byNumber];
    return addresses.length === 0 ? [] : [{ jid, addresses }];
  });
}

/** What the number is dialled as, when that is a phone of this server. */
function extensionOf(
  e164: string | undefined,
  { dial, extensionDigits }: PhoneDomain,
  isHere: boolean,
): string | undefined {
  if (e164 === undefined) return undefined;
  try {
    const { dialled } = dial(e164);
    return isHere || dialled.length <= extensionDigits() ? dialled : undefined;
  } catch {
    return undefined;
  }
}
