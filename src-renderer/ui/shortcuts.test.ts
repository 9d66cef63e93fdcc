import { describe, expect, test } from 'vitest';
import { ariaCombo, comboParts, combos, pressed } from './shortcuts.ts';
import type { Combo, KeyPress } from './shortcuts.ts';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

describe('a shortcut', () => {
  test('needs exactly its modifiers', () => {
    expect(pressed(press('k', { ctrlKey: true }), combos.search, false)).toBe(true);
    expect(pressed(press('k'), combos.search, false)).toBe(false);
    expect(pressed(press('k', { ctrlKey: true, altKey: true }), combos.search, false)).toBe(false);
    expect(pressed(press('K', { ctrlKey: true, shiftKey: true }), combos.search, false)).toBe(false);
  });
  test('uses Command on a Mac, where Ctrl is another shortcut', () => {
    expect(pressed(press('k', { metaKey: true }), combos.search, true)).toBe(true);
    expect(pressed(press('k', { ctrlKey: true }), combos.search, true)).toBe(false);
  });
  test('is another one on a Mac where Command with its key belongs to the system', () => {
    expect(pressed(press('h', { ctrlKey: true }), combos.hold, false)).toBe(true);
    expect(pressed(press('h', { metaKey: true }), combos.hold, true)).toBe(false);
    expect(pressed(press('h', { metaKey: true, ctrlKey: true }), combos.hold, true)).toBe(true);
    expect(comboParts(combos.hold, true)).toEqual(['⌃', '⌘', 'H']);
    expect(ariaCombo(combos.mute, true)).toBe('Meta+Shift+M');
  });
  test('with Shift gets the letter in upper case from the keyboard', () => {
    expect(pressed(press('P', { ctrlKey: true, shiftKey: true }), combos.ownPresence, false)).toBe(true);
  });
  test('Ctrl+/ works where the slash itself needs Shift', () => {
    expect(pressed(press('/', { ctrlKey: true, shiftKey: true }), combos.shortcuts, false)).toBe(true);
  });
  test('is written for people and for assistive technology', () => {
    expect(comboParts(combos.ownPresence, false)).toEqual(['Ctrl', 'Shift', 'P']);
    expect(comboParts(combos.ownPresence, true)).toEqual(['⌘', '⇧', 'P']);
    expect(ariaCombo(combos.callPerson, false)).toBe('Control+Enter');
  });
});

test('no two shortcuts are the same combination', () => {
  const all: Combo[] = Object.values(combos);
  const texts = all.map((combo) => comboParts(combo, false).join('+'));
  expect(new Set(texts).size).toBe(texts.length);
});
