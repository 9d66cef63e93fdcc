import type { NameAddrHeader } from 'sip.js';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import { telHost } from './wire-fixes/tel-identity.ts';

/** Who the far end is, for people. */
export interface CallerIdentity {
  /** A number where it is one or of our own domain, otherwise `user@host`. */
  readonly number: string;
  readonly name?: string;
}

/**
 * The caller of an INVITE: what the network asserts (P-Asserted-Identity, RFC 3325) before what the caller
 * writes (From, RFC 3261 section 20.20). A display name that only repeats the number is none. Who withholds the number
 * is `anonymous` (RFC 3323 section 4.1.1.3), whatever else the server calls them.
 */
export function callerIdentity(
  from: NameAddrHeader,
  asserted: NameAddrHeader | undefined,
  ownDomain: string,
): CallerIdentity {
  const source = asserted ?? from;
  const number = numberOf(source, ownDomain);
  const name = [asserted?.displayName, from.displayName]
    .map((text) => text?.trim())
    .find((text) => isName(text, number) && !(hidesNumber({ number }) && saysHidden.test(text)));
  return name === undefined ? { number } : { number, name };
}

/** What phone servers write in the place of who is not to be named. */
const saysHidden = /^(?:unknown|unavailable|private|withheld|restricted|no caller id|unknown caller)$/i;

function isName(text: string | undefined, number: string): text is string {
  if (text === undefined || text === '') return false;
  const digits = text.replace(/[\s.\-()/]/g, '');
  return digits !== number && !/^\+?\d+$/.test(digits) && !/^anonymous$/i.test(text);
}

function numberOf(header: NameAddrHeader, ownDomain: string): string {
  const user = unescape(header.uri.user ?? '');
  const host = header.uri.host;
  // Nobody has an address there (RFC 2606 section 2): `anonymous.invalid`, `unknown.invalid`.
  if (/^anonymous/i.test(user) || (/(?:^|\.)invalid$/i.test(host) && host !== telHost)) return 'anonymous';
  if (user === '') return host;
  const isNumber = /^\+?[\d*#.\-()]+$/.test(user);
  if (isNumber) return user.replace(/[.\-()]/g, '');
  return host === telHost || host.toLowerCase() === ownDomain.toLowerCase() ? user : `${user}@${host}`;
}

function unescape(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}
