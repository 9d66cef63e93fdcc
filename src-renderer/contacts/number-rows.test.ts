import { expect, test } from 'vitest';
import type { PhoneNumber } from '../../src-shared/model/contact.ts';
import { isExtension, numberRows } from './number-rows.ts';

const desk: PhoneNumber = { kind: 'work', shown: '+44 20 7946 0101', e164: '+442079460101' };
const extension: PhoneNumber = { kind: 'work', shown: '6101' };
const mobile: PhoneNumber = { kind: 'mobile', shown: '+44 7700 900317', e164: '+447700900317' };

test('the extension stands beside the one full number at work, wherever it was in the list', () => {
  expect(numberRows([desk, extension, mobile])).toEqual([{ number: desk, extension: '6101' }, { number: mobile }]);
  expect(numberRows([extension, mobile, desk])).toEqual([{ number: mobile }, { number: desk, extension: '6101' }]);
});

test.each([
  ['no full number at work', [extension, mobile]],
  ['two full numbers', [desk, { ...desk, shown: '+44 20 7946 0199' }, extension]],
  ['two extensions', [desk, extension, { ...extension, shown: '6102' }]],
  ['no extension', [desk, mobile]],
] as const)('%s: each has a line of its own', (_name, numbers) => {
  expect(numberRows(numbers)).toEqual(numbers.map((number) => ({ number })));
});

test.each([
  ['6101', true],
  ['020 7946', false],
  ['1234567', false],
  ['61-01', false],
])('%j is an extension: %j', (shown, expected) => {
  expect(isExtension({ kind: 'work', shown })).toBe(expected);
});

test('a short number that has a country is none, nor is one of a mobile', () => {
  expect(isExtension({ ...extension, e164: '+446101' })).toBe(false);
  expect(isExtension({ ...extension, kind: 'mobile' })).toBe(false);
});
