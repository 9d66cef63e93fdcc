import { describe, expect, test } from 'vitest';
import { clockText, dayDistance, groupByDay } from './time.ts';

const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();

describe('days', () => {
  const now = at(22, 9);
  test.each([
    [at(22, 0), 'today'],
    [at(23, 1), 'today'],
    [at(21, 23), 'yesterday'],
    [at(21, 0), 'yesterday'],
    [at(20, 23), 'thisWeek'],
    [at(16, 0), 'thisWeek'],
    [at(15, 23), 'older'],
  ] as const)('%i is %s', (moment, expected) => {
    expect(dayDistance(moment, now)).toBe(expected);
  });

  test('rows stand together by calendar day, in their order', () => {
    const groups = groupByDay([at(21, 22), at(21, 23), at(22, 0)], (moment) => moment);
    expect(groups.map((group) => group.rows.length)).toEqual([2, 1]);
  });
});

test.each([
  [0, '0:00'],
  [9.9, '0:09'],
  [74, '1:14'],
  [3_671, '1:01:11'],
  [-3, '0:00'],
])('%d seconds read %s', (seconds, expected) => {
  expect(clockText(seconds)).toBe(expected);
});
