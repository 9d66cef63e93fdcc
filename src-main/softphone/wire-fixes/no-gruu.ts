import { isResponse, mapHeaders, methodOf } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/**
 * SIP.js asks for a GRUU (RFC 5627) with every REGISTER and then uses it as Contact, which many phone
 * servers grant but cannot route. It must not ask.
 */
export function withoutGruu(message: SipMessage): SipMessage {
  if (isResponse(message) || methodOf(message) !== 'REGISTER') return message;
  return mapHeaders(message, ['supported'], (value) =>
    value
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== 'gruu')
      .join(', '),
  );
}
