/** What a key does that works while another program has the keyboard. */
export const globalKeyNames = ['answer', 'decline', 'dialClipboard'] as const;
export type GlobalKeyName = (typeof globalKeyNames)[number];

/** Of each, the setting that holds its combination. */
export const globalKeySettings = {
  answer: 'keyboard.answer',
  decline: 'keyboard.decline',
  dialClipboard: 'keyboard.dialClipboard',
} as const satisfies Record<GlobalKeyName, string>;

/** A combination, written as `Ctrl+Alt+D`: modifiers in this order, then the key. */
const modifiers = ['Command', 'Super', 'Ctrl', 'Alt', 'Shift'] as const;
type Modifier = (typeof modifiers)[number];

/** What of a KeyboardEvent decides. `code` names the key on the keyboard, so that Alt and Shift do not change it. */
export interface RawKeyPress {
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/**
 * Reads a combination in any order and case (`alt+ctrl+d`), or undefined when it cannot be a global key: a letter or a
 * digit needs more than Shift, since it would be taken from everything that people type; function keys stand alone too.
 */
export function parseGlobalKey(text: string): string | undefined {
  const parts = text.split('+').map((part) => part.trim());
  const key = parts.pop() ?? '';
  const held = new Set<Modifier>();
  for (const part of parts) {
    const modifier = modifiers.find((name) => name.toLowerCase() === part.toLowerCase());
    if (modifier === undefined || held.has(modifier)) return undefined;
    held.add(modifier);
  }
  const name = /^(?:[a-z0-9]|f(?:[1-9]|1\d|2[0-4]))$/i.test(key) ? key.toUpperCase() : undefined;
  if (name === undefined) return undefined;
  const strong = held.has('Command') || held.has('Super') || held.has('Ctrl') || held.has('Alt');
  if (name.length === 1 && !strong) return undefined;
  return [...modifiers.filter((modifier) => held.has(modifier)), name].join('+');
}

/** The combination that a person presses, or undefined while it is none (a modifier alone, a letter alone). */
export function globalKeyOf(press: RawKeyPress, mac: boolean): string | undefined {
  const key = /^(?:Key|Digit)([A-Z0-9])$/.exec(press.code)?.[1] ?? press.code;
  const held = [
    ...(press.metaKey ? [mac ? 'Command' : 'Super'] : []),
    ...(press.ctrlKey ? ['Ctrl'] : []),
    ...(press.altKey ? ['Alt'] : []),
    ...(press.shiftKey ? ['Shift'] : []),
  ];
  return parseGlobalKey([...held, key].join('+'));
}

/** For a key hint: `Ctrl`, `Alt`, `D`; on macOS with its signs. */
export function globalKeyParts(combination: string, mac: boolean): readonly string[] {
  const signs: Readonly<Record<string, string>> = mac ? { Command: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' } : {};
  return combination === '' ? [] : combination.split('+').map((part) => signs[part] ?? part);
}
