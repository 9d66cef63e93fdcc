import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';
import { AppError } from '../../src-shared/errors.ts';
import { parseLink, sipAddress } from '../../src-shared/text/link.ts';
import type { AddressLink } from '../../src-shared/text/link.ts';
import { extensionPattern, withoutMarks, withoutTrunkZero } from '../../src-shared/text/phone-number.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Keypad } from '../dial-plan/keypad.ts';

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
  /** `sip:user@host`, or `sips:` where that was typed, with what parameters it had. */
  readonly dialled: string;
}

const notDialable = msg('That is not a number that can be called. Type a phone number, or search for a name.');

/**
 * The client transformation: what to dial for what was typed or taken from a contact or a link. Of a number a leading
 * `+`, digits, `*` and `#` stay, letters become digits by `keypad`, everything else goes: 1-800-4UCSRND is 18004827763.
 * `tel:` (RFC 3966), `sip:` (RFC 3261 section 19.1), `callto:` and `user@domain` are taken as well.
 *
 * Throws AppError `invalid` for names and for nothing.
 */
export function parseDialString(typed: string, keypad: Keypad): DialTarget {
  const text = withoutMarks(typed.normalize('NFKC')).trim();
  if (/^(tel|sips?|callto):/i.test(text)) return fromLink(text, keypad);
  if (text.includes('@')) return fromAddress(sipAddress(text));
  return fromNumber(text, keypad);
}

function fromLink(text: string, keypad: Keypad): DialTarget {
  // A link may carry header fields, which are left out; what was typed as an address with some is a mistake to show.
  const link = text.includes('?') ? undefined : parseLink(text);
  if (link?.kind === 'phone') return fromNumber(link.number, keypad);
  if (/^tel:/i.test(text)) throw new AppError('invalid', t(notDialable));
  return fromAddress(link?.kind === 'address' ? link : undefined);
}

function fromAddress(address: AddressLink | undefined): DialTarget {
  if (address === undefined) {
    throw new AppError('invalid', t('That address cannot be called. Type it like name@example.com.'));
  }
  return { kind: 'uri', shown: address.shown, dialled: address.uri };
}

function fromNumber(text: string, keypad: Keypad): DialTarget {
  // A link may have hidden a mark in an escape.
  const written = withoutMarks(text);
  const shown = written.replace(/[\s\p{Cc}]+/gu, ' ');
  // An extension is reached after the number answered.
  const main = withoutTrunkZero(written.replace(extensionPattern, ''));
  if (!looksLikeNumber(main, keypad)) throw new AppError('invalid', t(notDialable));
  const keys = Array.from(main, (one) => keyOf(one, keypad) ?? '').join('');
  const dialled = leadingPlus.test(main) ? withoutTrunkPrefix(`+${keys}`) : keys;
  if (dialled.length > 40) throw new AppError('invalid', t(notDialable));
  return { kind: 'number', shown, dialled };
}

/**
 * `+44 (020) 7946` as `+44 20 7946`: a zero that is dialled only within the country does not follow its code, and where
 * it does, the network takes the number for another one or none. The numbering plan tells where it belongs (Italy).
 */
function withoutTrunkPrefix(international: string): string {
  const parsed = parsePhoneNumberFromString(international);
  if (parsed?.isPossible() !== true) return international;
  const withZero = `+${parsed.countryCallingCode}0${parsed.nationalNumber}`;
  return withZero === international ? parsed.number : international;
}

/** `+44` and `(+44)`: before it stands nothing that is dialled. */
const leadingPlus = /^[^\p{L}\p{N}*#+]*\+/u;

function keyOf(character: string, keypad: Keypad): string | undefined {
  return /[0-9*#]/.test(character) ? character : keypad(character);
}

/** Letters make a number only on the keypad and after digits: what begins with them is a name. */
function looksLikeNumber(text: string, keypad: Keypad): boolean {
  if (!/[0-9]/.test(text)) return false;
  if (!/\p{L}/u.test(text)) return true;
  const letters = text.match(/\p{L}/gu) ?? [];
  const digitsBefore = text.slice(0, text.search(/\p{L}/u)).replace(/[^0-9*#]/g, '');
  return digitsBefore !== '' && /\d.*\d/s.test(text) && letters.every((letter) => keypad(letter) !== undefined);
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
