import type { Clock, TimerHandle } from '../../src-shared/clock.ts';

/** The window's own clock and timers. */
export const browserClock: Clock = {
  now: () => Date.now(),
  setTimeout: (task, delayMs) => window.setTimeout(task, delayMs),
  clearTimeout: (handle: TimerHandle) => {
    if (typeof handle === 'number') window.clearTimeout(handle);
  },
};
