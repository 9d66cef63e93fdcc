import { expect, test } from 'vitest';
import type { SettingColumn } from '../../src-shared/contract/system.ts';
import { emptyRow, fitsColumn, moved, parseCell } from './table-rows.ts';

const text: SettingColumn = { name: 'prefix', kind: 'text', maxLength: 3 };
const number: SettingColumn = { name: 'length', kind: 'number', min: 2, max: 40 };

test('a new row holds the least of each column', () => {
  expect(emptyRow([text, number])).toEqual({ prefix: '', length: 2 });
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
