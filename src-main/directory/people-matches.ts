import { limits } from '../../src-shared/limits.ts';
import type { PersonRow } from './people-rows.ts';
import type { Statements } from './people-sql.ts';
import { minInfixCharacters } from './ranking.ts';
import type { SearchQuery } from './ranking.ts';

/** Rows that one step of a search fetches; ranked here, because the ranking of FTS5 looks at every match. */
export const candidateRows = limits.searchResults + 1;

/** The people of one account in the tables: by its id, and by its range of row numbers in the full-text ones. */
export interface AccountRows {
  readonly account: string;
  readonly first: number;
  readonly last: number;
}

/** Rows that may fit, the likeliest steps first, until one page is full. */
export function matchingRows(query: SearchQuery, statements: Statements, within: AccountRows): readonly PersonRow[] {
  const rows = new Map<number, PersonRow>();
  const add = (found: readonly unknown[]): boolean => {
    for (const row of found as PersonRow[]) rows.set(row.row, row);
    return rows.size >= candidateRows;
  };
  const { byWords, byInfix, byDigits, byEnd } = statements;
  const { account } = within;
  const range = [within.first, within.last, candidateRows] as const;
  for (const digits of query.digits) {
    if (add(byDigits.all(account, digits, `${digits}:`, candidateRows))) return [...rows.values()];
  }
  const parts = query.international ? [] : query.digits.filter(isLongEnough);
  for (const digits of parts) {
    const reversed = reverse(digits);
    if (add(byEnd.all(account, reversed, `${reversed}:`, candidateRows))) return [...rows.values()];
  }
  // Digits from the middle are the rarest thing to type and the dearest to find.
  if (rows.size === 0) {
    for (const digits of parts) if (add(byInfix.all(quoted(digits), ...range))) return [...rows.values()];
  }
  if (query.words.length === 0) return [...rows.values()];
  if (add(byWords.all(query.words.map(quoted).join(' '), ...range))) return [...rows.values()];
  if (add(byWords.all(query.words.map((word) => `${quoted(word)} *`).join(' '), ...range))) return [...rows.values()];
  // Three characters are the shortest that the trigram table can find; the ranking looks at the shorter words.
  const long = query.words.filter(isLongEnough);
  if (long.length > 0 && query.address === '') add(byInfix.all(long.map(quoted).join(' '), ...range));
  return [...rows.values()];
}

/** Text for MATCH: a phrase of one word. Words hold no quotes; doubling them costs nothing and needs no proof. */
function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

function isLongEnough(text: string): boolean {
  return Array.from(text).length >= minInfixCharacters;
}

/** So that the end of a number is found as a beginning. */
export function reverse(digits: string): string {
  let reversed = '';
  for (const digit of digits) reversed = digit + reversed;
  return reversed;
}
