import { expect, test } from 'vitest';
import { showsDeleted } from './after-deletion.ts';

test('only what was deleted itself is left', () => {
  expect(showsDeleted({ section: 'calls', item: 'a' }, 'calls', ['b', 'a'])).toBe(true);
  expect(showsDeleted({ section: 'calls', item: 'c' }, 'calls', ['b', 'a'])).toBe(false);
  expect(showsDeleted({ section: 'calls' }, 'calls', ['a'])).toBe(false);
  // The same address may be a contact and a chat.
  expect(showsDeleted({ section: 'contacts', item: 'a' }, 'chats', ['a'])).toBe(false);
});

test('a running call stays when an older one is deleted, and one that has ended is left', () => {
  expect(showsDeleted({ section: 'calls', item: 'live:now' }, 'calls', ['old'])).toBe(false);
  expect(showsDeleted({ section: 'calls', item: 'live:over' }, 'calls', ['over'])).toBe(true);
});
