import { beforeEach, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { NetworkWatch } from './network-watch.ts';

let clock: TestClock;
let addresses: string;
let told: string[];
let watch: NetworkWatch;

beforeEach(async () => {
  clock = new TestClock();
  addresses = 'eth0 192.0.2.1';
  told = [];
  watch = new NetworkWatch({
    clock,
    addresses: () => addresses,
    changed: () => told.push('changed'),
    woke: () => told.push('woke'),
  });
  await watch.start();
});

test('an address that comes or goes is told once, within two seconds', () => {
  clock.advance(60_000);
  expect(told).toEqual([]);
  addresses = 'eth0 192.0.2.1\ntun0 198.51.100.1';
  clock.advance(2_000);
  expect(told).toEqual(['changed']);
  clock.advance(60_000);
  expect(told).toEqual(['changed']);
});

test('time that is missing is sleep; what changed meanwhile is told with it', () => {
  addresses = 'wlan0 203.0.113.1';
  clock.jump(60_000);
  clock.advance(2_000);
  expect(told).toEqual(['woke']);
  clock.advance(60_000);
  expect(told).toEqual(['woke']);
});

test('a busy moment is no sleep', () => {
  clock.jump(3_000);
  clock.advance(2_000);
  expect(told).toEqual([]);
});

test('nothing is watched after stop', async () => {
  await watch.stop();
  expect(clock.pending).toBe(0);
});
