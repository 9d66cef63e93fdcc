import { compactForm, formatSipMessage, isResponse } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';
import { signallingLimits } from './signalling-limits.ts';

/** RFC 3261 section 18.1.1: the path MTU is not known here. Answers have no choice. */
export function fitsIntoDatagram(message: SipMessage): boolean {
  return isResponse(message) || Buffer.byteLength(formatSipMessage(message)) <= signallingLimits.udpRequestBytes;
}

/**
 * The request as it goes over UDP: in the compact form where only that fits into a datagram, which is what it is for
 * (RFC 3261 section 7.3.3). One that never fits stays as it is.
 */
export function fitting(request: SipMessage): SipMessage {
  if (fitsIntoDatagram(request)) return request;
  const compact = compactForm(request);
  return fitsIntoDatagram(compact) ? compact : request;
}
