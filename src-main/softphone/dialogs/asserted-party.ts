import { Grammar } from 'sip.js';
import { callerIdentity } from '../caller-identity.ts';
import type { CallerIdentity } from '../caller-identity.ts';
import { addressParameters, bracketed, splitHeaderList } from '../header-list.ts';
import { headerValues } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import { telToSip } from '../wire-fixes/tel-identity.ts';
import { quoteDisplayName } from '../wire-fixes/unquoted-name.ts';

/**
 * Whom the server asserts at the far end: P-Asserted-Identity (RFC 3325), else Remote-Party-ID. Our own server is the
 * only one that we talk to, so it is trusted. Undefined where it asserts nobody, or asks to keep it private.
 */
export function assertedParty(message: SipMessage, ownDomain: string): CallerIdentity | undefined {
  const isPrivate = headerValues(message, 'privacy').some((value) => /\b(id|user|header)\b/i.test(value));
  const asserted = headerValues(message, 'p-asserted-identity').flatMap(splitHeaderList);
  const claimed = headerValues(message, 'remote-party-id')
    .flatMap(splitHeaderList)
    .filter((value) => !/^(full|uri|name)$/i.test(addressParameters(value).get('privacy') ?? ''));
  if (isPrivate) return undefined;
  for (const value of [...asserted, ...claimed]) {
    const address = Grammar.nameAddrHeaderParse(quoteDisplayName(telToSip(bracketed(value))));
    if (address !== undefined) return callerIdentity(address, undefined, ownDomain);
  }
  return undefined;
}

/** The same number, written with or without its country, area or line: one ends as the other one. */
export function isSameNumber(one: string, other: string): boolean {
  if (one.toLowerCase() === other.toLowerCase()) return true;
  const [short = '', long = ''] = [one, other]
    .map((text) => text.replace(/\D/g, ''))
    .sort((a, b) => a.length - b.length);
  const areNumbers = [one, other].every((text) => /^\+?\d+$/.test(text));
  return areNumbers && short.length >= 3 && long.endsWith(short);
}
