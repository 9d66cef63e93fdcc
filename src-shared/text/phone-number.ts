import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode } from 'libphonenumber-js/min';

/**
 * Numbers as they are compared. For the service layer: the window has no need of the numbering plans that come
 * with this file and does not import it.
 */
export interface NumberKeys {
  /** Digits without the extension, as written: `+44 (0)20 7946 0100` gives `442079460100`. Empty when there are none. */
  readonly digits: string;
  /** With leading "+". */
  readonly e164?: string;
  /** The last nine digits: the same subscriber however the number was prefixed. Absent for shorter numbers. */
  readonly lastNine?: string;
  /** `100` of `+44 20 7946 0100 ext. 100`. */
  readonly extension?: string;
}

const lastDigits = 9;
/** ITU-T E.164 allows 15 digits; prefixes of exit codes and carriers may stand before them. */
const maxDigits = 24;

/** The decimal digits of a text, in ASCII, whatever script they were written in. */
export function digitsOf(text: string): string {
  let digits = '';
  for (const character of text.normalize('NFKC')) {
    if (character >= '0' && character <= '9') digits += character;
    else if (/\p{Nd}/u.test(character)) digits += decimalValue(character);
  }
  return digits;
}

/** Decimal digits stand in blocks of ten in order of value (Unicode core specification, section 4.6). */
function decimalValue(character: string): string {
  let value = 0;
  let code = (character.codePointAt(0) ?? 0) - 1;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code))) {
    value += 1;
    code -= 1;
  }
  return String(value);
}

/** True for text that can only be meant as a number: digits and what people write between them. */
export function looksLikeNumber(text: string): boolean {
  return /^\s*\+?[\p{Nd}\s().\-/]+$/u.test(text.normalize('NFKC')) && digitsOf(text).length > 0;
}

/** E.164 with leading "+", or undefined when the text is not a number of that region or of the world. `region` is ISO 3166-1 alpha-2. */
export function toE164(text: string, region?: string): string | undefined {
  return numberKeys(text, region).e164;
}

/** What a number is found by. Garbage gives empty keys. */
export function numberKeys(text: string, region?: string): NumberKeys {
  const written = withoutMarks(text.normalize('NFKC'))
    .replace(/\0/g, '')
    .replace(/^\s*(tel|sip|sips):/i, '')
    .replace(/@.*$/, '')
    .trim();
  const plain = withoutTrunkZero(written);
  const parsed = plain.length > 64 ? undefined : parsePhoneNumberFromString(plain, countryOf(region));
  const e164 = parsed?.isPossible() === true ? parsed.number : undefined;
  const extension = parsed?.ext === undefined ? extensionOf(plain) : digitsOf(parsed.ext);
  const digits = (e164 === undefined ? digitsOf(withoutExtension(plain)) : e164.slice(1)).slice(0, maxDigits);
  return {
    digits,
    ...(e164 === undefined ? {} : { e164 }),
    ...(digits.length < lastDigits ? {} : { lastNine: digits.slice(-lastDigits) }),
    ...(extension === undefined || extension === '' ? {} : { extension }),
  };
}

/**
 * Text without the characters that nobody sees: marks of writing direction, which addresses copied from other programs
 * carry in front, joiners and soft hyphens (Unicode category Cf).
 */
export function withoutMarks(text: string): string {
  return text.replace(/\p{Cf}/gu, '');
}

/**
 * `+44 (0)20` as `+44 20`: the zero in brackets is dialled only within the country. Italy and San Marino dial it from
 * abroad as well, where it stays.
 */
export function withoutTrunkZero(text: string): string {
  const [, prefix] = /^([^\p{L}\p{N}*#+]*(?:\+|00|011)[^\p{L}*#+]*?)\(\s*0\s*\)/u.exec(text) ?? [];
  if (prefix === undefined || /^(?:00|011)?(?:39|378)/.test(digitsOf(prefix))) return text;
  return prefix + text.slice(prefix.length).replace(/\(\s*0\s*\)/, ' ');
}

/**
 * `x22`, `ext. 22`, `(extn 22)`, `;ext=22`, and `,,22#` or `;22`, as mobile phones write a pause, at the end of a number;
 * the first group is the extension. Right after a letter
 * it is part of a word, as in 1-800-FEDEX1.
 */
export const extensionPattern = /(?:^|(?<=[\d\s,;/()[\]-]))(?:ext(?:ensio)?n?|x|,{2,}|;)[.:=\s]*(\d{1,10})#?[\s)\]]*$/i;

/** In a directory `6100#12` is an extension as well; on the keypad it is a key to dial. */
const hashExtension = /#\s*:?\s*(\d{1,10})\s*$/;

function extensionOf(text: string): string | undefined {
  return (extensionPattern.exec(text) ?? hashExtension.exec(text))?.[1];
}

function withoutExtension(text: string): string {
  return text.replace(extensionPattern, '').replace(hashExtension, '');
}

/** `44` for `GB`; undefined for what is no region. */
export function callingCode(region: string | undefined): string | undefined {
  const country = countryOf(region);
  return country === undefined ? undefined : getCountryCallingCode(country);
}

function countryOf(region: string | undefined): CountryCode | undefined {
  const code = region?.toUpperCase();
  return code !== undefined && isSupportedCountry(code) ? code : undefined;
}
