import { describe, expect, test } from 'vitest';
import { loadWords, i18n } from '../i18n.ts';
import { commands, matchingCommands } from './commands.tsx';

loadWords('');
const found = (query: string) =>
  matchingCommands(commands, query, (title) => i18n._(title)).map((command) => command.id);

describe('commands', () => {
  test('the bare sign lists all of them', () => {
    expect(found('>')).toHaveLength(commands.length);
  });
  test('words may come in any order, case and accents do not matter', () => {
    expect(found('> DISTURB do')).toEqual(['presence-dnd']);
    expect(found('>settings vid')).toEqual(['settings-video']);
  });
  test('nothing found is nothing', () => {
    expect(found('>xyzzy')).toEqual([]);
  });
  test('each command has an id of its own', () => {
    expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length);
  });
});
