import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { targets } from './fuzz/targets.ts';
import type { FuzzJob, FuzzOutcome } from './fuzz/worker.ts';
import { inRoot } from './paths.ts';

/**
 * `npm run fuzz -- sip sdp [--seconds 30] [--inputs 1000000] [--seed N] [--first N]`: gives parsers and the softphone
 * what nobody would send. Ends with 1 when one crashed, hung, or kept what it was given; the input that did it is written
 * to out/fuzz, and the same seed makes it again (`--seed S --first N --inputs 1`).
 */

/** Nothing went on for so long: the target hangs. */
const hangMs = 15_000;
const lookMs = 500;

function runTarget(job: Omit<FuzzJob, 'progress'>): Promise<FuzzOutcome> {
  const progress = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const seen = new Int32Array(progress);
  const worker = new Worker(new URL('./fuzz/worker.ts', import.meta.url), { workerData: { ...job, progress } });
  return new Promise((resolve, reject) => {
    let lastCount = -1;
    let lastMoveMs = performance.now();
    const watch = setInterval(() => {
      const count = Atomics.load(seen, 1);
      if (count !== lastCount) {
        lastCount = count;
        lastMoveMs = performance.now();
      } else if (performance.now() - lastMoveMs > hangMs) {
        clearInterval(watch);
        void worker.terminate();
        const iteration = Atomics.load(seen, 0);
        resolve({ ok: false, message: 'it hangs', stack: '', iteration, input: new Uint8Array() });
      }
    }, lookMs);
    worker.once('message', (outcome: FuzzOutcome) => {
      clearInterval(watch);
      void worker.terminate();
      resolve(outcome);
    });
    worker.once('error', (error: Error) => {
      clearInterval(watch);
      reject(error);
    });
  });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '30' },
      inputs: { type: 'string', default: '1000000' },
      seed: { type: 'string' },
      first: { type: 'string', default: '0' },
    },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(targets);
  const unknown = names.filter((name) => !(name in targets));
  if (unknown.length > 0) {
    console.error(`There is no target ${unknown.join(', ')}. Targets: ${Object.keys(targets).join(', ')}`);
    return 2;
  }
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  let faults = 0;
  for (const name of names) {
    const outcome = await runTarget({
      ...{ name, seed, inputs: Number(values.inputs), durationMs: Number(values.seconds) * 1_000 },
      first: Number(values.first),
    });
    if (outcome.ok) {
      const grown = (outcome.heapGrowthBytes / 1024).toFixed(0);
      console.log(
        `${name}: ${outcome.inputs} inputs in ${(outcome.tookMs / 1_000).toFixed(1)} s, no fault, heap ${grown} KB (seed ${seed})`,
      );
      continue;
    }
    faults += 1;
    mkdirSync(inRoot('out', 'fuzz'), { recursive: true });
    const file = inRoot('out', 'fuzz', `${name}-${seed}-${outcome.iteration}`);
    writeFileSync(file, outcome.input);
    console.error(`${name}: ${outcome.message} at input ${outcome.iteration} (seed ${seed}); written to ${file}`);
    console.error(outcome.stack);
  }
  return faults === 0 ? 0 : 1;
}

process.exitCode = await main();
