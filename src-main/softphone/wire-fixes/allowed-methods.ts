import { headerValue, isResponse, methodOf, statusCode, withHeaders } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/** What we take, with what stands beside SIP.js. */
export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY, SUBSCRIBE';

/** RFC 3261 section 20.5: SIP.js names its own methods only, and none in its answers to INVITE. */
export function withAllowedMethods(message: SipMessage): SipMessage {
  const method = methodOf(message);
  const says = isResponse(message)
    ? statusCode(message) === 405 ||
      (statusCode(message) > 100 && statusCode(message) < 300 && ['INVITE', 'UPDATE', 'OPTIONS'].includes(method))
    : ['INVITE', 'UPDATE'].includes(method) || headerValue(message, 'allow') !== undefined;
  return says ? withHeaders(message, { Allow: allowedMethods }) : message;
}
