import { vi } from 'vitest';

/** Steps of fake time between two looks. */
const stepMs = 10;

/** Moves fake time on until the assertion holds, or fails as it does after `withinMs` of fake time. For tests. */
export async function eventually(assertion: () => void, withinMs = 5_000): Promise<void> {
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
