import { vi } from 'vitest';

/** Steps of fake time between two looks; longer where there is much time to pass. */
const shortestStepMs = 10;
const looks = 2_000;

/** Moves fake time on until the assertion holds, or fails as it does after `withinMs` of fake time. For tests. */
export async function eventually(assertion: () => void, withinMs = 5_000): Promise<void> {
  const stepMs = Math.max(shortestStepMs, Math.ceil(withinMs / looks));
  for (let passedMs = 0; ; passedMs += stepMs) {
    try {
      assertion();
      return;
    } catch (error) {
      if (passedMs >= withinMs) throw error;
    }
    await vi.advanceTimersByTimeAsync(stepMs);
  }
}
