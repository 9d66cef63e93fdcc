import { expect, test } from 'vitest';
import { trayIcon, trayIconPixels } from './tray-icon.ts';

const states = ['available', 'busy', 'dnd', 'away', 'offline'] as const;

/** Where a picture is lit, whatever the colour: shapes have to differ for those who see no colours. */
function shapeOf(pixels: Buffer): string {
  let shape = '';
  for (let at = 0; at < pixels.length; at += 4) shape += pixels[at] === 255 && pixels[at + 1] === 255 ? 'w' : '.';
  return shape;
}

test('every picture has the size that the tray is told', () => {
  for (const presence of states) expect(trayIcon({ presence, missedCalls: 0 })).toHaveLength(trayIconPixels ** 2 * 4);
});

test('do not disturb, away and offline have shapes of their own', () => {
  const shapes = ['available', 'dnd', 'away', 'offline'] as const;
  expect(new Set(shapes.map((presence) => shapeOf(trayIcon({ presence, missedCalls: 0 })))).size).toBe(4);
});

test('missed calls add a dot', () => {
  const without = trayIcon({ presence: 'available', missedCalls: 0 });
  expect(trayIcon({ presence: 'available', missedCalls: 3 }).equals(without)).toBe(false);
});
