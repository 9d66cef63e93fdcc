import { isResponse } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import { telHost } from './tel-identity.ts';

/**
 * SIP.js answers 416 to a request for `sips:` and drops one for `tel:`. It came over our one connection, so it is for
 * us, and `sip:` is as good here.
 */
export function fixForeignRequestUri(message: SipMessage, contactUser: string): SipMessage {
  if (isResponse(message)) return message;
  const startLine = message.startLine
    .replace(/^([A-Z]+ )sips:/i, '$1sip:')
    .replace(/^([A-Z]+ )tel:\S+/i, `$1sip:${contactUser}@${telHost}`);
  return { ...message, startLine };
}
