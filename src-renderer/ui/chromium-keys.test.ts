import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { comboParts, combos } from './shortcuts.ts';
import type { Combo, ShortcutName } from './shortcuts.ts';

/** Combinations of which a page in a tab of Chromium never hears, and those that the window manager or F11 take. */
const kept: readonly Combo[] = [
  { key: 'n', mod: true },
  { key: 'n', mod: true, shift: true },
  { key: 't', mod: true },
  { key: 't', mod: true, shift: true },
  { key: 'w', mod: true },
  { key: 'w', mod: true, shift: true },
  { key: 'F4', mod: true },
  { key: 'F4', alt: true },
  { key: 'Tab', mod: true },
  { key: 'Tab', mod: true, shift: true },
  { key: 'PageUp', mod: true },
  { key: 'PageDown', mod: true },
  { key: 'F11' },
];

/** Shortcuts that mean something to Chromium, too, and the row of docs/keyboard.md that names the other way. */
const shared: Readonly<Partial<Record<ShortcutName, string>>> = {
  contacts: 'Ctrl+1 … Ctrl+5',
  chats: 'Ctrl+1 … Ctrl+5',
  calls: 'Ctrl+1 … Ctrl+5',
  voicemail: 'Ctrl+1 … Ctrl+5',
  settings: 'Ctrl+1 … Ctrl+5',
  search: 'Ctrl+K',
  ownPresence: 'Ctrl+Shift+P',
  nextRegion: 'F6, Shift+F6',
  previousRegion: 'F6, Shift+F6',
  hold: 'Ctrl+H',
};

const written = (combo: Combo): string => comboParts(combo, false).join('+');
const guide = readFileSync(new URL('../../docs/keyboard.md', import.meta.url), 'utf8');

describe('keys that Chromium has a use for', () => {
  test('no shortcut is one that a page never gets', () => {
    const taken = new Set(kept.map(written));
    expect(
      Object.values(combos)
        .map(written)
        .filter((text) => taken.has(text)),
    ).toEqual([]);
  });

  test('the guide names every key that is kept', () => {
    for (const combo of kept) expect(guide).toContain(written(combo));
  });

  test('what the browser would use too has another way, named in the guide', () => {
    const rows = guide.slice(guide.indexOf('Each has another way')).split('\n');
    for (const keys of Object.values(shared)) {
      const row = rows.find((line) => line.startsWith(`| ${keys} `));
      expect(row?.split('|').at(-2)?.trim()).toMatch(/\w{3,}/);
    }
  });
});

test('the guide names every shortcut', () => {
  // Five in one row, and the slash of Ctrl+/ stands as it is.
  const listed = guide.replaceAll('Ctrl+1 … Ctrl+5', 'Ctrl+1 Ctrl+2 Ctrl+3 Ctrl+4 Ctrl+5');
  expect(
    Object.values(combos)
      .map(written)
      .filter((text) => !listed.includes(text)),
  ).toEqual([]);
});
