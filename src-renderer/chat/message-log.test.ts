import { describe, expect, test } from 'vitest';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { emptyLog, logReducer, placeMessages } from './message-log.ts';

const message = (id: string, sentAtMs: number, more: Partial<ChatMessage> = {}): ChatMessage => ({
  id,
  peer: 'bob@example.com',
  direction: 'in',
  body: id,
  sentAtMs,
  state: 'received',
  ...more,
});
const ids = (log: { readonly messages: readonly ChatMessage[] }) => log.messages.map((held) => held.id);

describe('the log of a conversation', () => {
  test('keeps a message once, with its latest state', () => {
    let log = logReducer(emptyLog, {
      type: 'newestLoaded',
      messages: [message('a', 1, { direction: 'out', state: 'sending' })],
      more: false,
    });
    log = logReducer(log, { type: 'changed', message: message('a', 1, { direction: 'out', state: 'sent' }) });
    expect(log.messages).toHaveLength(1);
    expect(log.messages[0]?.state).toBe('sent');
  });

  test('puts a delayed message where its time belongs', () => {
    let log = logReducer(emptyLog, {
      type: 'newestLoaded',
      messages: [message('a', 10), message('c', 30)],
      more: false,
    });
    log = logReducer(log, { type: 'changed', message: message('b', 20) });
    expect(ids(log)).toEqual(['a', 'b', 'c']);
  });

  test('an event that overtakes the first page is not lost', () => {
    let log = logReducer(emptyLog, { type: 'changed', message: message('new', 50) });
    log = logReducer(log, { type: 'newestLoaded', messages: [message('old', 10)], more: false });
    expect(ids(log)).toEqual(['old', 'new']);
  });

  test('is empty once the chat was deleted, and goes on with what comes then', () => {
    let log = logReducer(emptyLog, { type: 'newestLoaded', messages: [message('a', 10)], more: true });
    log = logReducer(log, { type: 'allRemoved' });
    expect(log).toMatchObject({ messages: [], more: false, state: 'ready' });
    expect(ids(logReducer(log, { type: 'changed', message: message('b', 20) }))).toEqual(['b']);
  });

  test('older pages come before and end when there are no more', () => {
    let log = logReducer(emptyLog, { type: 'newestLoaded', messages: [message('b', 20)], more: true });
    log = logReducer(log, { type: 'olderAsked' });
    expect(log.loadingOlder).toBe(true);
    log = logReducer(log, { type: 'olderLoaded', messages: [message('a', 10)], more: false });
    expect(ids(log)).toEqual(['a', 'b']);
    expect(log).toMatchObject({ more: false, loadingOlder: false });
  });

  test('after a gap wider than a page what is held is dropped, so that no hole stays in the middle', () => {
    let log = logReducer(emptyLog, { type: 'newestLoaded', messages: [message('a', 1)], more: false });
    log = logReducer(log, { type: 'newestLoaded', messages: [message('y', 90), message('z', 91)], more: true });
    expect(ids(log)).toEqual(['y', 'z']);
    expect(log.more).toBe(true);
  });

  test('after a gap within a page the older pages that were loaded stay', () => {
    let log = logReducer(emptyLog, { type: 'newestLoaded', messages: [message('b', 20)], more: true });
    log = logReducer(log, { type: 'olderLoaded', messages: [message('a', 10)], more: false });
    log = logReducer(log, { type: 'newestLoaded', messages: [message('b', 20), message('c', 30)], more: true });
    expect(ids(log)).toEqual(['a', 'b', 'c']);
    expect(log.more).toBe(false);
  });

  test('a discarded message goes', () => {
    const log = logReducer(emptyLog, {
      type: 'newestLoaded',
      messages: [message('a', 1), message('b', 2)],
      more: false,
    });
    expect(ids(logReducer(log, { type: 'removed', id: 'a' }))).toEqual(['b']);
  });

  test('a failure while messages are shown keeps them', () => {
    const log = logReducer(emptyLog, { type: 'newestLoaded', messages: [message('a', 1)], more: true });
    expect(logReducer(log, { type: 'loadFailed' }).state).toBe('ready');
    expect(logReducer(emptyLog, { type: 'loadFailed' }).state).toBe('failed');
  });
});

describe('runs of messages', () => {
  const shape = (messages: readonly ChatMessage[]) =>
    placeMessages(messages).map((placed) => `${placed.first ? '[' : ''}${placed.message.id}${placed.last ? ']' : ''}`);

  test('messages of one side in quick succession are one run', () => {
    expect(shape([message('a', 0), message('b', 1_000), message('c', 2_000, { direction: 'out' })])).toEqual([
      '[a',
      'b]',
      '[c]',
    ]);
  });
  test('a pause breaks a run', () => {
    expect(shape([message('a', 0), message('b', 10 * 60_000)])).toEqual(['[a]', '[b]']);
  });
  test('a message that was not sent stands alone, so that its buttons are its own', () => {
    const out = { direction: 'out' } as const;
    expect(shape([message('a', 0, { ...out, state: 'sent' }), message('b', 1, { ...out, state: 'failed' })])).toEqual([
      '[a]',
      '[b]',
    ]);
  });
});
