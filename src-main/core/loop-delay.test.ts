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
  // Until the histogram has looked at least once before the block.
  await new Promise((resolve) => setTimeout(resolve, 30));
  const end = performance.now() + 80;
  while (performance.now() < end);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(meter.read().maxMs).toBeGreaterThan(50);
  meter.stop();
});
