import type { Page } from '@playwright/test';
import { wordMark } from '../../src-shared/pseudo-locale.ts';
import type { LabDescription } from '../lab/description.ts';
import { DEFAULT_ONLINE } from '../lab/colleague.ts';
import { BRANCHES, COMPANIES, COUNTRIES, DEPARTMENTS } from '../lab/people-names.ts';
import { written } from './tour.ts';

/** Environment of a Parley all of whose words end in a mark that nobody sees, those of its window too. */
export const markedWords = { PARLEY_LOCALE: 'marked' } as const;

/** What people wrote to each other, what only a picture stands for, and names of which a part is marked as found. */
const foreignElements = ['script', 'style', 'kbd', '.bubble', '.convo__prev', '[aria-hidden=true]', ':has(> mark)'];

/** Names of the product and its builds, of keys, months, days, units, codecs. */
const foreignNames = [
  'Parley browser linux opus ms',
  'Ctrl Shift Alt Enter Esc Tab Home End Space',
  'January February March April May June July August September October November December',
  'Jan Feb Mar Apr Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun',
  'Monday Tuesday Wednesday Thursday Friday Saturday Sunday AM PM',
];

/** Devices that Chromium makes up for tests. */
const devices = ['Fake Default Audio Output', 'Fake Default Audio Input', 'Fake Audio Output', 'Fake Audio Input'];

/** An address, a file, a link, a number: a run of characters with a digit, or a dot and the like within. */
const foreignRun = /\d|\w[@./\\_]\w/;

/** What may stand on a screen of the lab without being a word of ours. */
export interface ForeignWords {
  readonly names: ReadonlySet<string>;
  /** Longest first. */
  readonly phrases: readonly string[];
}

export function foreignWordsOf(description: LabDescription): ForeignWords {
  const people = COUNTRIES.flatMap(({ given, surnames, offices }) => [
    ...given,
    ...surnames,
    ...offices.map(({ city }) => city),
  ]);
  const colleagues = description.accounts;
  const names = [...foreignNames, ...people, ...colleagues.flatMap(({ name, user }) => [name, user])];
  const phrases = [
    ...colleagues.flatMap(({ title, department, rosterGroup = title }) => [title, department, rosterGroup]),
    ...DEPARTMENTS.flatMap(({ name, titles }) => [name, ...titles]),
    ...BRANCHES,
    ...COMPANIES,
    ...DEFAULT_ONLINE.map(({ status }) => status).filter((status) => status !== ''),
    ...written,
    ...devices,
  ];
  return {
    names: new Set(names.flatMap((name) => name.split(/[^\p{L}]+/u))),
    phrases: phrases.sort((one, other) => other.length - one.length),
  };
}

/**
 * Texts of a window with `markedWords` that did not come from the catalog: seen, or told to a screen reader; each with
 * the words that have no mark. What is not ours to translate is left out here and nowhere else.
 */
export async function bareTexts(page: Page, foreign: ForeignWords): Promise<readonly string[]> {
  const texts = await page.evaluate((elements) => {
    const found = new Set<string>();
    const isOurs = (element: Element) => element.checkVisibility() && element.closest(elements) === null;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if (node.parentElement !== null && isOurs(node.parentElement)) found.add(node.textContent ?? '');
    const names = ['aria-label', 'aria-description', 'title', 'placeholder', 'alt'];
    for (const element of document.body.querySelectorAll(names.map((name) => `[${name}]`).join()))
      if (isOurs(element)) for (const name of names) found.add(element.getAttribute(name) ?? '');
    return [...found];
  }, foreignElements.join());
  return texts.flatMap((text) => {
    const bare = bareWords(text, foreign);
    return bare.length === 0 ? [] : [`${bare.join(' ')} [${text.replaceAll(wordMark, '').trim().slice(0, 120)}]`];
  });
}

function bareWords(text: string, { names, phrases }: ForeignWords): readonly string[] {
  const rest = phrases.reduce((left, phrase) => left.replaceAll(phrase, ' '), text);
  return rest
    .split(/\s+/)
    .filter((run) => run.includes(wordMark) || !foreignRun.test(run))
    .flatMap((run) => Array.from(run.matchAll(/([\p{L}\p{N}]*\p{L}{2}[\p{L}\p{N}]*)(\u200b)?/gu)))
    .flatMap(([, word = '', mark]) => (mark === undefined && !names.has(word) ? [word] : []));
}
