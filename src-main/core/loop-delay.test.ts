import { expect, test } from 'vitest';
import { LoopDelayMeter } from './loop-delay.ts';

test('reads how late the loop was, without the period of the measurement, and begins anew', () => {
  let resets = 0;
  const meter = new LoopDelayMeter(() => ({
    enable: () => true,
    disable: () => true,
    reset: () => {
      resets += 1;
    },
    max: 42_000_000,
    mean: 11_000_000,
    percentile: () => 30_000_000,
    count: 10,
  }));
  expect(meter.read()).toEqual({ maxMs: 0, meanMs: 0, p99Ms: 0 });
  meter.start();
  expect(meter.read()).toEqual({ maxMs: 32, meanMs: 1, p99Ms: 20 });
  expect(resets).toBe(1);
  meter.stop();
  expect(meter.read().maxMs).toBe(0);
});

test('sees a loop that blocks', async () => {
  const meter = new LoopDelayMeter();
  meter.start();
  let seenMs = 0;
  // The histogram has to look before and after a block; how soon it does is the system's affair.
  while (seenMs < 50) {
    const end = performance.now() + 80;
    while (performance.now() < end);
    await new Promise((resolve) => setImmediate(resolve));
    seenMs = meter.read().maxMs;
  }
  meter.stop();
  expect(seenMs).toBeGreaterThanOrEqual(50);
});
