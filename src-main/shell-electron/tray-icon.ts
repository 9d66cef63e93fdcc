import type { HostStatus } from '../host.ts';

/** Pixels of the tray's picture; twice what a tray shows, for dense screens. */
export const trayIconPixels = 32;

type Color = readonly [red: number, green: number, blue: number];

const white: Color = [255, 255, 255];
const product: Color = [13, 107, 132];
const missed: Color = [196, 32, 48];

/** Disc, bar, ring and hand are told apart without their colours, as in the window. */
const marks: Readonly<
  Record<HostStatus['presence'], { readonly color: Color; readonly shape: 'disc' | 'bar' | 'ring' | 'hand' }>
> = {
  available: { color: [19, 132, 60], shape: 'disc' },
  busy: { color: [196, 32, 48], shape: 'disc' },
  dnd: { color: [196, 32, 48], shape: 'bar' },
  away: { color: [176, 106, 0], shape: 'hand' },
  onphone: { color: [196, 32, 48], shape: 'disc' },
  offline: { color: [110, 110, 110], shape: 'ring' },
  unknown: { color: [110, 110, 110], shape: 'ring' },
};

/** The picture of the tray as raw BGRA pixels: a bubble, the presence below right, and a dot above right for missed calls. */
export function trayIcon({ presence, missedCalls }: Pick<HostStatus, 'presence' | 'missedCalls'>): Buffer {
  const pixels = Buffer.alloc(trayIconPixels * trayIconPixels * 4);
  const { color, shape } = marks[presence];
  for (let y = 0; y < trayIconPixels; y += 1) {
    for (let x = 0; x < trayIconPixels; x += 1) {
      const paint = (of: Color): void => {
        pixels.set([of[2], of[1], of[0], 255], (y * trayIconPixels + x) * 4);
      };
      if (x >= 2 && x < 28 && y >= 4 && y < 26) paint(product);
      const toMark = Math.hypot(x - 23.5, y - 23.5);
      if (toMark < 8.5) paint(white);
      if (toMark < 7 && !(shape === 'ring' && toMark < 4)) paint(color);
      if (shape === 'bar' && Math.abs(y - 23.5) < 1.5 && Math.abs(x - 23.5) < 4.5) paint(white);
      if (shape === 'hand' && Math.abs(x - 23.5) < 1.5 && y > 18 && y < 25) paint(white);
      if (missedCalls > 0 && Math.hypot(x - 26, y - 6) < 5.5) paint(missed);
    }
  }
  return pixels;
}

/** A dot for the corner of the program's button in the task bar of Windows: something waits for the person. */
export function badgeDot(): Buffer {
  const pixels = Buffer.alloc(trayIconPixels * trayIconPixels * 4);
  const middle = (trayIconPixels - 1) / 2;
  for (let y = 0; y < trayIconPixels; y += 1) {
    for (let x = 0; x < trayIconPixels; x += 1) {
      if (Math.hypot(x - middle, y - middle) < middle - 2)
        pixels.set([missed[2], missed[1], missed[0], 255], (y * trayIconPixels + x) * 4);
    }
  }
  return pixels;
}
