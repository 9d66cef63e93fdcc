import { expect, test } from 'vitest';
import type { CallRecord, History } from '../../src-shared/model/history.ts';
import { recentWith } from './recent-with.ts';

const call = (id: string, number: string, startedAtMs: number, more: Partial<CallRecord> = {}): CallRecord => ({
  id,
  direction: 'in',
  number,
  startedAtMs,
  missed: false,
  seen: true,
  ...more,
});
const history: History = {
  calls: [
    call('by-jid', '4210', 100, { jid: 'nadia@example.com' }),
    call('national', '020 7946 0142', 300),
    call('other', '+44 20 7946 0999', 400),
  ],
  chats: [
    { peer: 'nadia@example.com', name: 'Nadia', lastBody: 'hello', lastAtMs: 200, unread: 0 },
    { peer: 'tom@example.com', name: 'Tom', lastBody: 'hi', lastAtMs: 900, unread: 0 },
  ],
  voiceMessages: [{ id: 'v', number: '+442079460142', receivedAtMs: 50, durationS: 3, heard: true }],
  missedUnseen: 0,
};

test('finds calls by address and by number however it is written, chats and voice messages, newest first', () => {
  const items = recentWith({ jid: 'nadia@example.com', numbers: ['+442079460142'] }, history);
  expect(items.map((item) => item.key)).toEqual(['call national', 'chat nadia@example.com', 'call by-jid', 'voice v']);
});

test('somebody without number and address has no history', () => {
  expect(recentWith({ numbers: ['', 'ext'] }, history)).toEqual([]);
});
