import { isResponse } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/**
 * Servers ask `OPTIONS sip:10.0.0.7:5060` whether we are alive, and send NOTIFY the same way. SIP.js
 * answers 404, as the URI names nobody, and the server takes us off. So it is made to name us.
 */
export function fixUserlessRequestUri(message: SipMessage, contactUser: string): SipMessage {
  if (isResponse(message)) return message;
  return { ...message, startLine: message.startLine.replace(/^([A-Z]+ sip:)(?=[^@\s]+ )/i, `$1${contactUser}@`) };
}
