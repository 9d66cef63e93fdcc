import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inRoot } from '../../scripts/paths.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { MediaGateway } from '../../src-main/media-gateway/gateway-client.ts';
import { forkGatewayInNode } from '../../src-main/media-gateway/node-channel.ts';
import { pause } from '../lab/wait.ts';
import { figure, median, quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { openBareCall, openGatewayCall } from './gateway-call.ts';
import type { RelayedCall } from './gateway-call.ts';
import { cpuMs } from './process-usage.ts';

/** Rounds of one call, then four; together they are the 60 s in which nothing may be lost. */
const rounds = 3;
const roundMs = 10_000;
const maxCalls = 4;
/** Attempts to bring one call up before nothing is measured at all. */
const maxAttempts = 3;
/** Callers do not speak in step. */
const staggerMs = 5;

/** A packet that has not come after this is lost: no jitter buffer waits longer. */
const lateMs = 500;

/** A relay under test and everything that it did. */
class Subject {
  readonly name: string;
  readonly pid: number;
  readonly #open: (index: number) => Promise<RelayedCall>;
  readonly #calls: RelayedCall[] = [];
  readonly toSipMs: number[] = [];
  readonly toWindowMs: number[] = [];
  /** Per cent of a core for one call, and for all four; one value a round. */
  readonly alone: number[] = [];
  readonly together: number[] = [];
  sent = 0;
  lost = 0;
  #cpuBeforeMs = 0;
  #sinceMs = 0;

  constructor(name: string, pid: number, open: (index: number) => Promise<RelayedCall>) {
    this.name = name;
    this.pid = pid;
    this.#open = open;
  }

  async openUpTo(count: number): Promise<void> {
    while (this.#calls.length < count) {
      this.#calls.push(await this.#open(this.#calls.length));
      await pause(staggerMs);
    }
  }

  async closeDownTo(count: number): Promise<void> {
    for (const call of this.#calls.splice(count)) await call.close();
  }

  begin(): void {
    for (const { toSip, toWindow } of this.#calls) {
      toSip.beginCount();
      toWindow.beginCount();
    }
    this.#cpuBeforeMs = cpuMs(this.pid);
    this.#sinceMs = performance.now();
  }

  end(): void {
    const percent = (100 * (cpuMs(this.pid) - this.#cpuBeforeMs)) / (performance.now() - this.#sinceMs);
    (this.#calls.length === 1 ? this.alone : this.together).push(percent);
    for (const { toSip, toWindow } of this.#calls) {
      toSip.endCount();
      toWindow.endCount();
    }
  }

  /** After the last packet had its time. */
  take(): void {
    for (const call of this.#calls) {
      for (const [stream, delays] of [
        [call.toSip, this.toSipMs],
        [call.toWindow, this.toWindowMs],
      ] as const) {
        const { sent, lost, delaysMs } = stream.result();
        this.sent += sent;
        this.lost += lost;
        for (const delayMs of delaysMs) delays.push(delayMs);
      }
    }
  }

  /** What calls two to four cost, each, in per cent of a core; one value a round. */
  get marginal(): readonly number[] {
    return this.together.map((percent, round) => (percent - (this.alone[round] ?? Number.NaN)) / (maxCalls - 1));
  }

  /** Delays of the slower direction: the figure is the worse one of the two. */
  get worseMs(): readonly number[] {
    return quantile(this.toSipMs, 0.99) > quantile(this.toWindowMs, 0.99) ? this.toSipMs : this.toWindowMs;
  }

  describe(): string {
    const way = (delays: readonly number[]): string =>
      `p50 ${median(delays).toFixed(3)} p99 ${quantile(delays, 0.99).toFixed(3)} max ${quantile(delays, 1).toFixed(1)}`;
    const shares = (percents: readonly number[]): string => percents.map((percent) => percent.toFixed(2)).join(' ');
    return (
      `${this.name}: to SIP ${way(this.toSipMs)}, to the window ${way(this.toWindowMs)} ms (n ${this.toSipMs.length}, ` +
      `${this.toWindowMs.length}); ${this.sent} packets, ${this.lost} lost; ` +
      `one call ${shares(this.alone)} %, four ${shares(this.together)} %\n`
    );
  }
}

/**
 * Runs the measurement in a process of its own, which is killed when it is done: the native module that stands in for
 * the window cannot be taken down reliably.
 */
export function benchGateway(report: (figure: Figure) => void): Promise<void> {
  const entry = fileURLToPath(new URL('gateway-bench-process.ts', import.meta.url));
  const child = fork(entry, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.once('exit', (code, signal) => {
      reject(new Error(`the measurement ended with ${code ?? signal ?? 'nothing'}`));
    });
    child.on('message', (message: { readonly figure?: Figure }) => {
      if (message.figure !== undefined) {
        report(message.figure);
        return;
      }
      child.removeAllListeners('exit');
      child.once('exit', () => {
        resolve();
      });
      child.kill('SIGKILL');
    });
  });
}

/**
 * Delay, processor time and loss of the media gateway, beside a relay in Node that does nothing but pass datagrams on.
 * Both carry the same traffic at the same time.
 */
export async function measureGateway(report: (figure: Figure) => void): Promise<void> {
  const gateway = new MediaGateway({
    forkGateway: () =>
      forkGatewayInNode(inRoot('out/main/media-gateway.js'), (text) => {
        process.stderr.write(text);
      }),
    clock: systemClock,
    log: silentLogger,
    health: { report: () => undefined },
  });
  await gateway.start();
  const bare = await startBareRelay();
  try {
    await gateway.usage(); // answers when the process runs
    const { pid } = gateway;
    if (pid === undefined) throw new Error('the gateway process does not run');
    const subject = new Subject('gateway', pid, () => openPatiently(gateway));
    const peer = new Subject('bare relay', bare.pid, bare.open);
    await measure([subject, peer]);
    if (gateway.pid !== pid) throw new Error('the gateway process died while it was measured');
    process.stderr.write(subject.describe() + peer.describe());
    reportAll(report, subject, peer);
  } finally {
    bare.stop();
    await gateway.stop();
  }
}

let attempts = 0;

/** The window's stand-in sometimes refuses a good answer under load; such a call is not measured, and another takes its place. */
async function openPatiently(gateway: MediaGateway): Promise<RelayedCall> {
  for (let left = maxAttempts; ; left -= 1) {
    attempts += 1;
    try {
      return await openGatewayCall(gateway, `call-${attempts}`);
    } catch (error) {
      if (left <= 1) throw error;
      process.stderr.write(`call ${attempts} did not come up: ${String(error)}\n`);
    }
  }
}

async function measure(subjects: readonly Subject[]): Promise<void> {
  for (const subject of subjects) await subject.openUpTo(1);
  for (let round = 1; round <= rounds; round += 1) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    await measureRound(subjects);
    for (const subject of subjects) await subject.openUpTo(maxCalls);
    await measureRound(subjects);
    for (const subject of subjects) await subject.closeDownTo(1);
  }
  for (const subject of subjects) await subject.closeDownTo(0);
}

async function measureRound(subjects: readonly Subject[]): Promise<void> {
  for (const subject of subjects) subject.begin();
  await pause(roundMs);
  for (const subject of subjects) subject.end();
  await pause(lateMs);
  for (const subject of subjects) subject.take();
}

function reportAll(report: (figure: Figure) => void, subject: Subject, peer: Subject): void {
  const name = peer.name;
  report(
    figure({
      bench: 'gateway',
      metric: 'delay',
      unit: 'ms',
      samples: subject.worseMs,
      peer: { name, value: median(peer.worseMs) },
    }),
  );
  report(
    figure({
      bench: 'gateway',
      metric: 'cpuPercent',
      unit: '%',
      samples: subject.marginal,
      peer: { name, value: median(peer.marginal) },
    }),
  );
  // Without a ratio: the peer's is 0 as a rule.
  report(figure({ bench: 'gateway', metric: 'lost', unit: 'packets', value: subject.lost, n: subject.sent }));
}

interface BareRelay {
  readonly pid: number;
  readonly open: (index: number) => Promise<RelayedCall>;
  readonly stop: () => void;
}

async function startBareRelay(): Promise<BareRelay> {
  const entry = fileURLToPath(new URL('udp-relay-process.ts', import.meta.url));
  const child = fork(entry, [String(maxCalls)], { execArgv: [] });
  const ports = await new Promise<readonly (readonly [number, number])[]>((resolve, reject) => {
    child.once('message', (message) => {
      resolve(message as readonly (readonly [number, number])[]);
    });
    child.once('exit', (code) => {
      reject(new Error(`the bare relay ended with ${String(code)}`));
    });
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the bare relay does not run');
  return {
    pid,
    open: (index) => {
      const [near, far] = ports[index] ?? [0, 0];
      return openBareCall(near, far);
    },
    stop: () => {
      child.kill();
    },
  };
}
