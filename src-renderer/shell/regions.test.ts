import { expect, test } from 'vitest';
import { nextRegionIndex } from './regions.ts';

test('F6 goes round, Shift+F6 the other way', () => {
  expect(nextRegionIndex(0, 4, 1)).toBe(1);
  expect(nextRegionIndex(3, 4, 1)).toBe(0);
  expect(nextRegionIndex(0, 4, -1)).toBe(3);
});
test('from nowhere F6 starts at the first region, Shift+F6 at the last', () => {
  expect(nextRegionIndex(-1, 4, 1)).toBe(0);
  expect(nextRegionIndex(-1, 4, -1)).toBe(3);
});
test('without regions there is nowhere to go', () => {
  expect(nextRegionIndex(-1, 0, 1)).toBe(-1);
});
