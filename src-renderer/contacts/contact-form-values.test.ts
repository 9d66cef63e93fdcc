import { expect, test } from 'vitest';
import { isBareJid, parseGroups } from './contact-form-values.ts';

test.each([
  ['bob@example.com', true],
  ['bob@localhost', true],
  ['bob', false],
  ['bob@example.com/phone', false],
  ['bob smith@example.com', false],
  ['@example.com', false],
])('%s is an address: %s', (text, expected) => {
  expect(isBareJid(text)).toBe(expected);
});

test('groups are trimmed, each once, at most ten', () => {
  expect(parseGroups(' Work, Friends ,Work,, ')).toEqual(['Work', 'Friends']);
  expect(parseGroups(Array.from({ length: 30 }, (_, index) => `g${index}`).join())).toHaveLength(10);
});
