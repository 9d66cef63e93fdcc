import type { Clock, TimerHandle } from '../../src-shared/clock.ts';

/** The real clock. Only app.ts and the shells use it; everything else is given a Clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (task, delayMs) => setTimeout(task, delayMs),
  clearTimeout: (handle: TimerHandle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
};
