import type { Person } from '../../src-shared/model/contact.ts';
import { callingCode, digitsOf, looksLikeNumber, numberKeys } from '../../src-shared/text/phone-number.ts';
import { searchWords } from '../../src-shared/text/fold.ts';

/** A line of the search box, understood. Nothing in it is syntax: it holds words of letters and digits only. */
export interface SearchQuery {
  /** All must match, in any order; folded. */
  readonly words: readonly string[];
  /** Digits to look for in numbers; the longest form first. Empty when the line is not a number. */
  readonly digits: readonly string[];
  /** The number was written from its country code on: it can only be a beginning. */
  readonly international: boolean;
  /** Lower case text of a line with "@": the beginning of a mail address or JID. */
  readonly address: string;
}

/** Digits fewer than this are looked for at the beginning of numbers only: two digits stand inside most numbers. */
export const minInfixCharacters = 3;
const maxQueryWords = 6;

/** `region` is ISO 3166-1 alpha-2; with it a national number finds the E.164 form. */
export function parseQuery(text: string, region?: string): SearchQuery {
  const at = text.indexOf('@');
  const words = searchWords(at < 0 ? text : text.slice(0, at)).slice(0, maxQueryWords);
  const address = at < 0 ? '' : text.trim().toLowerCase();
  if (!looksLikeNumber(text)) return { words, digits: [], international: false, address };
  const international = text.trim().startsWith('+');
  const typed = digitsOf(text);
  const forms = new Set<string>();
  const { e164 } = numberKeys(text, region);
  if (e164 !== undefined) forms.add(e164.slice(1));
  forms.add(typed);
  // National and international prefixes are not part of the E.164 number that the directory holds.
  const bare = international ? typed : typed.replace(/^0{1,2}/, '');
  const country = callingCode(region);
  if (bare !== typed && bare !== '' && country !== undefined && !typed.startsWith('00')) forms.add(`${country}${bare}`);
  if (bare !== '') forms.add(bare);
  return { words, digits: [...forms], international, address };
}

/** One person that may match, with what is needed to say how well. */
export interface Candidate {
  readonly person: Person;
  /** `contact`: in the roster. `recent`: talked to lately. */
  readonly near: 'contact' | 'recent' | undefined;
  /** UTC milliseconds of the last contact; 0 when not known. */
  readonly lastAtMs: number;
  /** Folded words of the name, in order. */
  readonly nameWords: readonly string[];
  /** Other folded words: mail, login name, extension. */
  readonly otherWords: readonly string[];
  /** All words in one text. */
  readonly text: string;
  /** Digits of the numbers and extensions. */
  readonly numbers: readonly string[];
}

/**
 * How well a candidate fits, best first: `exact` words, `start` of words, `inside` a word.
 * Undefined: it does not fit at all.
 */
export type Fit = 'whole' | 'exact' | 'start' | 'inside';
const fitOrder: readonly Fit[] = ['whole', 'exact', 'start', 'inside'];

/** How the candidate fits the query. */
export function fitOf(query: SearchQuery, candidate: Candidate): Fit | undefined {
  return worthier(fitOfNumbers(query, candidate.numbers), fitOfWords(query, candidate));
}

function worthier(one: Fit | undefined, other: Fit | undefined): Fit | undefined {
  if (one === undefined) return other;
  if (other === undefined) return one;
  return fitOrder.indexOf(one) <= fitOrder.indexOf(other) ? one : other;
}

function fitOfWords(query: SearchQuery, candidate: Candidate): Fit | undefined {
  if (query.words.length === 0) return undefined;
  if (query.address !== '') {
    const { mail, jid } = candidate.person;
    const addresses = [mail, jid].filter((address) => address !== undefined).map((address) => address.toLowerCase());
    if (addresses.includes(query.address)) return 'whole';
    return addresses.some((address) => address.startsWith(query.address)) ? 'start' : undefined;
  }
  if (query.words.join(' ') === candidate.nameWords.join(' ')) return 'whole';
  // Most candidates that were not found by an index do not fit: this says so fastest.
  if (!query.words.every((word) => candidate.text.includes(word))) return undefined;
  const words = [...candidate.nameWords, ...candidate.otherWords];
  let worst: Fit = 'exact';
  for (const wanted of query.words) {
    const fit = bestFitOfWord(wanted, words);
    if (fit === undefined) return undefined;
    if (fitOrder.indexOf(fit) > fitOrder.indexOf(worst)) worst = fit;
  }
  return worst;
}

function bestFitOfWord(wanted: string, words: readonly string[]): Fit | undefined {
  if (words.includes(wanted)) return 'exact';
  if (words.some((word) => word.startsWith(wanted))) return 'start';
  if (Array.from(wanted).length >= minInfixCharacters && words.some((word) => word.includes(wanted))) return 'inside';
  return undefined;
}

function fitOfNumbers(query: SearchQuery, numbers: readonly string[]): Fit | undefined {
  let best: Fit | undefined;
  for (const wanted of query.digits) {
    for (const number of numbers) {
      if (number === wanted) return 'whole';
      if (number.startsWith(wanted)) best = worthier(best, 'exact');
      if (query.international || wanted.length < minInfixCharacters) continue;
      if (number.endsWith(wanted)) best = worthier(best, 'start');
      else if (number.includes(wanted)) best = worthier(best, 'inside');
    }
  }
  return best;
}

const nearOrder = { contact: 0, recent: 1 } as const;

/**
 * The candidates that fit, best first: contacts, then people talked to lately, then everybody else; within these the
 * better fit, then a match in the first word of the name, then the latest talk, then the name.
 */
export function rank(query: SearchQuery, candidates: readonly Candidate[]): Person[] {
  const scored = candidates.flatMap((candidate) => {
    const fit = fitOf(query, candidate);
    if (fit === undefined) return [];
    const first = query.words[0];
    return [
      {
        candidate,
        near: candidate.near === undefined ? 2 : nearOrder[candidate.near],
        fit: fitOrder.indexOf(fit),
        leads: first !== undefined && candidate.nameWords[0]?.startsWith(first) === true ? 0 : 1,
        name: candidate.nameWords.join(' '),
      },
    ];
  });
  scored.sort(
    (a, b) =>
      a.near - b.near ||
      a.fit - b.fit ||
      a.leads - b.leads ||
      b.candidate.lastAtMs - a.candidate.lastAtMs ||
      compareText(a.name, b.name) ||
      compareText(a.candidate.person.id, b.candidate.person.id),
  );
  return scored.map(({ candidate }) => candidate.person);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
