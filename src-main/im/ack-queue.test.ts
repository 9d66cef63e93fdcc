import { expect, test } from 'vitest';
import { AckError, AckQueue } from './ack-queue.ts';

function queueOf(...stanzas: readonly string[]): AckQueue {
  const queue = new AckQueue();
  for (const xml of stanzas) queue.push({ xml });
  return queue;
}

test('takes off what is acknowledged, in order, and keeps the rest', () => {
  const queue = queueOf('a', 'b', 'c');
  expect(queue.acknowledge(2).map(({ xml }) => xml)).toEqual(['a', 'b']);
  expect(queue.acknowledge(2)).toEqual([]);
  expect(queue.waiting().map(({ xml }) => xml)).toEqual(['c']);
  expect(queue.sentCounter).toBe(3);
});

test('refuses an acknowledgement of what was never sent', () => {
  const queue = queueOf('a');
  expect(() => queue.acknowledge(2)).toThrow(AckError);
  expect(queue.size).toBe(1);
});

test('refuses a counter that goes back', () => {
  const queue = queueOf('a', 'b');
  queue.acknowledge(2);
  expect(() => queue.acknowledge(1)).toThrow(AckError);
});

test('the counter wraps after 2^32 - 1 (XEP-0198 section 4)', () => {
  const queue = new AckQueue(0xffff_fffe);
  for (const xml of ['a', 'b', 'c']) queue.push({ xml });
  expect(queue.sentCounter).toBe(1);
  expect(queue.acknowledge(0xffff_ffff).map(({ xml }) => xml)).toEqual(['a']);
  expect(queue.acknowledge(1).map(({ xml }) => xml)).toEqual(['b', 'c']);
});
