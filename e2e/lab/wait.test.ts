import { expect, test, vi } from 'vitest';
import { until } from './wait.ts';

/** As when another program has the processor. */
function holdProcessor(durationMs: number): void {
  for (const endMs = performance.now() + durationMs; performance.now() < endMs;);
}

test('what comes too late is named', async () => {
  await expect(until('the bus', () => false, 20, 1)).rejects.toThrow('waited 20 ms in vain for the bus');
});

test('time in which this process did not run is no waiting', async () => {
  const probe = vi.fn(() => probe.mock.calls.length > 3);
  const waiting = until('an answer', probe, 300, 1);
  await Promise.resolve();
  holdProcessor(400);
  await expect(waiting).resolves.toBe(true);
});
