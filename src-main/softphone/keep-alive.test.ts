import { beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { KeepAlive } from './keep-alive.ts';

let clock: TestClock;
let asked: number;
let pinged: number;
let dead: number;
let keepAlive: KeepAlive;

function make(options: { readonly isLossy?: boolean; readonly random?: number } = {}): KeepAlive {
  return new KeepAlive({
    clock,
    random: () => options.random ?? 0,
    isLossy: options.isLossy ?? false,
    ask: () => (asked += 1),
    ping: () => (pinged += 1),
    dead: () => (dead += 1),
  });
}

beforeEach(() => {
  clock = new TestClock();
  asked = 0;
  pinged = 0;
  dead = 0;
  keepAlive = make();
});

/** Time passes in steps of 100 ms while the server answers every question at once. */
function liveFor(totalMs: number): void {
  for (let passedMs = 0; passedMs < totalMs; passedMs += 100) {
    const before = asked;
    clock.advance(100);
    if (asked > before) keepAlive.heard();
  }
}

describe('while nothing happens', () => {
  test('the server is asked every 24 to 30 seconds, so that ten thousand phones do not ask in step', () => {
    keepAlive.start();
    liveFor(120_000);
    expect(asked).toBe(5);
    keepAlive.stop();
    asked = 0;
    keepAlive = make({ random: 1 });
    keepAlive.start();
    liveFor(120_000);
    expect(asked).toBe(4);
  });

  test('the Flow-Timer of the registrar is obeyed, down to a floor', () => {
    keepAlive.start(10);
    liveFor(40_000);
    expect(asked).toBe(5);
    keepAlive.stop();
    asked = 0;
    keepAlive = make();
    keepAlive.start(1);
    liveFor(40_000);
    expect(asked).toBe(10);
  });

  test('a server that answers pings is pinged and not asked', () => {
    keepAlive.start();
    expect(pinged).toBe(1);
    keepAlive.pong();
    clock.advance(24_000);
    expect([asked, pinged]).toEqual([0, 2]);
  });

  test('a server that is silent is dead 2.5 s after it was asked', () => {
    keepAlive.start();
    clock.advance(24_000 + 2_400);
    expect(dead).toBe(0);
    clock.advance(200);
    expect(dead).toBe(1);
    expect(clock.pending).toBe(0);
  });
});

describe('during a call', () => {
  test('a server that hangs is found within five seconds, wherever between two questions it began', () => {
    for (let hangsAfterMs = 0; hangsAfterMs < 2_000; hangsAfterMs += 250) {
      keepAlive = make();
      dead = 0;
      keepAlive.start();
      keepAlive.calls(1);
      keepAlive.heard();
      liveFor(4_000);
      clock.advance(hangsAfterMs);
      clock.advance(5_000);
      expect(dead).toBe(1);
    }
  });

  test('the server is asked every two seconds, and rarely again afterwards', () => {
    keepAlive.start();
    keepAlive.calls(1);
    // The call's own request asks.
    expect(asked).toBe(0);
    liveFor(10_000);
    expect(asked).toBe(5);
    keepAlive.calls(0);
    liveFor(20_000);
    expect(asked).toBe(5);
  });
});

describe('a call that is announced', () => {
  test('asks a server that was silent for a second, by SIP, and no other', () => {
    keepAlive.start();
    keepAlive.pong();
    clock.advance(999);
    keepAlive.announceCall();
    expect([asked, pinged]).toEqual([0, 1]);
    clock.advance(1);
    keepAlive.announceCall();
    expect([asked, pinged]).toEqual([1, 1]);
    keepAlive.heard();
    keepAlive.announceCall();
    expect(asked).toBe(1);
  });

  test('finds a server that is gone before the usual question would', () => {
    keepAlive.start();
    clock.advance(5_000);
    keepAlive.announceCall();
    clock.advance(2_500);
    expect(dead).toBe(1);
    keepAlive.announceCall();
    expect(asked).toBe(1);
    expect(clock.pending).toBe(0);
  });
});

describe('a suspicion', () => {
  test('asks at once and until the server has answered three times', () => {
    keepAlive.start();
    keepAlive.suspect();
    expect(asked).toBe(1);
    keepAlive.heard();
    liveFor(20_000);
    expect(asked).toBe(3);
  });

  test('a request without an answer asks for the server after a second, every two seconds, until it is answered', () => {
    keepAlive.start();
    keepAlive.sent('z9hG4bK1');
    clock.advance(900);
    expect(asked).toBe(0);
    clock.advance(200);
    expect(asked).toBe(1);
    keepAlive.heard();
    liveFor(4_000);
    expect(asked).toBe(3);
    keepAlive.heard('z9hG4bK1');
    liveFor(10_000);
    expect(asked).toBe(3);
  });

  test('a request that is answered in time changes nothing', () => {
    keepAlive.start();
    keepAlive.sent('z9hG4bK1');
    clock.advance(500);
    keepAlive.heard('z9hG4bK1');
    liveFor(20_000);
    expect(asked).toBe(0);
  });

  test('a request that never gets an answer is forgotten when its transaction is over', () => {
    keepAlive.start();
    keepAlive.sent('z9hG4bK1');
    liveFor(34_000);
    asked = 0;
    liveFor(20_000);
    expect(asked).toBe(0);
  });
});

test('over UDP an unanswered question is asked anew', () => {
  keepAlive = make({ isLossy: true });
  keepAlive.start();
  keepAlive.calls(1);
  clock.advance(3_200);
  expect(asked).toBe(3);
  keepAlive.heard();
  clock.advance(700);
  expect(asked).toBe(3);
});

test('a process that slept asks once more before it calls the server dead', () => {
  keepAlive.start();
  keepAlive.calls(1);
  clock.jump(60_000);
  clock.advance(0);
  expect(dead).toBe(0);
  keepAlive.heard();
  liveFor(10_000);
  expect(dead).toBe(0);
});

test('after stop nothing is asked and no timer waits', () => {
  keepAlive.start();
  keepAlive.sent('z9hG4bK1');
  keepAlive.calls(1);
  keepAlive.stop();
  expect(clock.pending).toBe(0);
});
