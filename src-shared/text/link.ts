/** What a link of another program asks for. */
export type Link = PhoneLink | AddressLink | ChatLink;

/** A telephone number (`tel:`, `callto:`). */
export interface PhoneLink {
  readonly kind: 'phone';
  /** As the link writes it, decoded: a leading `+` where it is global, separators kept. */
  readonly number: string;
  /** Reached after the number answered (RFC 3966 section 5.3); not dialled with it. */
  readonly extension?: string;
  /** ISDN subaddress (RFC 3966 section 5.2). No network here carries it; kept so that it is not taken for digits. */
  readonly subaddress?: string;
}

/** A SIP address (`sip:`, `sips:`, `callto:`). */
export interface AddressLink {
  readonly kind: 'address';
  /** `user@host` as people read it. */
  readonly shown: string;
  /** `sip:user@host`, or `sips:` where that was written (RFC 5630), with its URI parameters, escapes as written; header fields of the link are left out. */
  readonly uri: string;
}

/** An XMPP address (RFC 5122). */
export interface ChatLink {
  readonly kind: 'chat';
  /** Bare, lower case. */
  readonly jid: string;
  /** `roster` and `subscribe` ask for the contact to be added; everything else opens the chat. */
  readonly action: 'open' | 'add';
  /** What to start the message with; never sent by itself. */
  readonly body?: string;
  /** Name and group for the contact list. */
  readonly name?: string;
  readonly group?: string;
}

/** Links beyond this are no links that anybody wrote. */
const longestLink = 2_000;

/** Schemes that `parseLink` reads, with their colon. */
export const linkSchemes: readonly string[] = ['tel:', 'sip:', 'sips:', 'callto:', 'xmpp:'];

/**
 * Reads a link: `tel:` (RFC 3966), `sip:` and `sips:` (RFC 3261 section 19.1), `callto:` and `xmpp:` (RFC 5122).
 * Undefined for other schemes and for what those schemes do not allow. Never throws, whatever the text.
 */
export function parseLink(text: string): Link | undefined {
  const trimmed = text.trim();
  const colon = trimmed.indexOf(':');
  const scheme = trimmed.slice(0, colon + 1).toLowerCase();
  if (colon < 0 || trimmed.length > longestLink || hasControls(trimmed)) return undefined;
  const rest = trimmed.slice(colon + 1);
  switch (scheme) {
    case 'tel:':
      return telLink(rest);
    case 'sip:':
      return sipLink(rest, 'sip');
    case 'sips:':
      return sipLink(rest, 'sips');
    case 'callto:':
      return callToLink(rest);
    case 'xmpp:':
      return xmppLink(rest);
    default:
      return undefined;
  }
}

/** The telephone subscriber, its parameters after semicolons. Escapes are decoded after the parts are told apart. */
function telLink(rest: string): PhoneLink | undefined {
  const [subscriber = '', ...parameters] = withoutSlashes(rest).replace(/\?.*$/, '').split(';');
  const parameter = (name: string): string | undefined => {
    const found = parameters.find((one) => one.toLowerCase().startsWith(`${name}=`));
    return found === undefined ? undefined : decode(found.slice(name.length + 1)).trim();
  };
  const written = decode(subscriber).trim();
  const context = parameter('phone-context');
  // A local number with a global context is that context's number (section 5.1.5); a domain names only whose it is.
  const isLocal = !/^[\s(]*\+/.test(written);
  const number = isLocal && context?.startsWith('+') === true ? context + written : written;
  if (!/\d|[*#]/.test(number)) return undefined;
  const extension = parameter('ext');
  const subaddress = parameter('isub');
  return {
    kind: 'phone',
    number,
    ...(extension === undefined || extension === '' ? {} : { extension }),
    ...(subaddress === undefined || subaddress === '' ? {} : { subaddress }),
  };
}

/** Header fields (`?Replaces=...`) could change what the call does, and a link is not to be trusted with that (RFC 3261 section 19.1.5). */
function sipLink(rest: string, scheme: 'sip' | 'sips'): AddressLink | undefined {
  return sipAddress(withoutSlashes(rest).replace(/\?.*$/, ''), scheme);
}

/** `user@host` with port and parameters as an address that can be called; undefined when it is none. */
export function sipAddress(text: string, scheme: 'sip' | 'sips' = 'sip'): AddressLink | undefined {
  const match = /^([^@\s<>":]+)@([A-Za-z0-9.\-_]+|\[[0-9A-Fa-f:.]+\])((?::\d{1,5})?(?:;[^\s<>"?@]*)?)$/.exec(text);
  const [, user, host, tail = ''] = match ?? [];
  if (user === undefined || host === undefined) return undefined;
  return { kind: 'address', shown: `${decode(user)}@${host}`, uri: `${scheme}:${user}@${host}${tail}` };
}

/** Written by web pages for other phone programs: a number, or an address. */
function callToLink(rest: string): Link | undefined {
  const plain = withoutSlashes(rest).replace(/\?.*$/, '');
  return plain.includes('@') ? sipAddress(plain.replace(/^sips?:/i, '')) : telLink(plain.replace(/^tel:/i, ''));
}

/** `[//account/]user@domain[/resource][?query;key=value]`; the account that the link asks for is not ours to choose. */
function xmppLink(rest: string): ChatLink | undefined {
  const question = rest.indexOf('?');
  const path = question < 0 ? rest : rest.slice(0, question);
  const address = path.startsWith('//') ? path.slice(2).split('/').slice(1).join('/') || path.slice(2) : path;
  const jid = decode(address.split('/')[0] ?? '').toLowerCase();
  if (!/^[^@\s/<>"&']+@[^@\s/<>"&':]+$/.test(jid)) return undefined;
  const [type = '', ...pairs] = question < 0 ? [] : rest.slice(question + 1).split(';');
  const value = (key: string): string | undefined => {
    const found = pairs.find((pair) => pair.startsWith(`${key}=`));
    const decoded = found === undefined ? '' : decode(found.slice(key.length + 1)).trim();
    return decoded === '' ? undefined : decoded;
  };
  const action = type === 'roster' || type === 'subscribe' ? 'add' : 'open';
  const body = type === 'message' ? value('body') : undefined;
  const name = value('name');
  const group = value('group');
  return {
    kind: 'chat',
    jid,
    action,
    ...(body === undefined ? {} : { body }),
    ...(action === 'add' && name !== undefined ? { name } : {}),
    ...(action === 'add' && group !== undefined ? { group } : {}),
  };
}

/** Some programs write `tel://`. */
function withoutSlashes(rest: string): string {
  return rest.replace(/^\/+/, '').replace(/\/+$/, '');
}

function hasControls(text: string): boolean {
  return /[\p{Cc}\u2028\u2029]/u.test(text);
}

/** `%20` is a blank and `%2B` a plus; text with broken escapes stays as it is. */
function decode(text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    return hasControls(decoded) ? text : decoded;
  } catch {
    return text;
  }
}
