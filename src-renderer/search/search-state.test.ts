import { describe, expect, test } from 'vitest';
import type { Person } from '../../src-shared/model/contact.ts';
import { emptySearch, isBehind, rowForHeld, searchReducer, searchRows, splitMatch } from './search-state.ts';
import type { SearchRow, SearchState } from './search-state.ts';

const person = (name: string, source: Person['source'], id = name): Person => ({
  id,
  source,
  name,
  numbers: [],
  hasPhoto: false,
});
const answer = (...people: Person[]) => ({ people, truncated: false });
const typed = (query: string, ticket = 1) => searchReducer(emptySearch, { type: 'typed', query, ticket });
const nobody = () => false;
const kinds = (state: SearchState) => searchRows(state, nobody).map((row) => row.kind);

describe('answers of a search', () => {
  test('an answer to an earlier query is dropped', () => {
    const state = searchReducer(typed('na'), { type: 'typed', query: 'nad', ticket: 2 });
    const late = searchReducer(state, {
      type: 'cacheAnswered',
      ticket: 1,
      answer: answer(person('Naomi', 'contacts')),
    });
    expect(late).toBe(state);
  });

  test('the last list stays until the next answer, and goes when the box is emptied', () => {
    const found = searchReducer(typed('na'), {
      type: 'cacheAnswered',
      ticket: 1,
      answer: answer(person('Nadia', 'contacts')),
    });
    const next = searchReducer(found, { type: 'typed', query: 'nad', ticket: 2 });
    expect(next.cache?.people).toHaveLength(1);
    expect(searchReducer(next, { type: 'typed', query: '', ticket: 3 }).cache).toBeUndefined();
  });

  test('a late directory answer of an earlier query does not show', () => {
    let state = searchReducer(typed('nadine'), { type: 'directoryAsked', ticket: 1 });
    state = searchReducer(state, { type: 'typed', query: 'tom', ticket: 2 });
    state = searchReducer(state, {
      type: 'directoryAnswered',
      ticket: 1,
      answer: answer(person('Nadine', 'directory')),
    });
    expect(state.directory).toBe('idle');
    expect(state.directoryPeople).toEqual([]);
  });
});

describe('rows of the panel', () => {
  test('contacts stand before recent people, those before the directory, the offer to search it last', () => {
    const state = searchReducer(typed('na'), {
      type: 'cacheAnswered',
      ticket: 1,
      answer: answer(person('C', 'directory'), person('B', 'recent'), person('A', 'contacts')),
    });
    const rows = searchRows(state, nobody);
    expect(rows.map((row) => (row.kind === 'person' ? row.person.name : row.kind))).toEqual([
      'A',
      'B',
      'C',
      'askDirectory',
    ]);
  });

  test('somebody found in cache and directory stands once, with the fresher entry', () => {
    let state = searchReducer(typed('na'), {
      type: 'cacheAnswered',
      ticket: 1,
      answer: answer(person('Old name', 'directory', 'dn1')),
    });
    state = searchReducer(state, { type: 'directoryAsked', ticket: 1 });
    state = searchReducer(state, {
      type: 'directoryAnswered',
      ticket: 1,
      answer: answer(person('New name', 'directory', 'dn1')),
    });
    const people = searchRows(state, nobody).filter((row) => row.kind === 'person');
    expect(people.map((row) => row.person.name)).toEqual(['New name']);
  });

  test('once the directory was asked it is not offered again', () => {
    const state = searchReducer(typed('na'), { type: 'directoryAsked', ticket: 1 });
    expect(kinds(state)).toEqual([]);
  });

  test('a typed number is dialled by Enter: its row comes first', () => {
    let state = searchReducer(typed('020 7946 0142'), {
      type: 'dialableAnswered',
      ticket: 1,
      dialable: { dial: '+442079460142', shown: '+44 20 7946 0142' },
    });
    state = searchReducer(state, { type: 'cacheAnswered', ticket: 1, answer: answer(person('Nadia', 'contacts')) });
    expect(kinds(state)).toEqual(['dial', 'person', 'askDirectory']);
  });

  test('a word that could be dialled as an address comes after the people it finds', () => {
    let state = searchReducer(typed('nadia'), {
      type: 'dialableAnswered',
      ticket: 1,
      dialable: { dial: 'nadia', shown: 'nadia' },
    });
    state = searchReducer(state, { type: 'cacheAnswered', ticket: 1, answer: answer(person('Nadia', 'contacts')) });
    expect(kinds(state)).toEqual(['person', 'dial', 'askDirectory']);
  });

  test('an address can be added unless it is a contact already', () => {
    const state = typed('Bob@Example.com');
    expect(searchRows(state, nobody)).toContainEqual({ kind: 'addContact', group: 'actions', jid: 'bob@example.com' });
    expect(searchRows(state, (jid) => jid === 'bob@example.com').map((row) => row.kind)).toEqual(['askDirectory']);
  });
});

describe('the match in a name', () => {
  test('is found without regard to case and kept as written', () => {
    expect(splitMatch('Bernadette', 'NA')).toEqual(['Ber', 'na', 'dette']);
  });
  test('is empty when the name was found by something else', () => {
    expect(splitMatch('Tom Ashdown', '7946')).toEqual(['Tom Ashdown', '', '']);
  });
});

describe('Enter before the answer', () => {
  const carol = person('carol', 'contacts');
  const found = searchReducer(typed('610'), { type: 'cacheAnswered', ticket: 1, answer: answer(carol) });
  const keyOf = (row: SearchRow): string => (row.kind === 'person' ? row.person.id : row.kind);
  const row = (state: SearchState, key?: string): SearchRow | undefined =>
    rowForHeld(
      { ticket: 2, intent: 'call', key },
      state,
      searchRows(state, () => false),
      keyOf,
    );

  test('waits for both answers, and then takes the first row of its own query', () => {
    let state = searchReducer(found, { type: 'typed', query: '6102', ticket: 2 });
    // Carol, found for 610, still stands in the list.
    expect(searchRows(state, () => false)[0]).toMatchObject({ kind: 'person' });
    expect(row(state)).toBeUndefined();
    state = searchReducer(state, { type: 'cacheAnswered', ticket: 2, answer: answer(carol) });
    expect(row(state)).toBeUndefined();
    state = searchReducer(state, { type: 'dialableAnswered', ticket: 2, dialable: { dial: '6102', shown: '6102' } });
    expect(row(state)).toMatchObject({ kind: 'dial', dialable: { dial: '6102' } });
    expect(row(state, 'carol')).toMatchObject({ kind: 'person' });
    expect(row(state, 'gone')).toBeUndefined();
  });

  test('is not needed in an empty box, which has rows of its own', () => {
    const state = searchReducer(found, { type: 'typed', query: '6102', ticket: 2 });
    expect(isBehind(found)).toBe(true);
    expect(isBehind(state)).toBe(true);
    expect(isBehind({ ...state, awaited: [] })).toBe(false);
    expect(isBehind(searchReducer(state, { type: 'typed', query: ' ', ticket: 3 }))).toBe(false);
    expect(isBehind(emptySearch)).toBe(false);
  });

  test('waits for nobody when this computer cannot search', () => {
    let state = searchReducer(found, { type: 'typed', query: '6102', ticket: 2 });
    state = searchReducer(state, { type: 'dialableAnswered', ticket: 2, dialable: { dial: '6102', shown: '6102' } });
    state = searchReducer(state, { type: 'cacheFailed', ticket: 2 });
    expect(row(state)).toMatchObject({ kind: 'dial' });
  });

  test('is forgotten when something else was typed', () => {
    const state = searchReducer(found, { type: 'typed', query: '61023', ticket: 3 });
    expect(row({ ...state, awaited: [] })).toBeUndefined();
  });
});
