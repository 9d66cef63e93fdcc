import { expect, test } from 'vitest';
import { measureProcessor, systemWork } from './processor-speed.ts';

test('speeds are bytes done by the time they took, after a round that warms up', async () => {
  let nowMs = 0;
  const sizes = new Set<number>();
  const work =
    (tookMs: number) =>
    (piece: Uint8Array): Promise<void> => {
      sizes.add(piece.byteLength);
      nowMs += tookMs;
      return Promise.resolve();
    };
  const speeds = await measureProcessor(
    { encryption: work(1), hashing: work(2), compression: work(10) },
    () => nowMs,
    new AbortController().signal,
  );
  expect([...sizes]).toEqual([262_144]);
  expect(speeds.encryption).toBeCloseTo(262.144);
  expect(speeds.hashing).toBeCloseTo(131.072);
  expect(speeds.compression).toBeCloseTo(26.2144);
});

test('ends when it is aborted', async () => {
  const abort = new AbortController();
  const work = (): Promise<void> => {
    abort.abort();
    return Promise.resolve();
  };
  await expect(
    measureProcessor({ encryption: work, hashing: work, compression: work }, () => 0, abort.signal),
  ).rejects.toThrow();
});

test('the real work is done, and the pieces are neither noise nor empty', async () => {
  const work = await systemWork();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let nowMs = 0;
  const kept = (piece: Uint8Array<ArrayBuffer>): Promise<void> => {
    pieces.push(piece);
    nowMs += 1_000;
    return Promise.resolve();
  };
  await measureProcessor(
    { encryption: kept, hashing: kept, compression: kept },
    () => nowMs,
    new AbortController().signal,
  );
  const piece = pieces[0] ?? new Uint8Array();
  const compressed = await work.compression(piece);
  const ratio = (compressed as Uint8Array).byteLength / piece.byteLength;
  expect(ratio).toBeGreaterThan(0.2);
  expect(ratio).toBeLessThan(0.7);
  expect(((await work.hashing(piece)) as ArrayBuffer).byteLength).toBe(32);
  expect(((await work.encryption(piece)) as ArrayBuffer).byteLength).toBe(piece.byteLength + 16);
});
