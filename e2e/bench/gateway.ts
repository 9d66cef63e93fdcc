import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { scheduleInRealTime } from '../../src-main/media-gateway/precedence.ts';
import { pause } from '../lab/wait.ts';
import { figure, median, quantile } from './figure.ts';
import type { Figure } from './figure.ts';
import { openBareCall, openGatewayCall } from './gateway-call.ts';
import type { CallKind, RelayedCall } from './gateway-call.ts';
import { LocalGateway, RemoteGateway } from './gateway-side.ts';
import type { GatewaySide } from './gateway-side.ts';
import { cpuMs } from './process-usage.ts';

/** Rounds of one call, then four; together they are the 60 s in which nothing may be lost. */
const rounds = 3;
const roundMs = 10_000;
const maxCalls = 4;
/** The suite that every PBX with SDES has (RFC 4568). */
const sdesSuite = 'AES_CM_128_HMAC_SHA1_80';
const heldCalls = 10;
/** Some thousand packets each way, enough for a 99th percentile, in short turns: what the computer does besides changes. */
const busyCalls = 2;
const busyRounds = 6;
const busyRoundMs = 5_000;
const busyPercent = 80;
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

  /** Measures the calls of another subject under other conditions. */
  borrow(other: Subject): void {
    this.#calls.splice(0, this.#calls.length, ...other.#calls);
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
  const gateway = await LocalGateway.start();
  const secured = await LocalGateway.start();
  const remote = await RemoteGateway.start();
  const bare = await startBareRelay();
  takePrecedence();
  try {
    const subject = new Subject('gateway', gateway.pid, () => openPatiently(gateway));
    const sdes = new Subject('gateway with SDES', secured.pid, () => openPatiently(secured, { suite: sdesSuite }));
    const peer = new Subject('bare relay', bare.pid, bare.open);
    await measure([subject, sdes, peer]);
    process.stderr.write(subject.describe() + sdes.describe() + peer.describe());
    reportAll(report, subject, peer);
    report(
      figure({
        bench: 'gateway',
        metric: 'cpuPercentSdes',
        unit: '%',
        samples: sdes.marginal,
        peer: { name: 'gateway in the clear', value: median(subject.marginal) },
      }),
    );
    await measureHeld(gateway, report, median(subject.alone));
    await measureBusy(remote, bare, report);
  } finally {
    bare.stop();
    await gateway.stop();
    await secured.stop();
    await remote.stop();
  }
}

/**
 * Both ends of every call are in this process: what it waits for the processor would count as the gateway's delay. Its
 * children would inherit the precedence, so they are there before it. On Linux that is a matter of each thread, and the
 * window's stand-in has threads of its own from its first call on: to be asked for again then.
 */
function takePrecedence(): void {
  if (process.platform === 'linux' && readdirSync('/proc/self/task').map(Number).every(scheduleInRealTime)) return;
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch {
    // Told below, as also where only this thread got it.
  }
  process.stderr.write('not allowed to measure in real time: delays of this process count, too\n');
}

/** Calls on hold beside one that is talked in: what the media process needs for all of them. */
async function measureHeld(gateway: GatewaySide, report: (figure: Figure) => void, aloneValue: number): Promise<void> {
  const held = new Subject('gateway with calls on hold', gateway.pid, (index) =>
    openPatiently(gateway, { isHeld: index < heldCalls }),
  );
  await held.openUpTo(heldCalls + 1);
  for (let round = 1; round <= rounds; round += 1) await measureRound([held]);
  await held.closeDownTo(0);
  const percents = held.together.map((percent) => percent.toFixed(2)).join(' ');
  process.stderr.write(`${String(heldCalls)} calls on hold and one active: ${percents} %\n`);
  report(
    figure({
      bench: 'gateway',
      metric: 'cpuPercentHeld',
      unit: '%',
      samples: held.together,
      peer: { name: 'one active call alone', value: aloneValue },
    }),
  );
}

/** One subject of the busy rounds: what it did with the service at rest, and what with the service busy. */
interface Pair {
  readonly idle: Subject;
  readonly busy: Subject;
}

/**
 * The same calls with a service process at rest and one that is busy, in turn. Beside them the same traffic through the
 * bare relay, which knows no service, and straight from end to end: what the first waits for more is the computer's
 * doing, and what the second does is the measuring process's own.
 */
async function measureBusy(gateway: RemoteGateway, bare: BareRelay, report: (figure: Figure) => void): Promise<void> {
  const pair = (name: string, pid: number, open: (index: number) => Promise<RelayedCall>): Pair => ({
    idle: new Subject(`${name}, at rest`, pid, open),
    busy: new Subject(`${name}, busy`, pid, open),
  });
  const pairs: Readonly<Record<string, Pair>> = {
    delayBusy: pair('gateway', gateway.pid, () => openPatiently(gateway)),
    delayBusyBare: pair('bare relay', bare.pid, bare.open),
    delayBusyNone: pair('no relay', process.pid, () => openBareCall()),
  };
  const all = Object.values(pairs);
  for (const { idle } of all) await idle.openUpTo(busyCalls);
  takePrecedence();
  for (let round = 1; round <= busyRounds; round += 1) {
    process.stderr.write(`service at rest and busy, round ${String(round)} of ${String(busyRounds)}\n`);
    await measureRound(
      all.map(({ idle }) => idle),
      busyRoundMs,
    );
    await gateway.keepBusy(busyPercent);
    for (const { idle, busy } of all) busy.borrow(idle);
    await measureRound(
      all.map(({ busy }) => busy),
      busyRoundMs,
    );
    await gateway.keepBusy(0);
  }
  for (const { idle, busy } of all) process.stderr.write(idle.describe() + busy.describe());
  for (const { idle } of all) await idle.closeDownTo(0);
  for (const [metric, { idle, busy }] of Object.entries(pairs)) {
    report(
      figure({
        bench: 'gateway',
        metric,
        unit: 'ms',
        value: quantile(busy.worseMs, 0.99),
        n: busy.worseMs.length,
        peer: { name: 'p99 with the service at rest', value: quantile(idle.worseMs, 0.99) },
      }),
    );
  }
}

let attempts = 0;

/** The window's stand-in sometimes refuses a good answer under load; such a call is not measured, and another takes its place. */
async function openPatiently(gateway: GatewaySide, kind: CallKind = {}): Promise<RelayedCall> {
  for (let left = maxAttempts; ; left -= 1) {
    attempts += 1;
    try {
      return await openGatewayCall(gateway, `call-${attempts}`, kind);
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

async function measureRound(subjects: readonly Subject[], lengthMs = roundMs): Promise<void> {
  for (const subject of subjects) subject.begin();
  await pause(lengthMs);
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
      return openBareCall(ports[index] ?? [0, 0]);
    },
    stop: () => {
      child.kill();
    },
  };
}
