import { describe, expect, test } from 'vitest';
import { currentInList, fold, moveInList, neighbourOf, typeAhead } from './list-keys.ts';

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

describe('a row that is taken away', () => {
  const keys = ['a', 'b', 'c'];
  test('leaves its place to the next one, the last to the one before', () => {
    expect(neighbourOf(keys, 'b')).toBe('c');
    expect(neighbourOf(keys, 'c')).toBe('b');
    expect(neighbourOf(['a'], 'a')).toBeUndefined();
    expect(currentInList(['a', 'c'], { key: 'b', index: 1 }, 'a')).toBe(1);
    expect(currentInList(['a', 'b'], { key: 'c', index: 2 }, 'a')).toBe(1);
    expect(currentInList([], { key: 'c', index: 2 }, undefined)).toBe(0);
  });
  test('matters not to somebody who is on another one, or has gone nowhere yet', () => {
    expect(currentInList(keys, { key: 'b', index: 0 }, 'c')).toBe(1);
    expect(currentInList(keys, undefined, 'c')).toBe(2);
    expect(currentInList(keys, undefined, 'gone')).toBe(0);
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
