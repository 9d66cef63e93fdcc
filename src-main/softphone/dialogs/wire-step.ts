import type { SipMessage } from '../sip-message.ts';

/** Sees, changes or takes every message between the wire and SIP.js: the place for what SIP.js lacks. */
export interface WireStep {
  /** Undefined: the message was taken or dropped here, SIP.js does not see it. */
  incoming(message: SipMessage): SipMessage | undefined;
  outgoing(message: SipMessage): SipMessage;
  /** Text that is no SIP message; it may still deserve an answer. */
  unparsed(text: string): void;
}
