import { expect, test } from 'vitest';
import { CallsUnderWay } from './calls-under-way.ts';

const same = { then: '6102', now: '6102' };

test('Enter pressed twice is one call, and another number is not held up by it', () => {
  const calls = new CallsUnderWay();
  expect(calls.begin('6102')).toBe(true);
  expect(calls.begin('6102')).toBe(false);
  expect(calls.begin('6103')).toBe(true);
  calls.end('6102', false, same);
  expect(calls.begin('6102')).toBe(true);
});

test('the box is emptied by a call on its way, but neither by a refusal nor when something else was typed', () => {
  const calls = new CallsUnderWay();
  expect(calls.end('6102', true, same)).toBe(true);
  expect(calls.end('6102', false, same)).toBe(false);
  expect(calls.end('6102', true, { then: '6102', now: 'nad' })).toBe(false);
});
