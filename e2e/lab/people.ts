import { DOMAIN } from './accounts.ts';
import { COMPANIES, COUNTRIES, DEPARTMENTS } from './people-names.ts';
import type { Branch, Country } from './people-names.ts';
import { PHOTO_COUNT } from './photo.ts';

/** One entry of the directory. */
export interface Person {
  /** Also the local part of the mail address; ASCII, unique. */
  readonly uid: string;
  readonly branch: Branch;
  readonly givenName: string;
  readonly surname: string;
  readonly displayName: string;
  readonly mail: string;
  /** E.164, unique. */
  readonly number: string;
  /** E.164, unique; about half of the people have one. */
  readonly mobile?: string;
  readonly title: string;
  readonly department: string;
  readonly company: string;
  /** City of the office. */
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Number of the portrait; about one person in twelve has one. */
  readonly photo?: number;
}

export const DEFAULT_PEOPLE = 10_000;
/** The six counted digits after an office's prefix start with these, so that the number is a subscriber's. */
const FIRST_COUNTED = 200_000;
/** Coprime to the range below, so that neighbours in the list do not have neighbouring numbers. */
const NUMBER_STEP = 7_919;
const NUMBER_RANGE = 700_000;

/** mulberry32: small, fast, the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Letters that no decomposition turns into ASCII. */
const FOLDED: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ø: 'o', æ: 'ae', ı: 'i', đ: 'd', œ: 'oe' };

function asciiLetters(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z]/g, (letter) => FOLDED[letter] ?? '');
}

/** Chinese names stand surname first and without a space. */
function fullName(country: Country, given: string, surname: string): string {
  return country.code === 'CN' ? `${surname}${given}` : `${given} ${surname}`;
}

/**
 * The directory's people: always the same for the same `count`, and the first n of a longer list are
 * the list of n. Numbers and mail addresses are unique and never those of the lab's accounts.
 */
export function makePeople(count = DEFAULT_PEOPLE): readonly Person[] {
  const random = seededRandom(20_260);
  const pick = <T>(list: readonly T[]): T => {
    const found = list[Math.floor(random() * list.length)];
    if (found === undefined) throw new Error('lab: nothing to pick from');
    return found;
  };
  return Array.from({ length: count }, (_, index) => {
    const country = pick(COUNTRIES);
    const office = pick(country.offices);
    const givenName = pick(country.given);
    const surname = pick(country.surnames);
    const department = pick(DEPARTMENTS);
    const title = pick(department.titles);
    const company = pick(COMPANIES);
    const hasMobile = random() < 0.5;
    const hasPhoto = random() < 1 / 12;
    const counted = String(FIRST_COUNTED + ((index * NUMBER_STEP) % NUMBER_RANGE));
    const letters = asciiLetters(givenName).slice(0, 1) + asciiLetters(surname);
    const uid = `${letters === '' ? country.code.toLowerCase() : letters}${String(index + 1).padStart(5, '0')}`;
    return {
      uid,
      branch: country.branch,
      givenName,
      surname,
      displayName: fullName(country, givenName, surname),
      mail: `${uid}@${DOMAIN}`,
      number: `${office.prefix}${counted}`,
      ...(hasMobile ? { mobile: `+447801${counted}` } : {}),
      title,
      department: department.name,
      company,
      city: office.city,
      country: country.code,
      ...(hasPhoto ? { photo: index % PHOTO_COUNT } : {}),
    };
  });
}
