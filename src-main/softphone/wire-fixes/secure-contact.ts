import { isResponse, mapHeaders } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/** A request to a `sips:` address names us by one, too (RFC 3261 section 8.1.1.8, RFC 5630 section 5.1.1). */
export function withSecureContact(message: SipMessage): SipMessage {
  if (isResponse(message) || !/^[A-Z]+ sips:/i.test(message.startLine)) return message;
  return mapHeaders(message, ['contact'], (value) => value.replace(/(^|<)sip:/i, '$1sips:'));
}
