import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { limits } from '../../src-shared/limits.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { chat } from '../core/migrations/010-chat.ts';
import { MessageStore } from './message-store.ts';
import type { TimedMessage } from './message-store.ts';
import { storeOver } from '../core/store.ts';

let db: Database.Database;
let store: MessageStore;

beforeEach(() => {
  db = new Database(':memory:');
  chat.up(db);
  store = new MessageStore(storeOver(db), 'account');
});

function incoming(body: string, changes: Partial<TimedMessage> = {}): TimedMessage {
  return {
    peer: 'bob@example.com',
    direction: 'in',
    body,
    stampMs: undefined,
    sentAtMs: 1_000,
    archiveId: undefined,
    originKey: undefined,
    source: 'live',
    receiptTo: undefined,
    countsAsUnread: true,
    ...changes,
  };
}

function outgoing(id: string, sentAtMs = 1_000): ChatMessage {
  return { id, peer: 'bob@example.com', direction: 'out', body: id, sentAtMs, state: 'sending' };
}

describe('the same message', () => {
  test.each([
    [
      'by its archive id, whoever it claims to be from',
      { archiveId: 'a1' },
      { archiveId: 'a1', peer: 'carol@example.com' },
    ],
    ['by its origin id', { originKey: 'o:1' }, { originKey: 'o:1' }],
  ])('is known %s', (_how, first, second) => {
    store.addAll([incoming('once', first)]);
    expect(store.isKnown(incoming('again', second))).toBe(true);
    expect(store.addAll([incoming('again', second)])).toEqual([]);
  });

  test.each([
    ['of another person', { originKey: 'o:1', peer: 'carol@example.com' }],
    ['of the other direction', { originKey: 'o:1', direction: 'out' as const }],
    ['of another id', { originKey: 'o:2' }],
    ['without any id', {}],
  ])('is not mistaken for one %s', (_what, second) => {
    store.addAll([incoming('once', { originKey: 'o:1' })]);
    expect(store.isKnown(incoming('once', second))).toBe(false);
  });

  test('in another account of this computer is another message', () => {
    store.addAll([incoming('once', { archiveId: 'a1', originKey: 'o:1' })]);
    const other = new MessageStore(storeOver(db), 'other');
    expect(other.addAll([incoming('once', { archiveId: 'a1', originKey: 'o:1' })])).toHaveLength(1);
  });
});

test('more messages than one transaction holds are all stored, in order', () => {
  const many = Array.from({ length: limits.transactionRows * 3 + 7 }, (_, index) => incoming(`${index}`));
  expect(store.addAll(many).map(({ body }) => body)).toEqual(many.map(({ body }) => body));
  expect(store.unread()).toBe(many.length);
});

describe('a page', () => {
  test('goes back from a message, oldest first, and says whether there is more', () => {
    store.addAll(Array.from({ length: 10 }, (_, index) => incoming(`${index}`, { sentAtMs: 1_000 + index })));
    const newest = store.page('bob@example.com', undefined, 4);
    expect(newest.messages.map(({ body }) => body)).toEqual(['6', '7', '8', '9']);
    expect(newest.more).toBe(true);
    const next = store.page('bob@example.com', newest.messages[0], 100);
    expect(next.messages.map(({ body }) => body)).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(next.more).toBe(false);
  });

  test('is never longer than asked, and misses and doubles nothing where many share a time', () => {
    const times = [1, 2, 2, 2, 2, 3];
    store.addAll(times.map((sentAtMs, index) => incoming(`${index}`, { sentAtMs })));
    const read: string[] = [];
    let before: ChatMessage | undefined;
    for (let more = true; more;) {
      const page = store.page('bob@example.com', before, 2);
      expect(page.messages.length).toBeLessThanOrEqual(2);
      read.unshift(...page.messages.map(({ body }) => body));
      before = page.messages[0];
      more = page.more;
    }
    expect(read).toEqual(['0', '1', '2', '3', '4', '5']);
  });

  test('before a message that is known no more begins at its time', () => {
    store.addAll([1, 2, 2, 3].map((sentAtMs, index) => incoming(`${index}`, { sentAtMs })));
    const page = store.page('bob@example.com', { id: 'deleted', sentAtMs: 2 }, 10);
    expect(page.messages.map(({ body }) => body)).toEqual(['0']);
  });
});

describe('the list of chats', () => {
  test('has the newest message of each, newest chat first, and counts what is unread', () => {
    store.addAll([
      incoming('old', { sentAtMs: 5 }),
      incoming('new', { sentAtMs: 9 }),
      incoming('late', { sentAtMs: 7 }),
    ]);
    store.addAll([incoming('hers', { peer: 'carol@example.com', sentAtMs: 8 })]);
    expect(store.conversations()).toMatchObject([
      { peer: 'bob@example.com', lastBody: 'new', unread: 3 },
      { peer: 'carol@example.com', lastBody: 'hers', unread: 1 },
    ]);
    expect(store.unread()).toBe(4);
    expect(store.markRead('bob@example.com')).toBe(true);
    expect(store.markRead('bob@example.com')).toBe(false);
    expect(store.unread()).toBe(1);
  });

  test('counts as read what was answered from another device', () => {
    store.addAll([incoming('question')]);
    store.addAll([
      incoming('second question', { sentAtMs: 2_000 }),
      incoming('answer', { direction: 'out', sentAtMs: 3_000 }),
      incoming('thanks', { sentAtMs: 4_000 }),
    ]);
    expect(store.unread()).toBe(1);
  });

  test('does not call old messages of the server’s archive news', () => {
    store.addAll([incoming('last year', { countsAsUnread: false })]);
    expect(store.unread()).toBe(0);
  });

  test(`shows at most ${limits.historyRowsPerTab}`, () => {
    store.addAll(
      Array.from({ length: limits.historyRowsPerTab + 5 }, (_, index) =>
        incoming('x', { peer: `p${index}@example.com`, sentAtMs: index }),
      ),
    );
    const rows = store.conversations();
    expect(rows).toHaveLength(limits.historyRowsPerTab);
    expect(rows[0]?.peer).toBe(`p${limits.historyRowsPerTab + 4}@example.com`);
  });

  test('forgets a chat whose only message was discarded', () => {
    store.addOutgoing(outgoing('m1'));
    expect(store.discard('m1')).toBeUndefined();
    store.markFailed('m1', 'No.');
    expect(store.discard('m1')).toMatchObject({ id: 'm1' });
    expect(store.conversations()).toEqual([]);
  });
});

describe('a message of ours', () => {
  test('goes from sending to sent, and no acknowledgement revives one that failed', () => {
    store.addOutgoing(outgoing('m1'));
    store.addOutgoing(outgoing('m2'));
    store.markFailed('m2', 'No.');
    const sent: string[] = [];
    store.markSent(['m1', 'm2', 'unknown'], (messages) => sent.push(...messages.map(({ id }) => id)));
    expect(sent).toEqual(['m1']);
    expect(store.get('m2')).toMatchObject({ state: 'failed', failure: 'No.' });
    expect(store.markSending('m2')).toMatchObject({ id: 'm2', state: 'sending' });
    expect(store.get('m2')).not.toHaveProperty('failure');
    expect(store.markSending('m1')).toBeUndefined();
  });

  test('that was written and turns up in the archive was sent', () => {
    const found = incoming('m1', { direction: 'out', originKey: 'o:m1', archiveId: 'a1', source: 'archive' });
    store.addOutgoing(outgoing('m1'));
    expect(store.confirmFromArchive(found)).toBeUndefined();
    store.markWritten(['m1']);
    expect(store.outbox('written', 10)).toMatchObject([{ id: 'm1', attempts: 1 }]);
    expect(store.confirmFromArchive(found)).toMatchObject({ id: 'm1', state: 'sent' });
    expect(store.outbox('written', 10)).toEqual([]);
    expect(store.isKnown(found)).toBe(true);
  });

  test('keeps its place in the outbox when it is written again', () => {
    for (const id of ['m1', 'm2', 'm3']) store.addOutgoing(outgoing(id));
    store.markWritten(['m1', 'm2']);
    store.markUnwritten(['m1', 'm2']);
    expect(store.outbox('unwritten', 10).map(({ id, attempts }) => [id, attempts])).toEqual([
      ['m1', 1],
      ['m2', 1],
      ['m3', 0],
    ]);
  });
});
