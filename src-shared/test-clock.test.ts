import { describe, expect, test } from 'vitest';
import { TestClock } from './test-clock.ts';

describe('the test clock', () => {
  test('runs timers in order of time, then of creation, at their own time', () => {
    const clock = new TestClock(1000);
    const seen: string[] = [];
    clock.setTimeout(() => seen.push(`late ${clock.now()}`), 20);
    clock.setTimeout(() => seen.push(`first ${clock.now()}`), 10);
    clock.setTimeout(() => seen.push(`second ${clock.now()}`), 10);
    clock.advance(15);
    expect(seen).toEqual(['first 1010', 'second 1010']);
    expect(clock.now()).toBe(1015);
    expect(clock.pendingDelaysMs).toEqual([5]);
    clock.advance(5);
    expect(seen).toEqual(['first 1010', 'second 1010', 'late 1020']);
    expect(clock.pending).toBe(0);
  });

  test('a timer set by a timer runs in the same advance when due within it', () => {
    const clock = new TestClock(0);
    const seen: number[] = [];
    const tick = (): void => {
      seen.push(clock.now());
      clock.setTimeout(tick, 10);
    };
    clock.setTimeout(tick, 10);
    clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
  });

  test('a cleared timer never runs', () => {
    const clock = new TestClock();
    let ran = false;
    const handle = clock.setTimeout(() => {
      ran = true;
    }, 1);
    clock.clearTimeout(handle);
    clock.advance(10);
    expect(ran).toBe(false);
  });

  test('run lets promises settle between timers', async () => {
    const clock = new TestClock(0);
    const seen: string[] = [];
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        clock.setTimeout(resolve, ms);
      });
    const work = async (): Promise<void> => {
      await sleep(10);
      seen.push(`a ${clock.now()}`);
      await sleep(10);
      seen.push(`b ${clock.now()}`);
    };
    void work();
    await clock.run(25);
    expect(seen).toEqual(['a 10', 'b 20']);
  });

  test('jump moves the wall clock only; time does not run backwards afterwards', () => {
    const clock = new TestClock(0);
    const seen: number[] = [];
    clock.setTimeout(() => seen.push(clock.now()), 10);
    clock.jump(1000);
    expect(seen).toEqual([]);
    clock.advance(0);
    expect(seen).toEqual([1000]);
  });
});
