import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

/** A combination of keys. `mod` is Ctrl, on macOS Command. `key` is KeyboardEvent.key, letters in lower case. */
export interface Combo {
  readonly key: string;
  readonly mod?: boolean;
  readonly shift?: boolean;
  readonly alt?: boolean;
  /** The Ctrl key beside Command: on macOS only. */
  readonly control?: boolean;
  /** What it is on macOS where Command with that key belongs to the system. */
  readonly mac?: Combo;
}

/** What of a KeyboardEvent decides. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export const combos = {
  search: { key: 'k', mod: true },
  contacts: { key: '1', mod: true },
  chats: { key: '2', mod: true },
  calls: { key: '3', mod: true },
  voicemail: { key: '4', mod: true },
  settings: { key: '5', mod: true },
  ownPresence: { key: 'p', mod: true, shift: true },
  shortcuts: { key: '/', mod: true },
  nextRegion: { key: 'F6' },
  previousRegion: { key: 'F6', shift: true },
  callPerson: { key: 'Enter', mod: true },
  chatPerson: { key: 'Enter', shift: true },
  callFromChat: { key: 'c', mod: true, alt: true },
  answer: { key: 'F8' },
  decline: { key: 'F9' },
  mute: { key: 'm', mod: true, mac: { key: 'm', mod: true, shift: true } },
  hold: { key: 'h', mod: true, mac: { key: 'h', mod: true, control: true } },
  swap: { key: 'x', mod: true, shift: true },
  transfer: { key: 't', mod: true, alt: true },
  rowMenu: { key: 'F10', shift: true },
} as const satisfies Record<string, Combo>;

export type ShortcutName = keyof typeof combos;

function onPlatform(combo: Combo, mac: boolean): Combo {
  return mac ? (combo.mac ?? combo) : combo;
}

/** Whether this press is exactly the combination: an extra modifier is another shortcut. */
export function pressed(press: KeyPress, named: Combo, mac: boolean): boolean {
  const combo = onPlatform(named, mac);
  const mod = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  return (
    key === combo.key &&
    mod === (combo.mod ?? false) &&
    other === (combo.control ?? false) &&
    press.altKey === (combo.alt ?? false) &&
    // On some keyboards "/" itself needs Shift.
    (press.shiftKey === (combo.shift ?? false) || combo.key === '/')
  );
}

/** For a key hint: `Ctrl K`, on macOS `⌘ K`. Names of keys are not translated. */
export function comboParts(named: Combo, mac: boolean): readonly string[] {
  const combo = onPlatform(named, mac);
  const key = combo.key.length === 1 ? combo.key.toUpperCase() : combo.key;
  return [
    ...(combo.control === true ? ['⌃'] : []),
    ...(combo.mod === true ? [mac ? '⌘' : 'Ctrl'] : []),
    ...(combo.alt === true ? [mac ? '⌥' : 'Alt'] : []),
    ...(combo.shift === true ? [mac ? '⇧' : 'Shift'] : []),
    key,
  ];
}

/** For `aria-keyshortcuts` (WAI-ARIA 1.2). */
export function ariaCombo(named: Combo, mac: boolean): string {
  const combo = onPlatform(named, mac);
  const key = combo.key.length === 1 ? combo.key.toUpperCase() : combo.key;
  return [
    ...(combo.control === true ? ['Control'] : []),
    ...(combo.mod === true ? [mac ? 'Meta' : 'Control'] : []),
    ...(combo.alt === true ? ['Alt'] : []),
    ...(combo.shift === true ? ['Shift'] : []),
    key,
  ].join('+');
}

/** Whether this is a Mac, where Ctrl becomes Command. */
export function isMac(): boolean {
  return window.parley === undefined ? /mac/i.test(navigator.userAgent) : window.parley.platform === 'darwin';
}

/** A key on its own, shown beside combinations in the list of shortcuts. */
export interface ShortcutRow {
  readonly label: MessageDescriptor;
  readonly keys: readonly (readonly string[])[];
}

export interface ShortcutGroup {
  readonly title: MessageDescriptor;
  readonly rows: readonly ShortcutRow[];
}

/** All shortcuts by group, for the dialog. Only what works in this version. */
export function shortcutGroups(mac: boolean): readonly ShortcutGroup[] {
  const of = (...names: readonly ShortcutName[]) => names.map((name) => comboParts(combos[name], mac));
  return [
    {
      title: msg`Everywhere`,
      rows: [
        { label: msg`Search or dial; type > for commands`, keys: of('search') },
        { label: msg`Contacts`, keys: of('contacts') },
        { label: msg`Chats`, keys: of('chats') },
        { label: msg`Calls`, keys: of('calls') },
        { label: msg`Voicemail`, keys: of('voicemail') },
        { label: msg`Settings`, keys: of('settings') },
        { label: msg`Your presence`, keys: of('ownPresence') },
        { label: msg`Next or previous part of the window`, keys: of('nextRegion', 'previousRegion') },
        { label: msg`All shortcuts`, keys: of('shortcuts') },
      ],
    },
    {
      title: msg`Calls`,
      rows: [
        { label: msg`Answer`, keys: of('answer') },
        { label: msg`Decline, or end the call`, keys: of('decline') },
        { label: msg`Mute or unmute`, keys: of('mute') },
        { label: msg`Hold or resume`, keys: of('hold') },
        { label: msg`Swap the active call and the one on hold`, keys: of('swap') },
        { label: msg`Transfer`, keys: of('transfer') },
      ],
    },
    {
      title: msg`On a person`,
      rows: [
        { label: msg`Call`, keys: of('callPerson') },
        { label: msg`Chat`, keys: of('chatPerson') },
        { label: msg`Menu of the row`, keys: of('rowMenu') },
      ],
    },
    {
      title: msg`In a chat`,
      rows: [{ label: msg`Call`, keys: of('callFromChat') }],
    },
    {
      title: msg`In lists`,
      rows: [
        { label: msg`Move`, keys: [['↑'], ['↓'], ['Home'], ['End']] },
        { label: msg`Fold and unfold a group`, keys: [['←'], ['→']] },
      ],
    },
    {
      title: msg`In voicemail`,
      rows: [
        { label: msg`Play or pause`, keys: [['Space']] },
        { label: msg`Back or forward 10 seconds`, keys: [['J'], ['L']] },
      ],
    },
  ];
}
