import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How long the event loop was late, since the last reading; milliseconds. */
export interface LoopDelay {
  readonly maxMs: number;
  readonly meanMs: number;
  readonly p99Ms: number;
}

/** What is used of Node's histogram; nanoseconds. */
export interface DelayHistogram {
  enable(): boolean;
  disable(): boolean;
  reset(): void;
  percentile(percent: number): number;
  readonly max: number;
  readonly mean: number;
  readonly count: number;
}

/** How often the histogram looks; its own period is taken out of the figures. */
const resolutionMs = 10;

/** Measures how long the service process blocks. Costs one timer of 10 ms while it runs. */
export class LoopDelayMeter {
  readonly #makeHistogram: () => DelayHistogram;
  #histogram: DelayHistogram | undefined;

  constructor(makeHistogram: () => DelayHistogram = () => monitorEventLoopDelay({ resolution: resolutionMs })) {
    this.#makeHistogram = makeHistogram;
  }

  start(): void {
    this.#histogram ??= this.#makeHistogram();
    this.#histogram.enable();
  }

  stop(): void {
    this.#histogram?.disable();
    this.#histogram = undefined;
  }

  /** Reads and begins anew; zeros when nothing was measured. */
  read(): LoopDelay {
    const histogram = this.#histogram;
    if (histogram === undefined || histogram.count === 0) return { maxMs: 0, meanMs: 0, p99Ms: 0 };
    const delay: LoopDelay = {
      maxMs: lateMs(histogram.max),
      meanMs: lateMs(histogram.mean),
      p99Ms: lateMs(histogram.percentile(99)),
    };
    histogram.reset();
    return delay;
  }
}

/** Node records the whole period between two looks, in nanoseconds. */
function lateMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - resolutionMs);
}
