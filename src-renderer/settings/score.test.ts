import { expect, test } from 'vitest';
import { gaugePoint, scorePart, scoreText } from './score.ts';

test('the scale runs from 1.0 to 9.9', () => {
  expect(scorePart(1)).toBe(0);
  expect(scorePart(9.9)).toBe(1);
  expect(scorePart(0)).toBe(0);
  expect(scorePart(12)).toBe(1);
});
test('the gauge is a half circle from left to right', () => {
  const center = { x: 100, y: 100 };
  expect(gaugePoint(1, 50, center).x).toBeCloseTo(50);
  expect(gaugePoint(9.9, 50, center).x).toBeCloseTo(150);
  expect(gaugePoint(5.45, 50, center).y).toBeCloseTo(50);
});
test('a score has one decimal', () => {
  expect(scoreText(5)).toBe('5.0');
});
