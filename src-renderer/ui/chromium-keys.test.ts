import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commands } from '../search/commands.tsx';
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

const sections = 'Ctrl+1 … Ctrl+5';

/**
 * Shortcuts that mean something to Chromium, too: the row of docs/keyboard.md that names the other way, and the command
 * behind `>` where the row says so. That the controls of that row do it by keyboard is shown in e2e/specs/keyboard.spec.ts.
 */
const shared: Readonly<Partial<Record<ShortcutName, { readonly row: string; readonly command?: string }>>> = {
  contacts: { row: sections, command: 'contacts' },
  chats: { row: sections, command: 'chats' },
  calls: { row: sections, command: 'calls' },
  voicemail: { row: sections, command: 'voicemail' },
  settings: { row: sections, command: 'settings-general' },
  search: { row: 'Ctrl+K' },
  ownPresence: { row: 'Ctrl+Shift+P', command: 'presence-busy' },
  nextRegion: { row: 'F6, Shift+F6' },
  previousRegion: { row: 'F6, Shift+F6' },
  hold: { row: 'Ctrl+H' },
};

/** Keys that the browser itself gives to every page. */
const native = ['Tab', 'Shift+Tab'];

/** Combinations of keys that a text names. */
const keysIn = (text: string): readonly string[] =>
  text.match(/(?:\b(?:Ctrl|Alt|Shift)\+)+\S+|\bF\d+\b|\bTab\b/g)?.map((keys) => keys.replace(/[,;]$/, '')) ?? [];

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

  test('what the browser would use too has another way, named in the guide, that exists', () => {
    const rows = guide.slice(guide.indexOf('Each has another way')).split('\n');
    const bound = new Set([...Object.values(combos).map(written), ...native]);
    for (const [name, { row, command }] of Object.entries(shared)) {
      const cells = rows.find((line) => line.startsWith(`| ${row} `))?.split('|') ?? [];
      const [own = '', way = ''] = [cells[1], cells.at(-2)];
      const keys = keysIn(way);
      // No key that does not work, and not the very keys that it is the way around.
      expect(keys.filter((combo) => !bound.has(combo))).toEqual([]);
      expect(keys.filter((combo) => keysIn(own).includes(combo))).toEqual([]);
      expect(way.includes('`>` in the search'), `a command for ${name}`).toBe(command !== undefined);
      if (command !== undefined) expect(commands.map(({ id }) => id)).toContain(command);
      // Keys, or a control that keyboard.spec.ts uses.
      expect(keys.length > 0 || /the (rail|search box|button .+)/.test(way), `a way for ${name}`).toBe(true);
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
