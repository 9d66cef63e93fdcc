import { describe, expect, test } from 'vitest';
import { TestClock } from '../../../src-shared/test-clock.ts';
import { SessionTimer } from './session-timer.ts';
import type { RefreshOutcome } from './session-timer.ts';

function setUp(outcomes: readonly RefreshOutcome[] = []) {
  const clock = new TestClock();
  const startMs = clock.now();
  const refreshedAtS: number[] = [];
  const expiredAtS: number[] = [];
  const seconds = (): number => (clock.now() - startMs) / 1_000;
  const timer = new SessionTimer({
    clock,
    refresh: () => {
      refreshedAtS.push(seconds());
      return Promise.resolve(outcomes[refreshedAtS.length - 1] ?? 'later');
    },
    expired: () => expiredAtS.push(seconds()),
  });
  return { clock, timer, refreshedAtS, expiredAtS };
}

describe('a session timer', () => {
  test('that we keep is refreshed at half its time, and starts anew with the answer', async () => {
    const { clock, timer, refreshedAtS, expiredAtS } = setUp(['done']);
    timer.agreed({ intervalS: 1_800, refresher: 'us' });
    await clock.run(899_000);
    expect(refreshedAtS).toEqual([]);
    await clock.run(1_000);
    expect(refreshedAtS).toEqual([900]);
    timer.agreed({ intervalS: 600, refresher: 'us' });
    await clock.run(300_000);
    expect(refreshedAtS).toEqual([900, 1_200]);
    expect(expiredAtS).toEqual([]);
  });

  test.each([
    ['32 s before its end', 1_800, 1_768],
    ['a third before its end where it is short', 90, 60],
  ])('that they keep and do not ends the call %s', async (_when, intervalS, endS) => {
    const { clock, timer, refreshedAtS, expiredAtS } = setUp();
    timer.agreed({ intervalS, refresher: 'them' });
    await clock.run(10_000_000);
    expect(expiredAtS).toEqual([endS]);
    expect(refreshedAtS).toEqual([]);
    expect(timer.state).toBe('over');
  });

  test('is asked for again every ten seconds while it is refused, and ends the call in the end', async () => {
    const { clock, timer, refreshedAtS, expiredAtS } = setUp();
    timer.agreed({ intervalS: 90, refresher: 'us' });
    await clock.run(200_000);
    expect(refreshedAtS).toEqual([45, 55]);
    expect(expiredAtS).toEqual([60]);
  });

  test('of a call that the far end does not know ends it at once', async () => {
    const { clock, timer, expiredAtS } = setUp(['gone']);
    timer.agreed({ intervalS: 100, refresher: 'us' });
    await clock.run(50_000);
    expect(expiredAtS).toEqual([50]);
    expect(clock.pending).toBe(0);
  });

  test('that is stopped, or not agreed on any more, does nothing and leaves no timer', async () => {
    const { clock, timer, refreshedAtS, expiredAtS } = setUp();
    timer.agreed({ intervalS: 90, refresher: 'us' });
    timer.agreed(undefined);
    expect(clock.pending).toBe(0);
    timer.agreed({ intervalS: 90, refresher: 'them' });
    timer.stop();
    await clock.run(1_000_000);
    expect([refreshedAtS, expiredAtS, clock.pending]).toEqual([[], [], 0]);
  });

  test('that ended does not start again', async () => {
    const { clock, timer, expiredAtS } = setUp();
    timer.agreed({ intervalS: 90, refresher: 'them' });
    await clock.run(100_000);
    timer.agreed({ intervalS: 90, refresher: 'them' });
    expect(clock.pending).toBe(0);
    expect(expiredAtS).toHaveLength(1);
  });
});
