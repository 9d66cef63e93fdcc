import type { SearchAnswer } from '../../src-shared/contract/people.ts';
import type { Person } from '../../src-shared/model/contact.ts';

/** A line that can be dialled, as the service reads it. */
export interface Dialable {
  readonly dial: string;
  readonly shown: string;
}

/**
 * What the search box knows. Every answer carries the ticket of the query that asked for it;
 * an answer with another ticket is stale and dropped.
 *
 *   directory: idle --asked--> searching --answered--> answered
 *              any  --typed--> idle
 */
export interface SearchState {
  readonly query: string;
  readonly ticket: number;
  /** People known on this computer; undefined until the first answer to this query. */
  readonly cache: SearchAnswer | undefined;
  readonly directory: 'idle' | 'searching' | 'answered';
  readonly directoryPeople: readonly Person[];
  /** Plain words when the directory was not asked or did not answer. */
  readonly problem: string | undefined;
  readonly truncated: boolean;
  readonly dialable: Dialable | undefined;
  /** What this computer has not said yet to this query: until then the rows may be those of the query before. */
  readonly awaited: readonly ('cache' | 'dialable')[];
}

export type SearchEvent =
  | { readonly type: 'typed'; readonly query: string; readonly ticket: number }
  | { readonly type: 'cacheAnswered'; readonly ticket: number; readonly answer: SearchAnswer }
  | { readonly type: 'cacheFailed'; readonly ticket: number }
  | { readonly type: 'directoryAsked'; readonly ticket: number }
  | { readonly type: 'directoryAnswered'; readonly ticket: number; readonly answer: SearchAnswer }
  | { readonly type: 'dialableAnswered'; readonly ticket: number; readonly dialable: Dialable | undefined };

export const emptySearch: SearchState = {
  query: '',
  ticket: 0,
  cache: undefined,
  directory: 'idle',
  directoryPeople: [],
  problem: undefined,
  truncated: false,
  dialable: undefined,
  awaited: [],
};

export function searchReducer(state: SearchState, event: SearchEvent): SearchState {
  if (event.type === 'typed') {
    // The cache's last answer stays on screen until the next one: a list that blinks cannot be read.
    return {
      ...emptySearch,
      query: event.query,
      ticket: event.ticket,
      cache: event.query === '' ? undefined : state.cache,
      awaited: ['cache', 'dialable'],
    };
  }
  if (event.ticket !== state.ticket) return state;
  switch (event.type) {
    case 'cacheAnswered':
      return { ...state, cache: event.answer, awaited: without(state, 'cache') };
    case 'cacheFailed':
      return { ...state, cache: undefined, awaited: without(state, 'cache') };
    case 'directoryAsked':
      return { ...state, directory: 'searching', problem: undefined };
    case 'directoryAnswered':
      return {
        ...state,
        directory: 'answered',
        directoryPeople: event.answer.people,
        problem: event.answer.problem,
        truncated: event.answer.truncated,
      };
    case 'dialableAnswered':
      return { ...state, dialable: event.dialable, awaited: without(state, 'dialable') };
  }
}

function without(state: SearchState, answered: SearchState['awaited'][number]): SearchState['awaited'] {
  return state.awaited.filter((one) => one !== answered);
}

/** Whether the rows may still be those of the text before: nobody may be called on them. */
export function isBehind({ query, awaited }: Pick<SearchState, 'query' | 'awaited'>): boolean {
  return query.trim() !== '' && awaited.length > 0;
}

/** Enter that was pressed before the rows of its query were there. */
export interface HeldEnter<Intent> {
  readonly ticket: number;
  readonly intent: Intent;
  /** The row that the person had gone to; undefined: the first, whatever it turns out to be. */
  readonly key: string | undefined;
}

/**
 * The row on which a held Enter acts now: none before this computer has answered its query, none when another query
 * was typed since, and none when the row that was chosen is gone.
 */
export function rowForHeld<Row>(
  held: HeldEnter<unknown> | undefined,
  state: SearchState,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Row | undefined {
  if (held?.ticket !== state.ticket || state.awaited.length > 0) return undefined;
  return held.key === undefined ? rows[0] : rows.find((row) => keyOf(row) === held.key);
}

export type SearchGroup = 'dial' | 'contacts' | 'recent' | 'directory' | 'actions';

export type SearchRow =
  | { readonly kind: 'dial'; readonly group: 'dial'; readonly dialable: Dialable }
  | { readonly kind: 'person'; readonly group: 'contacts' | 'recent' | 'directory'; readonly person: Person }
  | { readonly kind: 'askDirectory'; readonly group: 'actions' }
  | { readonly kind: 'addContact'; readonly group: 'actions'; readonly jid: string };

const bareJid = /^[^@/\s]+@[^@/\s]+\.[^@/\s]+$/;
/** Something that a person means as a number: digits, at most some punctuation of numbers. */
const numberLike = /^[+*#]?[\d\s().\-/*#]+$/;

/** Whether the text stands for a number itself, and not for somebody who has it. */
export function isNumberLike(text: string): boolean {
  return numberLike.test(text);
}

/** The rows of the panel in order; rows of one group stand together. */
export function searchRows(state: SearchState, isContact: (jid: string) => boolean): readonly SearchRow[] {
  const query = state.query.trim();
  if (query === '') return [];
  const rows: SearchRow[] = [];
  const dial: SearchRow | undefined =
    state.dialable === undefined ? undefined : { kind: 'dial', group: 'dial', dialable: state.dialable };
  const dialFirst = isNumberLike(query);
  if (dial !== undefined && dialFirst) rows.push(dial);

  const people = new Map<string, Person>();
  for (const person of state.cache?.people ?? []) people.set(person.id, person);
  // The directory's entry is the fresher one, and keeps the place that the cache gave it.
  for (const person of state.directoryPeople) people.set(person.id, person);
  for (const group of ['contacts', 'recent', 'directory'] as const) {
    for (const person of people.values()) if (person.source === group) rows.push({ kind: 'person', group, person });
  }
  if (dial !== undefined && !dialFirst) rows.push(dial);
  if (state.directory === 'idle') rows.push({ kind: 'askDirectory', group: 'actions' });
  const jid = query.toLowerCase();
  if (bareJid.test(jid) && !isContact(jid)) rows.push({ kind: 'addContact', group: 'actions', jid });
  return rows;
}

/** A name in three parts around the match, ignoring case; the middle is empty without one. */
export function splitMatch(text: string, query: string): readonly [before: string, match: string, after: string] {
  const wanted = query.trim().toLowerCase();
  const at = wanted === '' ? -1 : text.toLowerCase().indexOf(wanted);
  if (at < 0) return [text, '', ''];
  return [text.slice(0, at), text.slice(at, at + wanted.length), text.slice(at + wanted.length)];
}
