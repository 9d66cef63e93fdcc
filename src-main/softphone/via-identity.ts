import { isResponse, mapHeaders } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

/** The address that this end's socket has towards the server. */
export interface LocalAddress {
  readonly address: string;
  readonly port: number;
}

/** `host:port` as it stands in URIs and Via. */
export function formatAddress(local: LocalAddress): string {
  return local.address.includes(':') ? `[${local.address}]:${local.port}` : `${local.address}:${local.port}`;
}

/** The same address and port, however the address is written. */
export function isSameAddress(one: LocalAddress, other: LocalAddress): boolean {
  return one.port === other.port && one.address.toLowerCase() === other.address.toLowerCase();
}

/**
 * SIP.js drops responses whose Via carries a port, fixes the Via host before any socket exists, and
 * makes branches of seven digits only, which collide at a busy proxy (RFC 3261 section 8.1.1.7 wants them
 * unique across space and time). So it works with a placeholder host, and this swaps the socket's
 * address and a random tail of the branch in and out at the wire.
 *
 * Over WebSocket the placeholder stays: RFC 7118 section 5.2 wants an `.invalid` name there.
 */
export class ViaIdentity {
  readonly placeholder: string;
  readonly #branchTail: string;

  constructor(token: string) {
    this.placeholder = `${token}.invalid`;
    this.#branchTail = `.${token}`;
  }

  /**
   * What SIP.js made, as it goes out: Via names the socket, Contact where we are reached.
   * Both undefined: the placeholder stays.
   */
  toWire(message: SipMessage, local: LocalAddress | undefined, reached = local): SipMessage {
    const swapHost = (text: string, address: LocalAddress | undefined): string =>
      address === undefined ? text : text.replaceAll(this.placeholder, formatAddress(address));
    let top = true;
    return mapHeaders(message, ['via', 'contact'], (value, key) => {
      if (key === 'contact') return swapHost(value, reached);
      // The Via of a response belongs to the far end.
      if (!top || isResponse(message)) return value;
      top = false;
      return swapHost(value, local).replace(/(;[ \t]*branch=[^;,\s]+)/i, `$1${this.#branchTail}`);
    });
  }

  /** What came in, as SIP.js expects it: in responses the Via is our own. */
  fromWire(message: SipMessage): SipMessage {
    if (!isResponse(message)) return message;
    let top = true;
    return mapHeaders(message, ['via'], (value) => {
      if (!top) return value;
      top = false;
      return value
        .replace(/^(SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*\w+[ \t]+)[^;,\s]+/i, `$1${this.placeholder}`)
        .replace(new RegExp(`(;[ \\t]*branch=[^;,\\s]+)${this.#branchTail.replaceAll('.', '\\.')}`, 'i'), '$1');
    });
  }
}
