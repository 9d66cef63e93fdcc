import { phoneNumberKinds } from '../../src-shared/model/contact.ts';
import type { Person, PhoneNumber } from '../../src-shared/model/contact.ts';
import { indexWords } from '../../src-shared/text/fold.ts';
import { digitsOf, numberKeys } from '../../src-shared/text/phone-number.ts';
import { readableNumber } from '../../src-shared/text/readable-number.ts';
import type { DirectoryEntry } from './entry.ts';
import type { Candidate } from './ranking.ts';

/** Rows of the people store and what search makes of them. */
export interface PersonRow {
  readonly row: number;
  readonly person_id: string;
  readonly dn: string;
  readonly name: string;
  readonly jid: string | null;
  readonly mail: string | null;
  readonly title: string | null;
  readonly department: string | null;
  readonly company: string | null;
  readonly office: string | null;
  readonly has_photo: number;
  readonly numbers: string;
  readonly words: string;
}

export interface RecentRow {
  readonly party: string;
  readonly name: string;
  readonly jid: string | null;
  readonly number: string | null;
  readonly at_ms: number;
}

/** Separates the words of the name from the others in one column; the tokenizer treats it as a space. */
const nameEnd = '|';

export function contactCandidate(jid: string, name: string, row: PersonRow | undefined, lastAtMs: number): Candidate {
  const entry = row === undefined ? undefined : candidateOf(row);
  const shown = name.trim() === '' ? (entry?.person.name ?? jid) : name;
  const otherWords = [...(entry?.nameWords ?? []), ...(entry?.otherWords ?? []), ...indexWords(localPart(jid))];
  return {
    person: {
      ...(entry?.person ?? { numbers: [], hasPhoto: false }),
      id: `jid:${jid}`,
      source: 'contacts',
      name: shown,
      jid,
    },
    near: 'contact',
    lastAtMs,
    ...findable(indexWords(shown), otherWords),
    numbers: entry?.numbers ?? [],
  };
}

export function recentCandidate(recent: RecentRow, row: PersonRow | undefined): Candidate {
  if (row !== undefined) {
    const entry = candidateOf(row);
    return { ...entry, person: { ...entry.person, source: 'recent' }, near: 'recent', lastAtMs: recent.at_ms };
  }
  const number = recent.number;
  const keys = numberKeys(number ?? '');
  const shown: PhoneNumber[] =
    number === null ? [] : [{ kind: 'other', shown: number, ...(keys.e164 === undefined ? {} : { e164: keys.e164 }) }];
  return {
    person: {
      id: recent.party,
      source: 'recent',
      name: recent.name,
      ...(recent.jid === null ? {} : { jid: recent.jid }),
      numbers: shown,
      hasPhoto: false,
    },
    near: 'recent',
    lastAtMs: recent.at_ms,
    ...findable(indexWords(recent.name), recent.jid === null ? [] : indexWords(localPart(recent.jid))),
    numbers: keys.digits === '' ? [] : [keys.digits],
  };
}

function findable(
  nameWords: readonly string[],
  otherWords: readonly string[],
): Pick<Candidate, 'nameWords' | 'otherWords' | 'text'> {
  return { nameWords, otherWords, text: [...nameWords, ...otherWords].join(' ') };
}

export function candidateOf(row: PersonRow): Candidate {
  const [nameWords = '', otherWords = ''] = row.words.split(nameEnd);
  const person = personOf(row);
  return {
    person,
    near: undefined,
    lastAtMs: 0,
    nameWords: nameWords.split(' '),
    otherWords: otherWords.split(' ').filter((word) => word !== ''),
    text: row.words,
    numbers: person.numbers.map((number) => number.e164?.slice(1) ?? digitsOf(number.shown)),
  };
}

export function personOf(row: PersonRow): Person {
  return {
    id: row.person_id,
    source: 'directory',
    name: row.name,
    ...(row.jid === null ? {} : { jid: row.jid }),
    ...(row.mail === null ? {} : { mail: row.mail }),
    ...(row.title === null ? {} : { title: row.title }),
    ...(row.department === null ? {} : { department: row.department }),
    ...(row.company === null ? {} : { company: row.company }),
    ...(row.office === null ? {} : { office: row.office }),
    numbers: parseNumbers(row.numbers),
    hasPhoto: row.has_photo !== 0,
  };
}

/** Reads what `#put` wrote; anything else (a database that was touched by others) gives no numbers. */
function parseNumbers(json: string): readonly PhoneNumber[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed.filter(isPhoneNumber) : [];
}

function isPhoneNumber(value: unknown): value is PhoneNumber {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('shown' in value)) return false;
  return typeof value.shown === 'string' && phoneNumberKinds.some((kind) => kind === value.kind);
}

export function withE164(number: PhoneNumber, region: string | undefined): PhoneNumber {
  const e164 = number.e164 ?? numberKeys(number.shown, region).e164;
  const shown = readableNumber(number.shown, region);
  return { kind: number.kind, shown, ...(e164 === undefined ? {} : { e164 }) };
}

/** What an entry is found by. Extensions are words too, so that "alice 6100" finds her. */
export function searchKeys(
  entry: DirectoryEntry,
  shown: readonly PhoneNumber[],
  region: string | undefined,
): { readonly words: string; readonly numbers: readonly string[] } {
  const numbers = new Set<string>();
  const short = new Set<string>();
  for (const number of shown) {
    const keys = numberKeys(number.e164 ?? number.shown, region);
    const { extension } = numberKeys(number.shown, region);
    if (keys.digits !== '') numbers.add(keys.digits);
    if (keys.e164 === undefined && keys.digits !== '') short.add(keys.digits);
    if (extension !== undefined) {
      numbers.add(extension);
      short.add(extension);
    }
  }
  const name = indexWords(entry.name);
  const others = new Set<string>(short);
  for (const text of [...entry.aliases, localPart(entry.mail ?? ''), localPart(entry.jid ?? '')]) {
    for (const word of indexWords(text)) if (!name.includes(word)) others.add(word);
  }
  return { words: `${name.join(' ')}${nameEnd}${[...others].join(' ')}`, numbers: [...numbers] };
}

function localPart(address: string): string {
  return address.split('@')[0] ?? '';
}

export function isSame(old: PersonRow, values: Readonly<Record<string, unknown>>): boolean {
  const stored = new Map(Object.entries(old));
  return Object.entries(values).every(([column, value]) => stored.get(column) === value);
}
