import { isResponse, mapHeaders, methodOf } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/**
 * The instance of this phone (RFC 5626 section 4.1) and the wish for Path (RFC 3327 section 5.1) concern the registrar.
 * SIP.js writes them into every request; in an INVITE with credentials they are what makes it too large for UDP (RFC 3261
 * section 18.1.1), so that it needs a connection of its own and leaves later.
 */
export function withoutRegistrationParts(message: SipMessage): SipMessage {
  if (isResponse(message) || methodOf(message) === 'REGISTER') return message;
  const contacts = mapHeaders(message, ['contact'], (value) => value.replace(/;\+sip\.instance="[^"]*"/i, ''));
  return mapHeaders(contacts, ['supported'], (value) =>
    value
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== 'path')
      .join(', '),
  );
}
