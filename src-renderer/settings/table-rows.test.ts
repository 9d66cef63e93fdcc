import { expect, test } from 'vitest';
import type { SettingColumn } from '../../src-shared/contract/system.ts';
import { emptyRow, fitsColumn, isEmptyRow, moved, parseCell, withCell } from './table-rows.ts';

const text: SettingColumn = { name: 'prefix', kind: 'text', maxLength: 3 };
const number: SettingColumn = { name: 'length', kind: 'number', min: 2, max: 40 };

test('a new row holds the least of each column', () => {
  expect(emptyRow([text, number], [])).toEqual({ prefix: '', length: 2 });
  expect(emptyRow([text, number], [{ prefix: '1', length: 2 }])).toEqual({ prefix: '', length: 2 });
});

const key: SettingColumn = { name: 'key', kind: 'number', min: 2, max: 4, unique: true };
const dials = [
  { key: 2, prefix: 'a' },
  { key: 4, prefix: 'b' },
];

test('what may stand in one row only is given to one row only', () => {
  expect(emptyRow([key, text], dials)).toEqual({ key: 3, prefix: '' });
  expect(withCell(dials, 1, key, 2)).toEqual([
    { key: 4, prefix: 'a' },
    { key: 2, prefix: 'b' },
  ]);
  expect(withCell(dials, 0, key, 3)).toEqual([{ key: 3, prefix: 'a' }, dials[1]]);
  expect(withCell(dials, 0, text, 'b')).toEqual([{ key: 2, prefix: 'b' }, dials[1]]);
});

test('a row is empty until a person writes into it', () => {
  expect(isEmptyRow([key, text], { key: 3, prefix: '' })).toBe(true);
  expect(isEmptyRow([key, text], { key: 3, prefix: '1' })).toBe(false);
  expect(isEmptyRow([text, number], { prefix: '', length: 5 })).toBe(false);
});

test('a cell takes only what its column can hold', () => {
  expect([fitsColumn(text, '+1'), fitsColumn(text, '+123')]).toEqual([true, false]);
  expect([fitsColumn(number, '12'), fitsColumn(number, ''), fitsColumn(number, '-1')]).toEqual([true, true, false]);
  expect(parseCell(text, ' +1 ')).toBe('+1');
  expect([parseCell(number, '12'), parseCell(number, '99'), parseCell(number, '')]).toEqual([12, 40, undefined]);
});

test('a row moves up and down', () => {
  expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'c', 'b']);
  expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
});
