import { until } from '../lab/wait.ts';
import type { DevTools } from './devtools.ts';

/** What the bench waits for in the window, by selector. */
export type WindowMark = 'connected' | 'ringing';

const selectors: Readonly<Record<WindowMark, string>> = {
  connected: '[data-call-state="connected"] [role="timer"]',
  ringing: '[role="alertdialog"]',
};

/** Times are UTC milliseconds with fractions, by the window's clock. */
interface Marks {
  /** Of the last click. */
  clickedMs: number;
  /** When the first packet of sound of the far end came to the window since the last click; undefined before. */
  soundMs: number | undefined;
  /** When the frame began that shows it, for what is in the page now. */
  readonly shownMs: Partial<Record<string, number>>;
}

/**
 * Lets the window itself tell when it was clicked and when something came on the screen: what the bench's process and
 * the wire to the browser need is no part of the figure. To be run before the window's own scripts.
 */
export const markingScript = `(${markWindow.toString()})(${JSON.stringify(selectors)})`;

/** Runs in the window, which knows nothing of this file. */
function markWindow(wanted: Readonly<Record<string, string>>): void {
  const marks: Marks = { clickedMs: 0, soundMs: undefined, shownMs: {} };
  Object.defineProperty(window, 'benchMarks', { value: marks });
  document.addEventListener(
    'click',
    (event) => {
      marks.clickedMs = performance.timeOrigin + event.timeStamp;
      marks.soundMs = undefined;
    },
    { capture: true },
  );
  // A remote track is muted until its first packet (W3C WebRTC, section 5.3).
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('track', ({ track }) => {
        track.addEventListener('unmute', () => {
          marks.soundMs ??= performance.timeOrigin + performance.now();
        });
      });
    }
  };
  const pending = new Set<string>();
  const look = (): void => {
    for (const [name, selector] of Object.entries(wanted)) {
      if (document.querySelector(selector) === null) {
        marks.shownMs[name] = undefined;
        pending.delete(name);
      } else if (marks.shownMs[name] === undefined && !pending.has(name)) {
        pending.add(name);
        requestAnimationFrame((frameMs) => {
          if (pending.delete(name)) marks.shownMs[name] = performance.timeOrigin + frameMs;
        });
      }
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['data-call-state'],
  });
}

const lookEveryMs = 20;

/** Waits until it shows; when that was. @throws Error after `timeoutMs` */
export async function shownMs(page: DevTools, mark: WindowMark, timeoutMs = 10_000): Promise<number> {
  return await until(mark, () => numberIn(page, `window.benchMarks.shownMs.${mark}`), timeoutMs, lookEveryMs);
}

/** Waits for the first sound of the far end since the last click; when that was. @throws Error when none came */
export async function soundMs(page: DevTools): Promise<number> {
  return await until('sound', () => numberIn(page, 'window.benchMarks.soundMs'), 10_000, lookEveryMs);
}

/** Waits until it is gone. */
export async function gone(page: DevTools, mark: WindowMark): Promise<void> {
  const isGone = `document.querySelector(${JSON.stringify(selectors[mark])}) === null`;
  await until(`no ${mark}`, async () => (await page.evaluate(isGone)) === true, 10_000, lookEveryMs);
}

export async function clickedMs(page: DevTools): Promise<number> {
  const atMs = await numberIn(page, 'window.benchMarks.clickedMs');
  if (atMs === undefined) throw new Error('the window was not clicked');
  return atMs;
}

async function numberIn(page: DevTools, expression: string): Promise<number | undefined> {
  const value = await page.evaluate(expression);
  return typeof value === 'number' ? value : undefined;
}

/**
 * How far the window's fine clock is ahead of the computer's, in milliseconds. `Date` reads the computer's in whole
 * milliseconds, in the window as in every other process: where one begins both can be compared, without a wire between
 * them. Whatever holds the window up meanwhile only makes a reading larger, so that the least counts; the doubt is what
 * the next one is more.
 */
export async function clockOffsetMs(page: DevTools): Promise<{ readonly offsetMs: number; readonly doubtMs: number }> {
  const readings = (await page.evaluate(`Array.from({ length: 50 }, () => {
    const before = Date.now();
    let now = before;
    while (now === before) now = Date.now();
    return performance.timeOrigin + performance.now() - now;
  })`)) as readonly number[];
  const [least = 0, next = Infinity] = readings.toSorted((one, other) => one - other);
  return { offsetMs: least, doubtMs: next - least };
}
