import { mapHeaders } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/** Host part that stands for "this was a tel URI"; never resolves (RFC 2606). */
export const telHost = 'tel.invalid';

/** `<tel:+4930123;phone-context=x>` (RFC 3966) as the SIP URI of RFC 3261 section 19.1.6. */
export function telToSip(value: string): string {
  return value
    .replace(/<[ \t]*tel:([^;>\s]+)[^>]*>/i, `<sip:$1@${telHost};user=phone>`)
    .replace(/^tel:([^;>\s]+)(;(?!tag=)[^;\s]*)*/i, `<sip:$1@${telHost};user=phone>`);
}

/** Gateways to the telephone network put tel URIs into From and To; SIP.js drops such requests. */
export function fixTelIdentities(message: SipMessage): SipMessage {
  return mapHeaders(message, ['from', 'to', 'p-asserted-identity', 'refer-to'], telToSip);
}
