/** Opaque handle of a pending timer. */
export type TimerHandle = object | number;

/**
 * Time as the program sees it. Injected everywhere, so that tests own it and so that
 * src-shared needs neither Node nor DOM.
 */
export interface Clock {
  /** Wall-clock time, UTC milliseconds since 1970. */
  now(): number;
  /** Runs `task` once after `delayMs` milliseconds. */
  setTimeout(task: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
}
