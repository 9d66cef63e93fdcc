/** Real time is right here: these are real servers, and no test asserts how long they take. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** What a pause takes beyond its time, in milliseconds, as timers do; more of it says that this process did not run. */
const usualLatenessMs = 50;

/**
 * Asks `probe` again and again until it answers something else than undefined or false. Time in which this process got no
 * processor does not count: on a busy machine the others got none either.
 * @throws Error naming `what` when the time is over.
 */
export async function until<T>(
  what: string | (() => string),
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 10_000,
  intervalMs = 15,
): Promise<T> {
  let leftMs = timeoutMs;
  for (;;) {
    const askedMs = performance.now();
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    const answeredMs = performance.now();
    leftMs -= answeredMs - askedMs;
    if (leftMs < 0)
      throw new Error(`lab: waited ${String(timeoutMs)} ms in vain for ${typeof what === 'string' ? what : what()}`);
    await pause(intervalMs);
    leftMs -= Math.min(performance.now() - answeredMs, intervalMs + usualLatenessMs);
  }
}
