import { expect, test } from 'vitest';
import { MousePress } from './mouse-press.ts';

const mouse = { pointerType: 'mouse', button: 0, ctrlKey: false };
const byMouse = { detail: 1 };
const byKey = { detail: 0 };

/** A control of a window, and a place beside it. */
class Control {
  readonly inside = new EventTarget();
  readonly beside = new EventTarget();
  readonly press: MousePress;
  /** What was acted on. */
  readonly acted: string[] = [];
  readonly #window = new EventTarget();

  constructor() {
    this.press = new MousePress(this.#window);
  }

  down(what = 'bob', pointer = mouse): void {
    const currentTarget = { contains: (other: unknown) => other === this.inside };
    this.press.down({ ...pointer, currentTarget }, () => this.acted.push(what));
  }

  end(type: 'pointerup' | 'pointercancel' = 'pointerup', target = this.inside, pointer = mouse): void {
    const event = Object.assign(new Event(type), pointer);
    Object.defineProperty(event, 'target', { value: target });
    this.#window.dispatchEvent(event);
  }
}

test('a mouse acts once when it lets go, and its click is not counted', () => {
  const control = new Control();
  control.down();
  expect(control.acted).toEqual([]);
  control.end();
  expect(control.acted).toEqual(['bob']);
  expect(control.press.click(byMouse)).toBe(false);
  control.end();
  expect(control.acted).toEqual(['bob']);
  control.down();
  control.end();
  expect(control.acted).toEqual(['bob', 'bob']);
});

test('a press that is let go elsewhere or is cancelled does nothing, nor does one that began elsewhere', () => {
  const control = new Control();
  control.end();
  control.down();
  control.end('pointerup', control.beside);
  control.end();
  control.down();
  control.end('pointercancel');
  control.end();
  expect(control.acted).toEqual([]);
});

test('who was pressed is called, though another press began before the first one was let go', () => {
  const control = new Control();
  control.down('bob');
  control.down('carol');
  control.end();
  expect(control.acted).toEqual(['carol']);
});

test('keys, fingers, pens and other buttons act on the click only', () => {
  const control = new Control();
  expect(control.press.click(byKey)).toBe(true);
  for (const pointer of [
    { ...mouse, pointerType: 'touch' },
    { ...mouse, pointerType: 'pen' },
    { ...mouse, button: 2 },
    // A Mac opens a menu with it.
    { ...mouse, ctrlKey: true },
  ]) {
    control.down('bob', pointer);
    control.end('pointerup', control.inside, pointer);
    expect(control.press.click(byMouse)).toBe(true);
    control.down();
    control.end('pointerup', control.inside, pointer);
    expect(control.press.click(byMouse)).toBe(true);
  }
  expect(control.acted).toEqual([]);
});

test('a key counts although the click of the mouse before it never came', () => {
  const control = new Control();
  control.down();
  control.end();
  expect(control.press.click(byKey)).toBe(true);
  expect(control.press.click(byMouse)).toBe(true);
});
