import { describe, expect, test } from 'vitest';
import { corpusOf, fuzz, FuzzFault } from './fuzz/fuzz-run.ts';
import type { FuzzTarget } from './fuzz/fuzz-target.ts';
import { mutate } from './fuzz/mutate.ts';
import { randomFor } from './fuzz/random.ts';
import { targets } from './fuzz/targets.ts';

/** Short runs of every target, always the same inputs. `npm run fuzz` runs longer, with new ones. */
const shortRun = { seed: 20_261_122, inputs: 2_500, durationMs: 6_000 };

test.each(Object.keys(targets))('%s takes what nobody would send', { timeout: 30_000 }, async (name) => {
  const load = targets[name];
  if (load === undefined) throw new Error(name);
  const report = await fuzz(await load(), corpusOf(name), shortRun);
  expect(report.inputs).toBeGreaterThan(250);
});

function target(feed: FuzzTarget['feed'], settle: FuzzTarget['settle'] = () => Promise.resolve()): FuzzTarget {
  return { kind: 'bytes', start: () => Promise.resolve(), feed, settle, stop: () => Promise.resolve() };
}

const seeds = [Buffer.from('hello'), Buffer.from('world')];

describe('a fault is found:', () => {
  test('what throws, with the input that did it', async () => {
    const broken = target((input) => {
      if (input.includes(0)) throw new Error('broken');
    });
    const run = fuzz(broken, seeds, { seed: 1, inputs: 10_000, durationMs: 10_000 });
    await expect(run).rejects.toThrow('broken');
    const fault: unknown = await fuzz(broken, seeds, { seed: 1, inputs: 10_000, durationMs: 10_000 }).catch(
      (error: unknown) => error,
    );
    if (!(fault instanceof FuzzFault)) throw new Error('no fault');
    expect(mutate(seeds, 'bytes', randomFor(1, fault.iteration))).toEqual(fault.input);
  });

  test('what throws later', async () => {
    const broken = target(() => {
      void Promise.reject(new Error('later'));
    });
    const slow = target((_input) => new Promise((resolve) => setTimeout(resolve, 5)));
    const both: FuzzTarget = {
      ...broken,
      feed: async (input, random) => {
        await broken.feed(input, random);
        await slow.feed(input, random);
      },
    };
    await expect(fuzz(both, seeds, { seed: 1, inputs: 10, durationMs: 5_000 })).rejects.toThrow('later');
  });

  test('what keeps what it is given', async () => {
    const kept: number[][] = [];
    const leaking = target(() => {
      kept.push(Array.from({ length: 500 }, () => kept.length + 0.5));
    });
    await expect(fuzz(leaking, seeds, { seed: 1, inputs: 8_000, durationMs: 20_000 })).rejects.toThrow(/heap grew/);
  });

  test('what does not work any more', async () => {
    const dead = target(
      () => undefined,
      () => Promise.reject(new Error('dead')),
    );
    await expect(fuzz(dead, seeds, { seed: 1, inputs: 300, durationMs: 5_000 })).rejects.toThrow('dead');
  });
});
