import { describe, expect, test } from 'vitest';
import { contextItems, programMenu } from './menus.ts';

type Items = ReturnType<typeof programMenu>;
type Clicked = Parameters<typeof contextItems>[1];

const names = (items: Items) => items.map(({ label, role }) => label ?? role ?? '-');
const inner = (menu: Items) => menu.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));

describe('the menu of the program', () => {
  test.each(['linux', 'win32', 'darwin'] as const)(
    'on %s it edits and enlarges, and has no tools of developers and nothing that reloads',
    (platform) => {
      let quits = 0;
      const items = inner(programMenu(platform, () => (quits += 1)));
      const roles = items.flatMap(({ role }) => role ?? []);
      expect(roles).toEqual(expect.arrayContaining(['undo', 'cut', 'copy', 'paste', 'selectAll', 'zoomIn']));
      for (const role of ['reload', 'forceReload', 'toggleDevTools', 'quit']) expect(roles).not.toContain(role);
      // Ctrl+W and Ctrl+M are no keys of windows outside macOS.
      expect(roles.includes('close')).toBe(platform === 'darwin');
      expect(roles.includes('minimize')).toBe(platform === 'darwin');
      const quit = items.find(({ label }) => label === 'Quit Parley');
      expect(quit?.accelerator).toBe('CommandOrControl+Q');
      quit?.click?.(undefined as never, undefined, undefined as never);
      expect(quits).toBe(1);
    },
  );
});

describe('a right click', () => {
  const done: string[] = [];
  const contents = {
    replaceMisspelling: (word: string) => done.push(word),
    session: { addWordToSpellCheckerDictionary: (word: string) => done.push(`learn ${word}`) },
  } as unknown as Parameters<typeof contextItems>[0];
  const menuOf = (changes: object): Items => {
    const nothing = {
      dictionarySuggestions: [],
      isEditable: false,
      linkURL: '',
      misspelledWord: '',
      selectionText: '',
    };
    const editFlags = { canCut: false, canCopy: false, canPaste: true, canSelectAll: true };
    return contextItems(contents, { ...nothing, editFlags, ...changes } as unknown as Clicked);
  };
  const press = (item: Items[number] | undefined) => item?.click?.(undefined as never, undefined, undefined as never);

  test('into a field cuts, copies and pastes what can be, and corrects the spelling', () => {
    const menu = menuOf({ isEditable: true, misspelledWord: 'helo', dictionarySuggestions: ['hello', 'help'] });
    const spelling = ['hello', 'help', 'Add to the dictionary', '-'];
    expect(names(menu)).toEqual([...spelling, 'cut', 'copy', 'paste', '-', 'selectAll']);
    expect(menu.find(({ role }) => role === 'cut')?.enabled).toBe(false);
    expect(menu.find(({ role }) => role === 'paste')?.enabled).toBe(true);
    press(menu[0]);
    press(menu[2]);
    expect(done).toEqual(['hello', 'learn helo']);
    expect(names(menuOf({ isEditable: true }))).toEqual(['cut', 'copy', 'paste', '-', 'selectAll']);
  });

  test('elsewhere copies what is selected and links that lead out; otherwise there is no menu', () => {
    expect(menuOf({})).toEqual([]);
    expect(menuOf({ linkURL: 'parley://app/#/chats', selectionText: ' ' })).toEqual([]);
    expect(names(menuOf({ selectionText: 'some words' }))).toEqual(['copy']);
    expect(names(menuOf({ linkURL: 'https://example.com/', selectionText: 'example' }))).toEqual(['copy', 'Copy link']);
  });
});
