import { FilterParser } from 'ldapts';
import type { Entry } from 'ldapts';
import type { PhoneNumber, PhoneNumberKind } from '../../src-shared/model/contact.ts';
import { foldText } from '../../src-shared/text/fold.ts';
import { digitsOf, looksLikeNumber } from '../../src-shared/text/phone-number.ts';
import { personIdOf } from './entry.ts';
import type { DirectoryEntry } from './entry.ts';
import { parseQuery } from './ranking.ts';

/** What is asked for; servers ignore attributes that their schema does not know. */
export const entryAttributes: readonly string[] = [
  'cn',
  'displayName',
  'givenName',
  'sn',
  'uid',
  'sAMAccountName',
  'mail',
  'jabberID',
  'msRTCSIP-PrimaryUserAddress',
  'telephoneNumber',
  'otherTelephone',
  'mobile',
  'otherMobile',
  'homePhone',
  'ipPhone',
  'title',
  'department',
  'departmentNumber',
  'ou',
  'company',
  'o',
  'physicalDeliveryOfficeName',
  'l',
];

export const photoAttributes: readonly string[] = ['jpegPhoto', 'thumbnailPhoto'];

const nameAttributes = ['cn', 'sn', 'givenName', 'displayName', 'uid', 'mail'] as const;
const numberAttributes = ['telephoneNumber', 'mobile', 'ipPhone'] as const;

const numberKinds: readonly (readonly [attribute: string, kind: PhoneNumberKind])[] = [
  ['telephonenumber', 'work'],
  ['othertelephone', 'work'],
  ['ipphone', 'work'],
  ['mobile', 'mobile'],
  ['othermobile', 'mobile'],
  ['homephone', 'home'],
];

/** Longest text that is taken from an attribute; a directory may hold anything. */
const maxValueCharacters = 256;
const maxNumbers = 12;
/** Shorter words are looked for at the beginning only: servers index no shorter infixes and would read everything. */
const minInfixCharacters = 4;

/** A value inside a filter (RFC 4515 section 3): everything that is syntax, and NUL, as hexadecimal. */
export function escapeFilterValue(value: string): string {
  return value.replace(/[\\*()\0]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A value inside a DN (RFC 4514 section 2.4). */
export function escapeDnValue(value: string): string {
  return value
    .replace(/["+,;<>\\=]/g, '\\$&')
    .replace(/\0/g, '\\00')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ');
}

/** The filter for what was typed, or undefined when there is nothing to look for. `baseFilter` may be empty. */
export function searchFilter(text: string, baseFilter: string, region?: string): string | undefined {
  const query = parseQuery(text, region);
  const parts: string[] = [];
  if (query.digits.length > 0) {
    const forms = query.digits.filter((digits) => digits.length >= 3);
    const found = numberAttributes.flatMap((attribute) => forms.map((digits) => substring(attribute, digits, true)));
    if (found.length > 0) parts.push(anyOf(found));
  } else if (query.address !== '') {
    parts.push(anyOf(['mail', 'uid', 'jabberID'].map((attribute) => substring(attribute, query.address, false))));
  } else {
    for (const word of typedWords(text)) parts.push(anyOf(wordFilters(word)));
  }
  if (parts.length === 0) return undefined;
  return withBase(parts.length === 1 ? (parts[0] ?? '') : `(&${parts.join('')})`, baseFilter);
}

/** Words as typed: the server compares by its own rules. At most as many as the cache looks at. */
function typedWords(text: string): readonly string[] {
  const words = text.normalize('NFC').match(/[\p{L}\p{N}\p{M}'’.-]+/gu) ?? [];
  return words.filter((word) => /[\p{L}\p{N}]/u.test(word)).slice(0, 6);
}

function wordFilters(word: string): readonly string[] {
  const plain = word.replaceAll('’', "'").toLowerCase();
  // Mail addresses and login names are commonly written without accents.
  const forms = [...new Set([plain, foldText(plain)])];
  return nameAttributes.flatMap((attribute) =>
    forms.map((form) => substring(attribute, form, Array.from(form).length >= minInfixCharacters)),
  );
}

/** Accented forms of a letter, the commoner first. */
const accented: Readonly<Record<string, string>> = {
  a: 'äáàâãåą',
  c: 'çćč',
  e: 'éèêëęě',
  g: 'ğ',
  i: 'íîïìı',
  l: 'ł',
  n: 'ñńň',
  o: 'öóøôõò',
  r: 'ř',
  s: 'şśšß',
  t: 'ţť',
  u: 'üúûùů',
  y: 'ýÿ',
  z: 'žźż',
};
const maxForms = 60;
const maxAccentedWords = 3;

/**
 * The filter for names that carry accents where none were typed, or undefined when it would be no other than the plain one.
 * Directories compare `maria` and `María` as different words (RFC 4517 section 4.2.11 folds case only), so this is asked
 * when the plain filter found nobody: every form with one letter accented, or with all equal letters accented alike.
 */
export function accentedFilter(text: string, baseFilter: string, region?: string): string | undefined {
  const query = parseQuery(text, region);
  const typed = typedWords(text).slice(0, maxAccentedWords);
  if (query.address !== '' || query.digits.length > 0) return undefined;
  const forms = typed.map(accentedForms);
  if (forms.every((some) => some.length <= 1)) return undefined;
  const parts = forms.map((some) =>
    anyOf(some.flatMap((form) => ['cn', 'sn', 'givenName'].map((attribute) => substring(attribute, form, false)))),
  );
  return withBase(parts.length === 1 ? (parts[0] ?? '') : `(&${parts.join('')})`, baseFilter);
}

function accentedForms(word: string): readonly string[] {
  const plain = word.toLowerCase();
  const forms = new Set([plain]);
  for (const [letter, variants] of Object.entries(accented)) {
    for (const variant of plain.includes(letter) ? variants : '') {
      forms.add(plain.replaceAll(letter, variant));
      for (let at = plain.indexOf(letter); at >= 0; at = plain.indexOf(letter, at + 1)) {
        forms.add(plain.slice(0, at) + variant + plain.slice(at + 1));
      }
    }
  }
  return [...forms].slice(0, maxForms);
}

function substring(attribute: string, value: string, inside: boolean): string {
  return `(${attribute}=${inside ? '*' : ''}${escapeFilterValue(value)}*)`;
}

function anyOf(filters: readonly string[]): string {
  return filters.length === 1 ? (filters[0] ?? '') : `(|${filters.join('')})`;
}

/** The filter together with the one that the administrator set. */
export function withBase(filter: string, baseFilter: string): string {
  const base = baseFilter.trim();
  if (base === '') return filter;
  return `(&${base.startsWith('(') ? base : `(${base})`}${filter})`;
}

/** Whether the text is a filter as RFC 4515 defines it; what an administrator enters may be anything. */
export function isFilter(text: string): boolean {
  try {
    FilterParser.parseString(text);
    return true;
  } catch {
    return false;
  }
}

/** The entries of these JIDs: by address, and by login name where the JID is of our own domain. */
export function contactsFilter(jids: readonly string[], domain: string, baseFilter: string): string {
  const filters = jids.flatMap((jid) => {
    const [local = '', host = ''] = jid.split('@');
    const value = escapeFilterValue(jid);
    const found = [`(mail=${value})`, `(jabberID=${value})`];
    if (host === domain) found.push(`(uid=${escapeFilterValue(local)})`);
    return found;
  });
  return withBase(anyOf(filters), baseFilter);
}

/** One entry as a person; undefined when it has no name. Attribute names are compared without regard to case (RFC 4512 section 2.5). */
export function toDirectoryEntry(entry: Entry, domain: string, hasPhoto: boolean): DirectoryEntry | undefined {
  const values = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(entry)) {
    const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
    values.set(
      name.toLowerCase(),
      texts.map(clean).filter((text) => text !== ''),
    );
  }
  const first = (...names: readonly string[]): string | undefined =>
    names.map((name) => values.get(name)?.[0]).find((value) => value !== undefined);
  const name = first('displayname', 'cn') ?? joinedName(first('givenname'), first('sn')) ?? first('uid', 'mail');
  const dn = typeof entry.dn === 'string' ? entry.dn : '';
  if (name === undefined || dn === '') return undefined;
  const mail = first('mail')?.toLowerCase();
  const login = first('uid', 'samaccountname');
  const jid = jidOf(first('jabberid'), first('msrtcsip-primaryuseraddress'), mail, domain);
  const optional = {
    jid,
    mail,
    title: first('title'),
    department: first('department', 'ou', 'departmentnumber'),
    company: first('company', 'o'),
    office: first('physicaldeliveryofficename', 'l'),
  };
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const aliases = ['cn', 'givenname', 'sn'].flatMap((attribute) => values.get(attribute) ?? []);
  return {
    id: personIdOf(dn),
    dn,
    name,
    ...present,
    numbers: phoneNumbers(values),
    hasPhoto,
    aliases: [...aliases, ...(login === undefined ? [] : [login])],
  };
}

function phoneNumbers(values: ReadonlyMap<string, readonly string[]>): readonly PhoneNumber[] {
  const numbers = new Map<string, PhoneNumber>();
  for (const [attribute, kind] of numberKinds) {
    for (const shown of values.get(attribute) ?? []) {
      if (digitsOf(shown) !== '' && !numbers.has(shown)) numbers.set(shown, { kind, shown });
    }
  }
  return [...numbers.values()].slice(0, maxNumbers);
}

/** A mail address is a JID only in our own domain: elsewhere nobody promised it. */
function jidOf(
  jabberId: string | undefined,
  sipAddress: string | undefined,
  mail: string | undefined,
  domain: string,
): string | undefined {
  const candidates = [
    jabberId,
    sipAddress?.replace(/^sips?:/i, ''),
    mail?.endsWith(`@${domain}`) === true ? mail : undefined,
  ];
  return candidates
    .map((candidate) => candidate?.toLowerCase())
    .find((candidate) => candidate !== undefined && /^[^@/\s]+@[^@/\s]+$/.test(candidate));
}

function joinedName(given: string | undefined, surname: string | undefined): string | undefined {
  const name = [given, surname].filter((part) => part !== undefined).join(' ');
  return name === '' ? undefined : name;
}

function clean(text: string): string {
  const printable = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return looksLikeNumber(printable) ? printable.slice(0, 64) : printable.slice(0, maxValueCharacters);
}
