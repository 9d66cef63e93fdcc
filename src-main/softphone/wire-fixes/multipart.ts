import { headerValue, withBody } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/**
 * Gateways to the telephone network wrap the SDP together with ISUP (RFC 5621 section 3.1, RFC 3204). The SDP is taken
 * out; the other parts are for gateways. Without SDP among the parts the message stays as it is.
 */
export function unwrapMultipart(message: SipMessage): SipMessage {
  const type = headerValue(message, 'content-type') ?? '';
  if (!/^multipart\/(mixed|alternative|related)\b/i.test(type)) return message;
  const quoted = /;[ \t]*boundary[ \t]*=[ \t]*"([^"]+)"/i.exec(type)?.[1];
  const boundary = quoted ?? /;[ \t]*boundary[ \t]*=[ \t]*([^;\s]+)/i.exec(type)?.[1];
  if (boundary === undefined) return message;
  for (const part of `\r\n${message.body}`.split(`\r\n--${boundary}`).slice(1)) {
    const [head = '', ...rest] = part.replace(/^[ \t]*\r\n/, '').split('\r\n\r\n');
    if (!/^content-type[ \t]*:[ \t]*application\/sdp\b/im.test(head)) continue;
    return withBody(message, `${rest.join('\r\n\r\n').replace(/(\r\n)*$/, '')}\r\n`, 'application/sdp');
  }
  return message;
}
