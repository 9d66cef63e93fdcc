import { Menu, clipboard } from 'electron';
import type { ContextMenuParams, MenuItemConstructorOptions, WebContents } from 'electron';
import { t } from '../../src-shared/words.ts';

/** On macOS the system shows the program's own name there. */
const productName = 'Parley';
const separator: MenuItemConstructorOptions = { type: 'separator' };
/** Suggestions of the spelling checker that a menu shows. */
const mostSuggestions = 5;

/**
 * The menu of the program: on macOS at the top of the screen, elsewhere unseen, for its keys. Only what a person of an
 * office needs: no tools of developers, nothing that loads the page anew during a call, and no key that ends the program
 * without asking.
 */
export function programMenu(platform: NodeJS.Platform, quit: () => void): readonly MenuItemConstructorOptions[] {
  const isMac = platform === 'darwin';
  const quitItem: MenuItemConstructorOptions = {
    label: t('Quit Parley'),
    accelerator: 'CommandOrControl+Q',
    click: quit,
  };
  const edit: MenuItemConstructorOptions[] = [
    { role: 'undo' },
    { role: 'redo' },
    separator,
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
  ];
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    separator,
    { role: 'togglefullscreen' },
  ];
  const own: MenuItemConstructorOptions[] = isMac
    ? [{ role: 'about' }, separator, { role: 'hide' }, { role: 'hideOthers' }, separator, quitItem]
    : [quitItem];
  const windowMenu: MenuItemConstructorOptions = {
    label: t('Window'),
    submenu: [{ role: 'minimize' }, { role: 'close' }],
  };
  return [
    { label: productName, submenu: own },
    { label: t('Edit'), submenu: edit },
    { label: t('View'), submenu: view },
    // Its keys belong to macOS; elsewhere Ctrl+M mutes.
    ...(isMac ? [windowMenu] : []),
  ];
}

export function showProgramMenu(platform: NodeJS.Platform, quit: () => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate([...programMenu(platform, quit)]));
}

/** The page's own answer to a right click; pages that have a menu of their own there do not come here. */
export function giveContextMenu(contents: WebContents): void {
  contents.on('context-menu', (_event, params) => {
    const items = contextItems(contents, params);
    if (items.length > 0) Menu.buildFromTemplate([...items]).popup();
  });
}

type Clicked = Pick<
  ContextMenuParams,
  'dictionarySuggestions' | 'editFlags' | 'isEditable' | 'linkURL' | 'misspelledWord' | 'selectionText'
>;

/** Empty where there is nothing to do with what was clicked. */
export function contextItems(
  contents: Pick<WebContents, 'replaceMisspelling' | 'session'>,
  clicked: Clicked,
): readonly MenuItemConstructorOptions[] {
  const { dictionarySuggestions, editFlags, isEditable, linkURL, misspelledWord, selectionText } = clicked;
  const spelling: MenuItemConstructorOptions[] =
    misspelledWord === ''
      ? []
      : [
          ...dictionarySuggestions.slice(0, mostSuggestions).map((word): MenuItemConstructorOptions => ({
            label: word,
            click: () => {
              contents.replaceMisspelling(word);
            },
          })),
          {
            label: t('Add to the dictionary'),
            click: () => {
              contents.session.addWordToSpellCheckerDictionary(misspelledWord);
            },
          },
          separator,
        ];
  if (isEditable) {
    return [
      ...spelling,
      { role: 'cut', enabled: editFlags.canCut },
      { role: 'copy', enabled: editFlags.canCopy },
      { role: 'paste', enabled: editFlags.canPaste },
      separator,
      { role: 'selectAll', enabled: editFlags.canSelectAll },
    ];
  }
  const copy: MenuItemConstructorOptions[] = selectionText.trim() === '' ? [] : [{ role: 'copy' }];
  // Links of our own page lead nowhere outside of it.
  const link: MenuItemConstructorOptions[] = /^(?:https?|mailto|tel|sips?):/i.test(linkURL)
    ? [
        {
          label: t('Copy link'),
          click: () => {
            void clipboard.writeText(linkURL);
          },
        },
      ]
    : [];
  return [...copy, ...link];
}
