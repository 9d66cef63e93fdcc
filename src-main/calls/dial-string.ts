import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import { AppError } from '../../src-shared/errors.ts';

/** What was typed, as three things: what people see, what is dialled, and what is looked up in the directory. */
export type DialTarget = DialledNumber | DialledUri;

export interface DialledNumber {
  readonly kind: 'number';
  /** As people read it, close to what was typed. */
  readonly shown: string;
  /** What goes to the server: digits, `*`, `#` and a leading `+`. */
  readonly dialled: string;
  /** E.164 where the region tells it; absent for extensions and service codes. */
  readonly lookedUp?: string;
}

export interface DialledUri {
  readonly kind: 'uri';
  readonly shown: string;
  /** `sip:user@host` with what parameters it had. */
  readonly dialled: string;
}

/** ITU-T E.161 section 2.1.2: the letters of the keypad. */
const keypad: Readonly<Record<string, string>> = {
  A: '2',
  B: '2',
  C: '2',
  D: '3',
  E: '3',
  F: '3',
  G: '4',
  H: '4',
  I: '4',
  J: '5',
  K: '5',
  L: '5',
  M: '6',
  N: '6',
  O: '6',
  P: '7',
  Q: '7',
  R: '7',
  S: '7',
  T: '8',
  U: '8',
  V: '8',
  W: '9',
  X: '9',
  Y: '9',
  Z: '9',
};

const notDialable = 'That is not a number that can be called. Type a phone number, or search for a name.';

/**
 * Works out what to dial from what was typed or taken from a contact or a link: numbers with blanks and
 * punctuation, vanity numbers, `tel:` (RFC 3966), `sip:` (RFC 3261 section 19.1) and `user@domain`.
 *
 * `region` (ISO 3166) tells how to read national numbers. Throws AppError `invalid` for names and for nothing.
 */
export function parseDialString(typed: string, region?: string): DialTarget {
  const text = typed.normalize('NFKC').trim();
  if (/^tel:/i.test(text)) return fromTelUri(text, region);
  if (/^sips?:/i.test(text)) return fromSipUri(text);
  if (text.includes('@')) return fromSipUri(`sip:${text}`);
  return fromNumber(text, region);
}

/** RFC 3966 section 3: visual separators mean nothing, parameters follow a semicolon; only `ext` is dialled. */
function fromTelUri(text: string, region: string | undefined): DialTarget {
  const [number = '', ...parameters] = decode(text.slice(4)).split(';');
  const context = parameters.find((parameter) => /^phone-context=\+/i.test(parameter));
  // A local number with a global context is that context's number (RFC 3966 section 5.1.5).
  const prefix = context !== undefined && !number.startsWith('+') ? context.slice('phone-context='.length) : '';
  return fromNumber(prefix + number, region);
}

function fromSipUri(text: string): DialTarget {
  const match = /^sips?:([^@\s<>"]+)@([A-Za-z0-9.\-_]+|\[[0-9A-Fa-f:.]+\])((?::\d{1,5})?(?:;[^\s<>"?]*)?)$/i.exec(text);
  const user = match?.[1];
  const host = match?.[2];
  if (user === undefined || host === undefined) {
    throw new AppError('invalid', 'That address cannot be called. Type it like name@example.com.');
  }
  return { kind: 'uri', shown: `${decode(user)}@${host}`, dialled: `sip:${user}@${host}${match?.[3] ?? ''}` };
}

function fromNumber(text: string, region: string | undefined): DialTarget {
  const shown = text.replace(/\s+/g, ' ');
  // What is written around digits: blanks, dots, dashes, brackets, slashes, and the (0) of international notation.
  const compact = text
    .replace(/^\+(.*)\(0\)/, '+$1')
    .replace(/[\s.\-\u2010-\u2015()[\]/\u00a0]/g, '')
    .replace(/(?!^)\+/g, '?');
  const vanity = /^[+0-9*#]+[0-9*#]*[A-Za-z][A-Za-z0-9]*$/.test(compact) && /\d{2}/.test(compact);
  const dialled = vanity ? compact.toUpperCase().replace(/[A-Z]/g, (letter) => keypad[letter] ?? letter) : compact;
  if (!/^\+?[0-9*#]+$/.test(dialled) || !/[0-9]/.test(dialled) || dialled.length > 40) {
    throw new AppError('invalid', notDialable);
  }
  const lookedUp = toE164(dialled, region);
  return { kind: 'number', shown, dialled, ...(lookedUp === undefined ? {} : { lookedUp }) };
}

/** E.164 of a number as dialled or received; undefined for extensions, service codes and nonsense. */
export function toE164(number: string, region?: string): string | undefined {
  if (!/^\+?\d{5,}$/.test(number)) return undefined;
  const country = region === undefined ? undefined : regionCode(region);
  if (country === undefined && !number.startsWith('+')) return undefined;
  const parsed = parsePhoneNumberFromString(number, country === undefined ? {} : { defaultCountry: country });
  return parsed?.isPossible() === true ? parsed.number : undefined;
}

function regionCode(region: string): CountryCode | undefined {
  return isSupportedCountry(region) ? region : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
