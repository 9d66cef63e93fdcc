import type { Clock, TimerHandle } from './clock.ts';

interface PendingTimer {
  readonly id: number;
  readonly dueMs: number;
  readonly task: () => void;
}

/** Rounds of microtasks that `run` lets pass between timers; a chain of awaits deeper than this is a smell. */
const microtaskRounds = 50;

/**
 * A clock that stands still until a test moves it. Timers run in order of time, then of creation;
 * a timer set by a timer runs in the same `advance` when it falls due within it.
 */
export class TestClock implements Clock {
  #nowMs: number;
  #nextId = 1;
  readonly #timers = new Map<number, PendingTimer>();

  /** Starts at a plain date so that times in failures are readable. */
  constructor(nowMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimeout(task: () => void, delayMs: number): TimerHandle {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#timers.set(id, { id, dueMs: this.#nowMs + Math.max(0, delayMs), task });
    return id;
  }

  clearTimeout(handle: TimerHandle): void {
    if (typeof handle === 'number') this.#timers.delete(handle);
  }

  /** How many timers wait. A stopped part must leave none. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until each waiting timer is due, soonest first. */
  get pendingDelaysMs(): readonly number[] {
    return [...this.#timers.values()].map((timer) => timer.dueMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Moves time forward and runs what falls due, without letting promises settle in between. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let timer = this.#nextDue(untilMs); timer !== undefined; timer = this.#nextDue(untilMs)) this.#fire(timer);
    this.#nowMs = untilMs;
  }

  /** As `advance`, and lets promises settle before, between and after the timers. For code with `await` in it. */
  async run(byMs = 0): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await settle();
    for (let timer = this.#nextDue(untilMs); timer !== undefined; timer = this.#nextDue(untilMs)) {
      this.#fire(timer);
      await settle();
    }
    this.#nowMs = untilMs;
  }

  /** Moves the wall clock without running timers: the computer slept, or its clock was set. */
  jump(byMs: number): void {
    this.#nowMs += byMs;
  }

  #nextDue(untilMs: number): PendingTimer | undefined {
    let next: PendingTimer | undefined;
    for (const timer of this.#timers.values()) {
      if (timer.dueMs > untilMs) continue;
      if (next === undefined || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.id < next.id)) {
        next = timer;
      }
    }
    return next;
  }

  #fire(timer: PendingTimer): void {
    this.#timers.delete(timer.id);
    // After a jump a timer may be overdue: time never runs backwards.
    this.#nowMs = Math.max(this.#nowMs, timer.dueMs);
    timer.task();
  }
}

async function settle(): Promise<void> {
  for (let round = 0; round < microtaskRounds; round += 1) await Promise.resolve();
}
