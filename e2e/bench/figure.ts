import { goals } from './goals.ts';
import type { BenchName, Goal } from './goals.ts';

/** One figure of a bench, printed as one JSON line on standard output. What does not apply is left out. */
export interface Figure {
  readonly bench: BenchName;
  readonly metric: string;
  readonly unit: string;
  readonly n: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly value: number;
  readonly peer?: string;
  readonly peerValue?: number;
  readonly ratio?: number;
  readonly goal: string;
  readonly holds: boolean;
}

/** Samples needed before a percentile means something. */
const samplesForP95 = 40;
const samplesForP99 = 1_000;

/** The q-quantile (0..1) of samples, nearest rank. Throws on an empty list: a bench that measured nothing must fail. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

interface FigureInput {
  readonly bench: BenchName;
  readonly metric: string;
  readonly unit: string;
  /** Either single samples, or one value already reduced. */
  readonly samples?: readonly number[];
  readonly value?: number;
  readonly n?: number;
  readonly peer?: { readonly name: string; readonly value: number };
}

/** Builds a figure: percentiles as far as the number of samples allows, ratio to the peer, the goal and whether it holds. */
export function figure(input: FigureInput): Figure {
  const { bench, metric, unit, samples, peer } = input;
  const goal = goalOf(bench, metric);
  const value = input.value ?? median(samples ?? []);
  if (!Number.isFinite(value)) throw new Error(`${bench} ${metric}: nothing was measured`);
  const measured = {
    n: input.n ?? samples?.length ?? 1,
    ...(samples === undefined ? {} : { p50: round(median(samples)) }),
    ...(samples === undefined || samples.length < samplesForP95 ? {} : { p95: round(quantile(samples, 0.95)) }),
    ...(samples === undefined || samples.length < samplesForP99 ? {} : { p99: round(quantile(samples, 0.99)) }),
    value: round(value),
    ...(peer === undefined ? {} : { peer: peer.name, peerValue: round(peer.value), ratio: round(value / peer.value) }),
  };
  return { bench, metric, unit, ...measured, goal: goal.text, holds: goal.holds(measured) };
}

function goalOf(bench: BenchName, metric: string): Goal {
  const goal = (goals[bench] as Readonly<Record<string, Goal>>)[metric];
  if (goal === undefined) throw new Error(`goals.ts names no goal for ${bench} ${metric}`);
  return goal;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
