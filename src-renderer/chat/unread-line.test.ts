import { expect, test } from 'vitest';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { firstUnread } from './unread-line.ts';

const message = (id: string, direction: 'in' | 'out'): ChatMessage => ({
  id,
  peer: 'bob@example.com',
  direction,
  body: id,
  sentAtMs: 1,
  state: direction === 'in' ? 'received' : 'sent',
});
const log = [message('a', 'in'), message('b', 'out'), message('c', 'in'), message('d', 'out'), message('e', 'in')];

test.each([
  [1, 'e'],
  [2, 'c'],
  // Not all of them are held yet: the oldest that is.
  [9, 'a'],
])('%i unread messages begin at %s', (unread, id) => {
  expect(firstUnread(log, unread)).toBe(id);
});

test('what one wrote oneself is never new', () => {
  expect(firstUnread([message('b', 'out')], 1)).toBeUndefined();
});
