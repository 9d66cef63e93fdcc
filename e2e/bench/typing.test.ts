import { expect, test } from 'vitest';
import { makePeople } from '../lab/people.ts';
import { keystrokes, typedLine } from './typing.ts';

test('a line is typed character by character', () => {
  expect(keystrokes('al b')).toEqual(['a', 'al', 'al b']);
  expect(keystrokes('ÅŁ')).toEqual(['Å', 'ÅŁ']);
});

test('lines hold one word, two words and digits', () => {
  const [person] = makePeople(1);
  if (person === undefined) throw new Error('no person');
  const lines = Array.from({ length: 8 }, (_, turn) => typedLine(person, turn));
  expect(lines.some((line) => /^\p{L}+$/u.test(line))).toBe(true);
  expect(lines.some((line) => /^\p{L}+ \p{L}+$/u.test(line))).toBe(true);
  expect(lines.some((line) => /^\+\d+$/.test(line))).toBe(true);
  expect(lines.some((line) => /^\d+$/.test(line))).toBe(true);
});
