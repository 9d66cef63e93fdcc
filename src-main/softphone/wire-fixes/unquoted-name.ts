import { mapHeaders } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

const token = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/** Quotes a display name that is neither quoted nor made of tokens (RFC 3261 section 25.1, `name-addr`). */
export function quoteDisplayName(value: string): string {
  const open = value.indexOf('<');
  if (open <= 0 || value.trimStart().startsWith('"')) return value;
  const name = value.slice(0, open).trim();
  if (name === '' || name.split(/[ \t]+/).every((word) => token.test(word))) return value;
  return `"${name.replace(/["\\]/g, '\\$&')}" ${value.slice(open)}`;
}

/** Many servers send `From: Jürgen Groß <sip:...>`; SIP.js drops the whole message. */
export function fixUnquotedNames(message: SipMessage): SipMessage {
  return mapHeaders(
    message,
    ['from', 'to', 'contact', 'p-asserted-identity', 'remote-party-id', 'refer-to'],
    quoteDisplayName,
  );
}
