import { beforeEach, expect, test } from 'vitest';
import { TestClock } from '../src-shared/test-clock.ts';
import { silentLogger } from './core/log.ts';
import { Power } from './power.ts';

let clock: TestClock;
let did: string[];
let tell: Record<'sleep' | 'wake' | 'lock' | 'unlock', () => void>;
let letGo: PromiseWithResolvers<void>;
let power: Power;
const turn = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(async () => {
  clock = new TestClock();
  did = [];
  letGo = Promise.withResolvers();
  const none = () => undefined;
  tell = { sleep: none, wake: none, lock: none, unlock: none };
  power = new Power({
    events: {
      onSleep: (listener) => (tell.sleep = listener),
      onWake: (listener) => (tell.wake = listener),
      onLock: (listener) => (tell.lock = listener),
      onUnlock: (listener) => (tell.unlock = listener),
    },
    clock,
    log: silentLogger,
    sleep: () => {
      did.push('sleep');
      return letGo.promise;
    },
    wake: () => did.push('wake'),
    locked: (isLocked) => did.push(isLocked ? 'locked' : 'unlocked'),
  });
  await power.start();
});

test('everything is let go before sleep and taken up after it, once', async () => {
  tell.sleep();
  tell.sleep();
  letGo.resolve();
  await turn();
  expect(did).toEqual(['sleep']);
  tell.wake();
  expect(did).toEqual(['sleep', 'wake']);
  expect(clock.pending).toBe(0);
});

test('who wakes before all is let go waits for that: two lives at once would fight over the line', async () => {
  tell.sleep();
  tell.wake();
  tell.wake();
  expect(did).toEqual(['sleep']);
  letGo.resolve();
  await turn();
  expect(did).toEqual(['sleep', 'wake']);
});

test('a computer that says it sleeps and does not comes back by itself', async () => {
  tell.sleep();
  letGo.resolve();
  await turn();
  clock.advance(15_000);
  expect(did).toEqual(['sleep', 'wake']);
});

test('what could not be let go keeps nobody asleep', async () => {
  tell.sleep();
  letGo.reject(new Error('the server hangs'));
  await turn();
  tell.wake();
  expect(did).toEqual(['sleep', 'wake']);
});

test('missing time wakes too, also where nobody told of the sleep', () => {
  power.woke();
  expect(did).toEqual(['wake']);
});

test('a locked screen is told and lets nothing go', () => {
  tell.lock();
  tell.unlock();
  expect(did).toEqual(['locked', 'unlocked']);
});

test('after stop nothing is done any more', async () => {
  tell.sleep();
  await power.stop();
  letGo.resolve();
  await turn();
  tell.wake();
  tell.sleep();
  clock.advance(60_000);
  expect(did).toEqual(['sleep']);
});
