import { describe, expect, test } from 'vitest';
import { fold, moveInList, typeAhead } from './list-keys.ts';

describe('moving in a list', () => {
  test.each([
    ['ArrowDown', 3, 4],
    ['ArrowDown', 9, 9],
    ['ArrowUp', 0, 0],
    ['Home', 5, 0],
    ['End', 5, 9],
    ['PageDown', 5, 9],
    ['PageUp', 5, 0],
  ])('%s from row %i of ten goes to row %i', (key, from, to) => {
    expect(moveInList(key, from, 10)).toBe(to);
  });
  test('other keys and empty lists do not move', () => {
    expect(moveInList('a', 0, 10)).toBeUndefined();
    expect(moveInList('ArrowDown', 0, 0)).toBeUndefined();
  });
});

describe('type ahead', () => {
  const names = ['Anna', 'Adam', 'Bob', 'Élodie', 'Adele'];
  test('one letter again and again visits every row that starts with it, and wraps', () => {
    expect(typeAhead(names, 'a', 0)).toBe(1);
    expect(typeAhead(names, 'aa', 1)).toBe(4);
    expect(typeAhead(names, 'aaa', 4)).toBe(0);
  });
  test('several letters narrow down and may stay on the row they are on', () => {
    expect(typeAhead(names, 'ad', 1)).toBe(1);
    expect(typeAhead(names, 'ade', 1)).toBe(4);
  });
  test('accents and case do not matter', () => {
    expect(typeAhead(names, 'E', 0)).toBe(3);
    expect(fold('ÉLODIE')).toBe('elodie');
  });
  test('nothing found moves nothing', () => {
    expect(typeAhead(names, 'x', 0)).toBeUndefined();
  });
});
