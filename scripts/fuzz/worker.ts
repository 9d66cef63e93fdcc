import { parentPort, workerData } from 'node:worker_threads';
import { corpusOf, fuzz, FuzzFault } from './fuzz-run.ts';
import { targets } from './targets.ts';

/** What the runner gives a worker. `progress` holds the number of the input in work, for when it hangs. */
export interface FuzzJob {
  readonly name: string;
  readonly seed: number;
  readonly inputs: number;
  readonly durationMs: number;
  readonly first: number;
  readonly progress: SharedArrayBuffer;
}

/** What a worker answers. */
export type FuzzOutcome =
  | { readonly ok: true; readonly inputs: number; readonly tookMs: number; readonly heapGrowthBytes: number }
  | {
      readonly ok: false;
      readonly message: string;
      readonly stack: string;
      readonly iteration: number;
      readonly input: Uint8Array;
    };

async function work(job: FuzzJob): Promise<FuzzOutcome> {
  const load = targets[job.name];
  if (load === undefined) throw new Error(`There is no target ${job.name}`);
  const progress = new Int32Array(job.progress);
  const at = (iteration: number): void => {
    Atomics.store(progress, 0, iteration);
    Atomics.add(progress, 1, 1);
  };
  try {
    const report = await fuzz(await load(), corpusOf(job.name), { ...job, at });
    return { ok: true, ...report };
  } catch (error) {
    const fault = error instanceof FuzzFault ? error : new FuzzFault(String(error), -1, Buffer.alloc(0), error);
    const cause = fault.cause instanceof Error ? fault.cause : fault;
    return {
      ok: false,
      message: fault.message,
      stack: cause.stack ?? '',
      iteration: fault.iteration,
      input: fault.input,
    };
  }
}

// The runner alone starts this file, and gives it a job of this shape.
const outcome = await work(workerData as FuzzJob);
parentPort?.postMessage(outcome);
