import { describe, expect, test } from 'vitest';
import type { CapabilityPart } from '../../src-shared/model/capability.ts';
import { encodeScoreFor, partScore, totalScore } from './capability-score.ts';

function scores(encode: number, rest: number): Readonly<Record<CapabilityPart, number>> {
  return { encode, decode: rest, encryption: rest, hashing: rest, compression: rest };
}

describe('the score of a part', () => {
  test.each([
    // Half of the processor left at 30 frames a second means 60 at most.
    ['twice 720p30: the fixed point', 60, 5.9],
    ['a hair less is no promise', 59, 5.8],
    ['twice the speed: two points', 120, 7.9],
    ['just real time', 30, 3.9],
    ['720p15 only', 15, 1.9],
    ['too slow for the scale', 1, 1],
    ['could not be measured', 0, 1],
    ['nonsense', Number.NaN, 1],
    ['the top', 240, 9.9],
    ['beyond the top', 10_000, 9.9],
  ])('%s', (_, framesPerSecond, score) => {
    expect(partScore('encode', framesPerSecond)).toBe(score);
  });

  test('never falls when the speed rises, and has one decimal', () => {
    let last = 0;
    for (let speed = 0; speed < 500; speed += 0.5) {
      const score = partScore('encode', speed);
      expect(score).toBeGreaterThanOrEqual(last);
      expect(Math.round(score * 10) / 10).toBe(score);
      last = score;
    }
  });

  test('the other parts have their own references', () => {
    expect(partScore('encryption', 500)).toBe(5.9);
    expect(partScore('hashing', 300)).toBe(5.9);
    expect(partScore('compression', 40)).toBe(5.9);
    expect(partScore('decode', 60)).toBe(5.9);
  });
});

describe('the total', () => {
  test('is 5.9 when every part is', () => {
    expect(totalScore(scores(5.9, 5.9))).toBe(5.9);
  });

  test('is never above the encode score: 5.9 and more always means 720p30 with half of the processor left', () => {
    expect(totalScore(scores(5.8, 9.9))).toBe(5.8);
    expect(totalScore(scores(1, 9.9))).toBe(1);
  });

  test('is a weighted mean below it', () => {
    // 0.5 x 9.9 + 0.5 x 3.9
    expect(totalScore(scores(9.9, 3.9))).toBe(6.9);
    expect(totalScore({ ...scores(9.9, 9.9), compression: 1 })).toBe(9);
    expect(totalScore({ ...scores(9.9, 9.9), decode: 1 })).toBe(8.1);
  });

  test('stays on the scale', () => {
    expect(totalScore(scores(1, 1))).toBe(1);
    expect(totalScore(scores(9.9, 9.9))).toBe(9.9);
  });
});

test('what each format needs follows from its macroblock rate', () => {
  expect(encodeScoreFor('720p30')).toBe(5.9);
  expect(encodeScoreFor('720p15')).toBe(3.9);
  expect(encodeScoreFor('vga')).toBe(2.7);
  expect(encodeScoreFor('cif')).toBe(1);
  expect(encodeScoreFor('qcif')).toBe(1);
});
