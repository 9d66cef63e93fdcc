import { isResponse } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/** SIP.js answers 416 to a request for `sips:`. It came over our one connection, so `sip:` is as good here. */
export function fixSipsRequestUri(message: SipMessage): SipMessage {
  if (isResponse(message)) return message;
  return { ...message, startLine: message.startLine.replace(/^([A-Z]+ )sips:/i, '$1sip:') };
}
