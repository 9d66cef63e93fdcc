import { expect, test } from 'vitest';
import { whoIs } from './who.ts';

test('who withholds name and number is called what the lists of the window call them', () => {
  expect(whoIs({ number: 'Anonymous' })).toBe('Unknown caller');
  expect(whoIs({ number: 'anonymous', name: 'Bob Okafor' })).toBe('Bob Okafor');
  expect(whoIs({ number: '6101' })).toBe('6101');
});
