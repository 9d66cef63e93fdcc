import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '../../src-shared/limits.ts';
import { chat } from '../core/migrations/010-chat.ts';
import { deletedChats } from '../core/migrations/055-deleted-chats.ts';
import { deletedChatsClock } from '../core/migrations/057-deleted-chats-clock.ts';
import { openMemoryStore } from '../core/store.ts';
import type { Store } from '../core/store.ts';
import { DeletedChatsStore } from './deleted-chats-store.ts';

const bob = 'bob@example.com';

let store: Store;
let deleted: DeletedChatsStore;

beforeEach(() => {
  store = openMemoryStore([chat, deletedChats, deletedChatsClock]);
  deleted = new DeletedChatsStore(store, 'alice');
});
afterEach(() => {
  store.close();
});

function say(body: string): void {
  store.db
    .prepare(
      `INSERT INTO messages (account_id, id, peer, direction, body, sent_at_ms, state)
       VALUES ('alice', ?, ?, 'in', ?, 1, 'received')`,
    )
    .run(body, bob, body);
}

function bodies(): readonly unknown[] {
  return store.db.prepare('SELECT body FROM messages ORDER BY row').pluck().all();
}

test('a message that comes while a long chat is being deleted stays', async () => {
  for (let number = 0; number < 2.5 * limits.transactionRows; number += 1) say(`old ${String(number)}`);
  const lastRow = deleted.deleteChat(bob, 5);
  let rooms = 0;
  await deleted.deleteMessages(bob, lastRow, () => {
    say(`new ${String((rooms += 1))}`);
    return Promise.resolve();
  });
  expect(bodies()).toEqual(['new 1', 'new 2']);
});

test('what was not deleted to the end is known until it is, and nothing of a later chat goes with it', async () => {
  for (let number = 0; number < 2.5 * limits.transactionRows; number += 1) say(`old ${String(number)}`);
  const lastRow = deleted.deleteChat(bob, 5);
  const ends = new Error('the program ends');
  await expect(deleted.deleteMessages(bob, lastRow, () => Promise.reject(ends))).rejects.toBe(ends);
  say('a new chat');

  const again = new DeletedChatsStore(store, 'alice');
  expect(again.unfinished()).toEqual([{ peer: bob, lastRow }]);
  expect(new DeletedChatsStore(store, 'carol').unfinished()).toEqual([]);
  for (const { peer, lastRow: last } of again.unfinished()) await again.deleteMessages(peer, last);
  expect(bodies()).toEqual(['a new chat']);
  expect(again.unfinished()).toEqual([]);
});

test('a deletion counts by the server’s clock once that is known, and never lies after what it says', () => {
  const isKept = (stampMs: number) => !deleted.covers({ peer: bob, stampMs });
  deleted.deleteChat(bob, 10_000);
  expect([isKept(10_000), isKept(10_001)]).toEqual([false, true]);
  expect(deleted.hasUnsettled()).toBe(true);
  expect(new DeletedChatsStore(store, 'carol').hasUnsettled()).toBe(false);
  deleted.settle(-4_000, 7_000);
  expect([isKept(6_000), isKept(6_001), deleted.hasUnsettled()]).toEqual([false, true, false]);
  deleted.settle(0, 8_000);
  expect(isKept(6_001)).toBe(true);
  // The clock was set right between the deletion and the answer.
  deleted.deleteChat(bob, 20_000);
  deleted.settle(0, 12_000);
  expect([isKept(12_000), isKept(12_001)]).toEqual([false, true]);
});

test('a chat of exactly as many messages as one transaction takes is done, too', async () => {
  for (let number = 0; number < limits.transactionRows; number += 1) say(`old ${String(number)}`);
  await deleted.deleteMessages(bob, deleted.deleteChat(bob, 5), () => {
    say('new');
    return Promise.resolve();
  });
  expect(bodies()).toEqual([]);
  expect(deleted.unfinished()).toEqual([]);
});
