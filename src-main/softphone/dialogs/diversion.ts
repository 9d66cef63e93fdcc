import { Grammar } from 'sip.js';
import { addressParameters, addressUri, bracketed, splitHeaderList } from '../header-list.ts';
import { callerIdentity } from '../caller-identity.ts';
import { quoteDisplayName } from '../wire-fixes/unquoted-name.ts';
import { telToSip } from '../wire-fixes/tel-identity.ts';

/** Who sent a call on before it came here. */
export interface Diversion {
  readonly number: string;
  readonly name?: string;
  /** As RFC 5806 names it: `user-busy`, `no-answer`, `unconditional`, `deflection`, `unavailable` ... */
  readonly reason?: string;
}

/** RFC 4458 section 3 and RFC 7131: causes of History-Info as Diversion names them. */
const causeNames: Readonly<Record<string, string>> = {
  '302': 'unconditional',
  '404': 'unknown',
  '408': 'no-answer',
  '480': 'deflection',
  '486': 'user-busy',
  '487': 'deflection',
  '503': 'unavailable',
};

/**
 * Who sent this call on last: Diversion (RFC 5806), else History-Info (RFC 7044). Undefined when nobody did, or when
 * that one wants to stay private.
 */
export function diversionOf(
  diversions: readonly string[],
  historyInfos: readonly string[],
  ownDomain: string,
): Diversion | undefined {
  const [last] = diversions.flatMap(splitHeaderList);
  if (last !== undefined) {
    const parameters = addressParameters(last);
    if (/^(full|uri|name)$/i.test(parameters.get('privacy') ?? '')) return undefined;
    return partyOf(last, parameters.get('reason'), ownDomain);
  }
  return diversionOfHistory(historyInfos.flatMap(splitHeaderList), ownDomain);
}

/** The entry before the last one, when it names somebody else: the last one is us. */
function diversionOfHistory(entries: readonly string[], ownDomain: string): Diversion | undefined {
  const current = entries.at(-1);
  if (current === undefined) return undefined;
  const user = userOf(current);
  const before = entries.slice(0, -1).findLast((entry) => userOf(entry) !== user);
  if (before === undefined || /[?&]privacy=/i.test(before)) return undefined;
  const cause =
    /[;?&]cause=(\d{3})/i.exec(current)?.[1] ??
    /cause(?:%3D|=)(\d{3})/i.exec(/[?&]reason=([^&>]*)/i.exec(before)?.[1] ?? '')?.[1];
  return partyOf(before, cause === undefined ? undefined : causeNames[cause], ownDomain);
}

function userOf(entry: string): string {
  return (/^(?:sips?|tel):([^@;?]+)/i.exec(addressUri(entry))?.[1] ?? '').toLowerCase();
}

function partyOf(value: string, reason: string | undefined, ownDomain: string): Diversion | undefined {
  const address = Grammar.nameAddrHeaderParse(quoteDisplayName(telToSip(bracketed(value))));
  if (address === undefined) return undefined;
  const identity = callerIdentity(address, undefined, ownDomain);
  return { ...identity, ...(reason === undefined || reason === '' ? {} : { reason: reason.toLowerCase() }) };
}
