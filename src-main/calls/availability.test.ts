import { expect, test } from 'vitest';
import { availabilityOf } from './availability.ts';

test.each([
  ['idle', 'dnd', 'free'],
  ['inUse', 'available', 'busy'],
  ['ringing', 'available', 'busy'],
  ['held', 'offline', 'busy'],
  ['unknown', 'available', 'free'],
  ['unknown', 'onphone', 'busy'],
  [undefined, 'offline', 'unknown'],
] as const)('a phone that is %s of somebody who is %s: %s', (line, presence, expected) => {
  expect(availabilityOf(presence, line)).toBe(expected);
});
