import { addressUri } from '../header-list.ts';
import { headerValue, isResponse, mapHeaders, methodOf } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/**
 * Emergency and IMS services put a `urn:` (RFC 5031) or `tel:` into Contact, which nothing can be sent to and which
 * SIP.js cannot read. In a request the address of From is as good: all goes by our one server.
 */
export function fixOddContact(message: SipMessage): SipMessage {
  if (isResponse(message) || !['INVITE', 'UPDATE', 'SUBSCRIBE', 'REFER'].includes(methodOf(message))) return message;
  const from = addressUri(headerValue(message, 'from') ?? '');
  if (!/^sips?:/i.test(from)) return message;
  return mapHeaders(message, ['contact'], (value) => {
    const uri = addressUri(value);
    const isOdd = /^[a-z][a-z0-9+.-]*:\S+$/i.test(uri) && !/^sips?:/i.test(uri);
    return isOdd ? `<${from}>` : value;
  });
}
