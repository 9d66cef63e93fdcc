import { readFileSync, readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inRoot } from '../paths.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { mutate } from './mutate.ts';
import { randomFor } from './random.ts';

/** Inputs between two looks at target and memory. */
const inputsPerRound = 250;
/** One input that takes longer counts as a hang; parsers need microseconds. */
const slowestInputMs = 2_000;
/** The heap may grow so much over a run: caches warm up, and the measure itself varies. */
const heapGrowthBytes = 8 * 1024 * 1024;
/** Rounds before the first measure: everything was compiled and every cache was filled. */
const warmUpRounds = 4;

export interface FuzzBounds {
  readonly seed: number;
  readonly inputs: number;
  readonly durationMs: number;
  /** Where to begin, for looking at one input again. */
  readonly first?: number;
  /** Told before each input, so that a watcher knows which one hangs. */
  readonly at?: (iteration: number) => void;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly tookMs: number;
  readonly heapGrowthBytes: number;
}

/** A fault and the input that showed it. */
export class FuzzFault extends Error {
  readonly iteration: number;
  readonly input: Buffer;

  constructor(message: string, iteration: number, input: Buffer, cause?: unknown) {
    super(message, { cause });
    this.name = 'FuzzFault';
    this.iteration = iteration;
    this.input = input;
  }
}

/** The seeds of a target, in the order of their names. */
export function corpusOf(name: string): readonly Buffer[] {
  const folder = inRoot('scripts', 'fuzz', 'corpus', name);
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(`${folder}/${file}`));
}

/** Feeds a target until a bound is reached; rejects with FuzzFault at the first fault. */
export async function fuzz(target: FuzzTarget, seeds: readonly Buffer[], bounds: FuzzBounds): Promise<FuzzReport> {
  const first = bounds.first ?? 0;
  const startedAtMs = performance.now();
  let iteration = first;
  let input: Buffer = Buffer.alloc(0);
  let settledBytes: number | undefined;
  const fault = (error: unknown): FuzzFault =>
    error instanceof FuzzFault ? error : new FuzzFault(wordsOf(error), iteration, input, error);
  // What is thrown later, from timers and promises of the target.
  let late: unknown;
  const onLate = (error: unknown): void => {
    late ??= error ?? new Error('nothing was thrown');
  };
  process.on('uncaughtException', onLate);
  process.on('unhandledRejection', onLate);
  try {
    await target.start();
    const last = first + bounds.inputs;
    for (let round = 0; iteration < last && performance.now() - startedAtMs < bounds.durationMs; round += 1) {
      const end = Math.min(last, iteration + inputsPerRound);
      for (; iteration < end; iteration += 1) {
        const random = randomFor(bounds.seed, iteration);
        // The seeds as they are come first: they have to pass too.
        input = iteration < seeds.length ? Buffer.from(seeds[iteration] ?? '') : mutate(seeds, target.kind, random);
        bounds.at?.(iteration);
        const fedAtMs = performance.now();
        await target.feed(input, random);
        if (performance.now() - fedAtMs > slowestInputMs) throw new FuzzFault('too slow', iteration, input);
        if (late !== undefined) throw fault(late);
      }
      await target.settle();
      if (late !== undefined) throw fault(late);
      if (round === warmUpRounds) settledBytes = heapBytes();
    }
    const grownBytes = settledBytes === undefined ? 0 : heapBytes() - settledBytes;
    if (grownBytes > heapGrowthBytes) {
      throw new FuzzFault(`the heap grew by ${Math.round(grownBytes / 1024)} KB`, iteration, input);
    }
    return { inputs: iteration - first, tookMs: performance.now() - startedAtMs, heapGrowthBytes: grownBytes };
  } catch (error) {
    throw fault(error);
  } finally {
    await target.stop();
    process.off('uncaughtException', onLate);
    process.off('unhandledRejection', onLate);
  }
}

/** Bytes in use after collection. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') {
    for (let count = 0; count < 3; count += 1) Reflect.apply(collect, undefined, []);
  }
  return process.memoryUsage().heapUsed;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
