import { expect, test } from 'vitest';
import { OwnStalls, RtpGaps } from './rtp-gaps.ts';

function packet(sequence: number): Buffer {
  const bytes = Buffer.alloc(172);
  bytes.writeUInt16BE(sequence & 0xffff, 2);
  return bytes;
}

/** Packets by number, 20 ms apart; a pair sets the time. */
function gapsOf(packets: readonly (number | readonly [number, number])[]): number {
  const gaps = new RtpGaps();
  let atMs = 0;
  for (const one of packets) {
    const [sequence, laterMs] = typeof one === 'number' ? [one, 20] : one;
    atMs += laterMs;
    gaps.receive(packet(sequence), atMs);
  }
  return gaps.gapPackets;
}

test('a stream without holes has none, over the end of its numbers too', () => {
  expect(gapsOf([65_534, 65_535, 65_536, 65_537])).toBe(0);
});

test('packets that never came are counted, those that came in another order are not', () => {
  expect(gapsOf([1, 2, 5, 6])).toBe(2);
  expect(gapsOf([1, 3, 2, 4])).toBe(0);
});

test('a packet that came too late is counted', () => {
  expect(gapsOf([1, 2, [3, 250], 4])).toBe(1);
  expect(gapsOf([1, 2, [3, 190], 4])).toBe(0);
});

test('only what comes after the beginning counts', () => {
  const gaps = new RtpGaps();
  gaps.receive(packet(1), 0);
  gaps.receive(packet(9), 500);
  gaps.begin();
  gaps.receive(packet(10), 520);
  expect([gaps.gapPackets, gaps.packets]).toEqual([0, 1]);
});

test("a silence in which the reader itself stood still is not the sender's", () => {
  const gaps = new RtpGaps();
  const stalls = new OwnStalls();
  const startMs = performance.now() + 1_000;
  stalls.takeTurn(startMs);
  stalls.take(startMs);
  gaps.receive(packet(1), startMs, stalls.take(startMs));
  // Nothing ran for a while; what had come meanwhile is read at once.
  for (const sequence of [2, 3, 4]) gaps.receive(packet(sequence), startMs + 260, stalls.take(startMs + 260));
  expect(gaps.gapPackets).toBe(0);
  for (let atMs = 265; atMs <= 560; atMs += 5) stalls.takeTurn(startMs + atMs);
  gaps.receive(packet(5), startMs + 560, stalls.take(startMs + 560));
  expect(gaps.gapPackets).toBe(1);
  stalls.stop();
});
