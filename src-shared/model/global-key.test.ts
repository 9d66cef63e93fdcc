import { expect, test } from 'vitest';
import { globalKeyOf, globalKeyParts, parseGlobalKey } from './global-key.ts';

test.each([
  ['F8', 'F8'],
  ['f24', 'F24'],
  ['shift+F9', 'Shift+F9'],
  ['alt + ctrl+d', 'Ctrl+Alt+D'],
  ['Command+Shift+7', 'Command+Shift+7'],
])('%j is the combination %j', (text, combination) => {
  expect(parseGlobalKey(text)).toBe(combination);
});

test.each(['', 'D', 'Shift+D', 'F25', 'F0', 'Ctrl', 'Ctrl+', 'Ctrl+Ctrl+D', 'Hyper+D', 'Ctrl+Enter', 'Ctrl+DD', '+'])(
  '%j is none',
  (text) => {
    expect(parseGlobalKey(text)).toBeUndefined();
  },
);

const press = (code: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) => ({
  code,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
});

test('what a person presses is read by the place of the key', () => {
  expect(globalKeyOf(press('F8'), false)).toBe('F8');
  expect(globalKeyOf(press('KeyD', { ctrlKey: true, altKey: true }), false)).toBe('Ctrl+Alt+D');
  expect(globalKeyOf(press('Digit5', { metaKey: true, shiftKey: true }), true)).toBe('Command+Shift+5');
  expect(globalKeyOf(press('KeyD', { metaKey: true }), false)).toBe('Super+D');
  expect(globalKeyOf(press('ControlLeft', { ctrlKey: true }), false)).toBeUndefined();
  expect(globalKeyOf(press('KeyD', { shiftKey: true }), false)).toBeUndefined();
});

test('is shown with the signs of the platform', () => {
  expect(globalKeyParts('Ctrl+Alt+D', false)).toEqual(['Ctrl', 'Alt', 'D']);
  expect(globalKeyParts('Command+Shift+5', true)).toEqual(['⌘', '⇧', '5']);
  expect(globalKeyParts('', true)).toEqual([]);
});
