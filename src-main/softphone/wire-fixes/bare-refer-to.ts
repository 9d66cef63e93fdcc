import { mapHeaders } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import { telHost } from './tel-identity.ts';

/**
 * Some PBXs write a number or `user@host` into Refer-To without the scheme that RFC 3515 wants; it can mean one thing
 * only. SIP.js drops such requests.
 */
export function fixBareReferTo(message: SipMessage): SipMessage {
  return mapHeaders(message, ['refer-to'], (value) => {
    const inner = /^([^<]*<)([^>]*)(>.*)$/.exec(value);
    if (inner === null) return bracketed(value);
    return `${inner[1] ?? ''}${withScheme((inner[2] ?? '').trim())}${inner[3] ?? ''}`;
  });
}

/** Without brackets what follows a semicolon belongs to the header (RFC 3261 section 20). */
function bracketed(value: string): string {
  const [address = '', ...parameters] = value.split(';');
  const whole = withScheme(address.trim());
  return whole === address.trim() ? value : [`<${whole}>`, ...parameters].join(';');
}

function withScheme(address: string): string {
  const number = /^(\+?[\d*#][\d*#.()-]*)((?:[;?].*)?)$/.exec(address);
  if (number !== null) return `sip:${(number[1] ?? '').replaceAll('#', '%23')}@${telHost}${number[2] ?? ''}`;
  return /^[^\s@:;?]+@[^\s@]+$/.test(address) ? `sip:${address}` : address;
}
