import { expect, test } from 'vitest';
import { MousePress } from './mouse-press.ts';

const mouse = { pointerType: 'mouse', button: 0, ctrlKey: false };
const byMouse = { detail: 1 };
const byKey = { detail: 0 };

test('a mouse acts when it lets go, and its click is not counted', () => {
  const press = new MousePress<string>();
  press.down(mouse, 'bob');
  expect(press.up(mouse, 'bob')).toBe(true);
  expect(press.click(byMouse)).toBe(false);
  press.down(mouse, 'bob');
  expect(press.up(mouse, 'bob')).toBe(true);
});

test('a press that is let go on something else does nothing, and neither does one that began elsewhere', () => {
  const press = new MousePress<string>();
  press.down(mouse, 'bob');
  expect(press.up(mouse, 'carol')).toBe(false);
  expect(press.up(mouse, 'bob')).toBe(false);
});

test('keys, fingers, pens and other buttons act on the click only', () => {
  const press = new MousePress<string>();
  expect(press.click(byKey)).toBe(true);
  for (const pointer of [
    { ...mouse, pointerType: 'touch' },
    { ...mouse, pointerType: 'pen' },
    { ...mouse, button: 2 },
    // A Mac opens a menu with it.
    { ...mouse, ctrlKey: true },
  ]) {
    press.down(pointer, 'bob');
    expect(press.up(pointer, 'bob')).toBe(false);
    expect(press.click(byMouse)).toBe(true);
  }
});

test('a key counts although the click of the mouse before it never came', () => {
  const press = new MousePress<string>();
  press.down(mouse, 'bob');
  press.up(mouse, 'bob');
  expect(press.click(byKey)).toBe(true);
  expect(press.click(byMouse)).toBe(true);
});
