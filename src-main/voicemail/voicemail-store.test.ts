import Database from 'better-sqlite3';
import { beforeEach, expect, test } from 'vitest';
import type { VoiceMessage } from '../../src-shared/model/voicemail.ts';
import { voicemail as migration } from '../core/migrations/031-voicemail.ts';
import { voicemailMailbox } from '../core/migrations/058-voicemail-mailbox.ts';
import type { PlayableAudio } from './audio.ts';
import { VoicemailStore } from './voicemail-store.ts';
import { storeOver } from '../core/store.ts';

const box = 'alice at one';

let db: Database.Database;
beforeEach(() => {
  db = new Database(':memory:');
  migration.up(db);
  voicemailMailbox.up(db);
});

function message(uid: number, changes: Partial<VoiceMessage> = {}): VoiceMessage {
  return { id: `1-${uid}`, number: '6101', receivedAtMs: uid, durationS: 5, heard: false, urgent: false, ...changes };
}

function sound(bytes: number): PlayableAudio {
  return { mimeType: 'audio/wav', bytes: Buffer.alloc(bytes, 7), durationS: 1 };
}

test('the list is kept as it was, newest first, apart for each account', () => {
  const store = new VoicemailStore(storeOver(db), 'a');
  const other = new VoicemailStore(storeOver(db), 'b');
  store.replace(box, [message(1, { name: 'Bob', heard: true }), message(2, { urgent: true })]);
  other.replace(box, [message(9)]);
  expect(store.messages(box)).toEqual([message(2, { urgent: true }), message(1, { name: 'Bob', heard: true })]);
  expect(other.messages(box)).toEqual([message(9)]);
});

test('sound that was played is kept; that of messages which are gone goes too', () => {
  const store = new VoicemailStore(storeOver(db), 'a');
  store.replace(box, [message(1), message(2)]);
  store.putAudio(box, '1-1', sound(10), 1);
  store.putAudio(box, '1-2', sound(10), 2);
  store.replace(box, [message(2)]);
  expect(store.audio(box, '1-1', 3)).toBeUndefined();
  expect(store.audio(box, '1-2', 3)).toEqual({ mimeType: 'audio/wav', bytes: Buffer.alloc(10, 7) });
  expect(new VoicemailStore(storeOver(db), 'b').audio(box, '1-2', 3)).toBeUndefined();
});

test('when the room is full, what was played longest ago goes; what is larger than the room is not kept', () => {
  const store = new VoicemailStore(storeOver(db), 'a', 25);
  store.putAudio(box, '1-1', sound(10), 1);
  store.putAudio(box, '1-2', sound(10), 2);
  expect(store.audio(box, '1-1', 3)).toBeDefined();
  store.putAudio(box, '1-3', sound(10), 4);
  expect(['1-1', '1-2', '1-3'].map((id) => store.audio(box, id, 5) !== undefined)).toEqual([true, false, true]);
  store.putAudio(box, '1-4', sound(26), 6);
  expect(store.audio(box, '1-4', 7)).toBeUndefined();
  expect(store.audio(box, '1-3', 7)).toBeDefined();
});

test('a message and its sound are of one mailbox: another one has the same ids', () => {
  const store = new VoicemailStore(storeOver(db), 'a');
  store.replace(box, [message(1)]);
  store.putAudio(box, '1-1', sound(10), 1);
  expect(store.messages('alice at two')).toEqual([]);
  expect(store.audio('alice at two', '1-1', 2)).toBeUndefined();
  store.replace('alice at two', [message(1)]);
  expect(store.messages(box)).toEqual([]);
  expect(store.audio(box, '1-1', 3)).toBeUndefined();
});

test('sound that was kept before mailboxes were told apart is fetched again', () => {
  const old = new Database(':memory:');
  migration.up(old);
  old.exec(`INSERT INTO voicemail_audio (account_id, id, mime_type, bytes, size_bytes, played_at_ms)
            VALUES ('a', '1-1', 'audio/wav', x'00', 1, 1)`);
  voicemailMailbox.up(old);
  expect(old.prepare('SELECT count(*) FROM voicemail_audio').pluck().get()).toBe(0);
});
