import { expect, test } from 'vitest';
import { readableNumber } from './readable-number.ts';

test.each([
  ['+442079460101', 'GB', '+44 20 7946 0101'],
  ['+442079460101', undefined, '+44 20 7946 0101'],
  ['+12025550123', 'GB', '+1 202 555 0123'],
  ['+4930901820', 'DE', '+49 30 901820'],
  ['02079460101', 'GB', '020 7946 0101'],
  ['2025550123', 'US', '(202) 555-0123'],
])('%s in %s reads %s', (number, region, readable) => {
  expect(readableNumber(number, region)).toBe(readable);
});

test.each([
  ['6102', 'GB'],
  ['112', 'GB'],
  ['*98', 'GB'],
  ['020 7946 0101', 'GB'],
  ['bob@example.com', 'GB'],
  ['anonymous', 'GB'],
  ['02079460101', undefined],
  ['02079460101', 'nowhere'],
  ['+999999999999999', 'GB'],
  // The exit code is dialled, so it stays.
  ['00442079460101', 'GB'],
])('%s in %s stays as it is', (number, region) => {
  expect(readableNumber(number, region)).toBe(number);
});
