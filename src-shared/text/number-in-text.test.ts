import { expect, test } from 'vitest';
import { numberInText } from './number-in-text.ts';

test.each([
  ['6102', '6102'],
  ['  +44 20 7946 0101\n', '+44 20 7946 0101'],
  ['Tel. +44 (0)20 7946 0101', '+44 (0)20 7946 0101'],
  ['Phone: (020) 7946-0101, ask for Bob', '(020) 7946-0101'],
  ['Call (+44) 20 7946 0101', '(+44) 20 7946 0101'],
  ['0049\u00a030 / 123456', '0049\u00a030 / 123456'],
  ['1-800-4UCSRND', '1-800-4UCSRND'],
  ['+1.800.555.1212', '+1.800.555.1212'],
])('%j holds %j', (text, number) => {
  expect(numberInText(text)).toBe(number);
});

test.each([
  [''],
  ['no number here'],
  ['7'],
  ['between 6101 and 6102'],
  ['bob6102@example.com'],
  ['file-2026.txt'],
  ['https://example.com/6102'],
  ['costs 250€'],
  ['at 10:30'],
  ['123456789012345678901234567890'],
  [`6102 ${'x'.repeat(300)}`],
  ['61\u000002'],
])('%j holds none', (text) => {
  expect(numberInText(text)).toBeUndefined();
});
