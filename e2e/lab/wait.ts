/** Real time is right here: these are real servers, and no test asserts how long they take. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/**
 * Asks `probe` again and again until it answers something else than undefined or false.
 * @throws Error naming `what` when the time is over.
 */
export async function until<T>(
  what: string | (() => string),
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 10_000,
  intervalMs = 15,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline)
      throw new Error(`lab: waited ${String(timeoutMs)} ms in vain for ${typeof what === 'string' ? what : what()}`);
    await pause(intervalMs);
  }
}
