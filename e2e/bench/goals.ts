/** Every goal of every bench, in one place. A goal that is missed is printed, never an error. */
export interface Goal {
  /** As issue and report write it. */
  readonly text: string;
  readonly holds: (figure: GoalInput) => boolean;
}

/** What a goal may look at. */
export interface GoalInput {
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
  readonly value?: number;
  readonly ratio?: number;
}

const atMost = (what: keyof GoalInput, limit: number): Goal => ({
  text: `${what} <= ${limit}`,
  holds: (figure) => (figure[what] ?? Infinity) <= limit,
});
const under = (what: keyof GoalInput, limit: number): Goal => ({
  text: `${what} < ${limit}`,
  holds: (figure) => (figure[what] ?? Infinity) < limit,
});

/** Told for its own sake. */
const none: Goal = { text: 'none', holds: () => true };

export const goals = {
  start: {
    usable: atMost('ratio', 2.0),
    rendererMemoryMb: atMost('value', 60),
    nodeMb: atMost('value', 150),
  },
  search: {
    keystroke: under('p99', 5),
    keystrokeStoring: under('p99', 5),
    loopDelayMaxMs: under('value', 50),
  },
  call: {
    dial: atMost('ratio', 1.3),
    dialShown: none,
    firstAudio: under('p95', 250),
    ring: under('p95', 80),
    answerAudio: under('p95', 250),
    leak: atMost('value', 0),
    leakMemoryMb: atMost('value', 5),
  },
  failover: {
    killed: under('p95', 1_500),
    frozen: under('value', 6_000),
    mediaGapPackets: atMost('value', 0),
  },
  gateway: {
    delay: {
      text: 'p50 < 1, p99 < 5',
      holds: ({ p50, p99 }: GoalInput) => (p50 ?? Infinity) < 1 && (p99 ?? Infinity) < 5,
    },
    cpuPercent: under('value', 2.5),
    cpuPercentSdes: under('value', 5),
    cpuPercentHeld: under('value', 15),
    delayBusy: atMost('ratio', 1.5),
    delayBusyBare: none,
    delayBusyNone: none,
    lost: atMost('value', 0),
  },
  chat: {
    inboundPerSecond: { text: 'value >= 5000', holds: ({ value }: GoalInput) => (value ?? 0) >= 5000 },
    loopDelayMaxMs: under('value', 50),
  },
} as const satisfies Record<string, Record<string, Goal>>;

export type BenchName = keyof typeof goals;
