import { describe, expect, test } from 'vitest';
import type { Person } from '../../src-shared/model/contact.ts';
import { indexWords } from '../../src-shared/text/fold.ts';
import { fitOf, parseQuery, rank } from './ranking.ts';
import type { Candidate } from './ranking.ts';

function candidate(
  name: string,
  changes: Partial<Omit<Candidate, 'person'>> & { readonly person?: Partial<Person> } = {},
): Candidate {
  const { person, ...rest } = changes;
  const nameWords = indexWords(name);
  return {
    person: { id: name, source: 'directory', name, numbers: [], hasPhoto: false, ...person },
    near: undefined,
    lastAtMs: 0,
    nameWords,
    otherWords: [],
    numbers: [],
    ...rest,
    text: [...nameWords, ...(rest.otherWords ?? [])].join(' '),
  };
}

function order(query: string, candidates: readonly Candidate[], region?: string): readonly string[] {
  return rank(parseQuery(query, region), candidates).map(({ name }) => name);
}

describe('who comes first', () => {
  test.each<[string, string, readonly Candidate[], readonly string[]]>([
    [
      'contacts, then people talked to lately, then the directory',
      'ann',
      [
        candidate('Anna Zed'),
        candidate('Hannah Lee', { near: 'contact' }),
        candidate('Ann Recent', { near: 'recent' }),
      ],
      ['Hannah Lee', 'Ann Recent', 'Anna Zed'],
    ],
    [
      'the whole name, then whole words, then beginnings, then the inside of words',
      'anna',
      [candidate('Johanna Berg'), candidate('Annabel Berg'), candidate('Berg Anna'), candidate('Anna')],
      ['Anna', 'Berg Anna', 'Annabel Berg', 'Johanna Berg'],
    ],
    [
      'a match in the first word before one in a later word',
      'ber',
      [candidate('Anna Berg'), candidate('Bernd Adler')],
      ['Bernd Adler', 'Anna Berg'],
    ],
    [
      'of two alike, the one talked to last',
      'an',
      [candidate('Anna', { near: 'recent', lastAtMs: 1 }), candidate('Anton', { near: 'recent', lastAtMs: 2 })],
      ['Anton', 'Anna'],
    ],
    ['all else equal, by name', 'a', [candidate('Ab'), candidate('Aa'), candidate('Ac')], ['Aa', 'Ab', 'Ac']],
    [
      'both words in any order',
      'smith an',
      [candidate('Ann Smith'), candidate('Ann Jones'), candidate('Zoe Smith')],
      ['Ann Smith'],
    ],
    ['accents and case do not matter', 'MULLER', [candidate('Jürgen Müller')], ['Jürgen Müller']],
    ['two letters are not looked for inside words', 'nn', [candidate('Anna')], []],
    ['by login name', 'jsmi', [candidate('Ann Other', { otherWords: ['jsmith01'] })], ['Ann Other']],
  ])('%s', (_, query, candidates, expected) => {
    expect(order(query, candidates)).toEqual(expected);
  });

  test('numbers: the number itself, then its beginning, then its end, then its middle', () => {
    const people = [
      candidate('middle', { numbers: ['449610099'] }),
      candidate('end', { numbers: ['442079466100'] }),
      candidate('beginning', { numbers: ['61005555'] }),
      candidate('itself', { numbers: ['6100'] }),
      candidate('none', { numbers: ['6200'] }),
    ];
    expect(order('6100', people)).toEqual(['itself', 'beginning', 'end', 'middle']);
    expect(order('61', people)).toEqual(['beginning', 'itself']);
  });

  test('a national number finds the international form; one with "+" is looked for from its beginning only', () => {
    const person = candidate('x', { numbers: ['442079460100'] });
    expect(order('020 7946 0100', [person], 'GB')).toEqual(['x']);
    expect(order('020 7946', [person], 'GB')).toEqual(['x']);
    expect(order('0044 20 79', [person])).toEqual(['x']);
    expect(order('+44 20', [person])).toEqual(['x']);
    expect(order('+2079', [person])).toEqual([]);
  });

  test('a mail address is matched from its beginning', () => {
    const person = candidate('Ann', { person: { mail: 'ann@example.test' } });
    expect(fitOf(parseQuery('ann@example.test'), person)).toBe('whole');
    expect(fitOf(parseQuery('ann@ex'), person)).toBe('start');
    expect(fitOf(parseQuery('ann@other'), person)).toBeUndefined();
  });

  test('nothing to look for finds nobody', () => {
    expect(order('', [candidate('Anna')])).toEqual([]);
    expect(order('"* ()', [candidate('Anna')])).toEqual([]);
  });
});
