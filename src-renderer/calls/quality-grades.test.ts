import { describe, expect, test } from 'vitest';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import { gradeOf, lossCurve, withLoss } from './quality-grades.ts';
import type { LossPoint } from './quality-grades.ts';

describe('the grade of a figure', () => {
  test.each([
    ['roundTripMs', [149, 150, 349, 350]],
    ['jitterMs', [19, 20, 49, 50]],
    ['lossPercent', [0.9, 1, 2.9, 3]],
  ] as const)('of %s changes at its limits', (figure, values) => {
    expect(values.map((value) => gradeOf(figure, value))).toEqual(['good', 'fair', 'fair', 'high']);
  });

  test('is not given to what is not known', () => {
    expect(gradeOf('jitterMs', undefined)).toBeUndefined();
  });
});

describe('the loss of the last minute', () => {
  const quality = (lossInPercent?: number, lossOutPercent?: number): CallQuality => ({
    verdict: 'good',
    ...(lossInPercent === undefined ? {} : { lossInPercent }),
    ...(lossOutPercent === undefined ? {} : { lossOutPercent }),
  });

  test('is that of the worse way, and forgets what is older', () => {
    let points: readonly LossPoint[] = [];
    for (const [atMs, measured] of [
      [0, quality(1, 2)],
      [2_000, quality(4)],
      [4_000, quality()],
      [61_000, quality(0, 0.5)],
    ] as const)
      points = withLoss(points, measured, atMs);
    expect(points).toEqual([
      { atMs: 2_000, percent: 4 },
      { atMs: 61_000, percent: 0.5 },
    ]);
  });

  test('stands in its box: now at the right, a minute ago at the left, the worst at the top', () => {
    const points = [
      { atMs: 0, percent: 0 },
      { atMs: 30_000, percent: 12 },
      { atMs: 60_000, percent: 6 },
    ];
    expect(lossCurve(points, 60_000, { width: 288, height: 40 })).toEqual({
      line: '0,39.5 144,0.5 288,20',
      limitY: 29.8,
    });
  });

  test('shows the limit at half of the height while little is lost', () => {
    expect(lossCurve([], 0, { width: 288, height: 40 })).toEqual({ line: '', limitY: 20 });
  });
});
