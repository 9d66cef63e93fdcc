import { describe, expect, test } from 'vitest';
import type { CallRecord } from '../../src-shared/model/history.ts';
import { callOutcome, groupCalls, talkSeconds } from './call-words.ts';

const call = (id: string, more: Partial<CallRecord> = {}): CallRecord => ({
  id,
  direction: 'in',
  number: '100',
  startedAtMs: 0,
  missed: false,
  seen: true,
  ...more,
});

describe('the list of calls', () => {
  test('joins missed calls of one number that follow each other', () => {
    const groups = groupCalls([
      call('a', { missed: true }),
      call('b', { missed: true }),
      call('c', { missed: true, number: '200' }),
      call('d', { missed: true }),
    ]);
    expect(groups.map((group) => [group.newest.id, group.ids])).toEqual([
      ['a', ['a', 'b']],
      ['c', ['c']],
      ['d', ['d']],
    ]);
  });
  test('calls that were answered stay rows of their own', () => {
    expect(groupCalls([call('a'), call('b')])).toHaveLength(2);
  });
});

test('how a call went', () => {
  expect(callOutcome(call('a', { missed: true }))).toBe('missed');
  expect(callOutcome(call('a'))).toBe('in');
  expect(callOutcome(call('a', { direction: 'out', endedAtMs: 5 }))).toBe('failed');
  expect(callOutcome(call('a', { direction: 'out', connectedAtMs: 2, endedAtMs: 5 }))).toBe('out');
  expect(callOutcome(call('a', { direction: 'out' }))).toBe('out');
});

test('talk time runs from answer to end', () => {
  expect(talkSeconds(call('a', { connectedAtMs: 1_000, endedAtMs: 63_400 }))).toBe(62);
  expect(talkSeconds(call('a', { endedAtMs: 63_400 }))).toBeUndefined();
});
