import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ChatRecord, VoiceRecord } from '../../src-shared/model/history.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { callHistory } from '../core/migrations/020-call-history.ts';
import { callHistoryWire } from '../core/migrations/051-call-history-wire.ts';
import { callHistoryQuality } from '../core/migrations/052-call-history-quality.ts';
import { callHistoryWords } from '../core/migrations/054-call-history-words.ts';
import { callHistoryServices } from '../core/migrations/056-call-history-services.ts';
import { CallHistory } from './history.ts';
import { HistoryStore } from './history-store.ts';
import { storeOver } from '../core/store.ts';

let db: Database.Database;
let clock: TestClock;
let hub: TopicHub;
let store: HistoryStore;
let history: CallHistory;
let chats: ChatRecord[];
let voiceMessages: VoiceRecord[];

beforeEach(() => {
  db = new Database(':memory:');
  callHistory.up(db);
  callHistoryWire.up(db);
  callHistoryQuality.up(db);
  callHistoryWords.up(db);
  callHistoryServices.up(db);
  clock = new TestClock();
  hub = new TopicHub();
  store = new HistoryStore(storeOver(db), 'alice');
  chats = [];
  voiceMessages = [];
  history = new CallHistory({ store, hub, clock, chats: () => chats, voiceMessages: () => voiceMessages });
});

function begin(id: string, startedAtMs: number, direction: 'in' | 'out' = 'in'): void {
  history.callStarted({ id, direction, number: '6102', startedAtMs });
}

function ids(): readonly string[] {
  return history.snapshot().calls.map((call) => call.id);
}

describe('the Calls tab', () => {
  test('keeps the newest fifty, trimmed in the transaction that inserts', () => {
    for (let index = 1; index <= 60; index += 1) begin(`call ${index}`, index);
    expect(ids()).toHaveLength(50);
    expect(ids()[0]).toBe('call 60');
    expect(ids().at(-1)).toBe('call 11');
    expect(db.prepare('SELECT COUNT(*) FROM call_history').pluck().get()).toBe(50);
  });

  test('loses single calls that ended, and keeps those that go on', () => {
    for (const id of ['one', 'two', 'three']) begin(id, 1);
    for (const id of ['one', 'two']) history.callEnded(id, { endedAtMs: 5, endReason: 'cancelled', missed: true });
    expect(hub.current('history').snapshot).toMatchObject({ missedUnseen: 2 });
    expect(history.remove(['one', 'three', 'nobody'])).toBe(hub.revision('history'));
    expect([...ids()].sort()).toEqual(['three', 'two']);
    expect(hub.current('history').snapshot).toMatchObject({ missedUnseen: 1 });
  });

  test('never holds a fifty-first row, not even within the transaction of another reader', () => {
    for (let index = 1; index <= 50; index += 1) begin(`call ${index}`, index);
    db.exec(`CREATE TRIGGER no_trim BEFORE DELETE ON call_history BEGIN SELECT RAISE(ABORT, 'full disk'); END`);
    expect(() => {
      begin('call 51', 51);
    }).toThrow('full disk');
    expect(db.prepare('SELECT COUNT(*) FROM call_history').pluck().get()).toBe(50);
    expect(ids()[0]).toBe('call 50');
  });

  test('drops a call that is older than all fifty', () => {
    for (let index = 1; index <= 50; index += 1) begin(`call ${index}`, 1_000 + index);
    begin('old', 5);
    expect(ids()).not.toContain('old');
  });

  test("leaves another account's calls alone", () => {
    const other = new HistoryStore(storeOver(db), 'bob');
    other.callStarted({ id: 'theirs', direction: 'in', number: '1', startedAtMs: 1 });
    for (let index = 1; index <= 60; index += 1) begin(`call ${index}`, 100 + index);
    store.markSeen();
    history.clear('calls');
    expect(other.calls()).toMatchObject([{ id: 'theirs', seen: false }]);
  });

  test('gives a call that the program did not see end an end, and counts it as missed when nobody answered', () => {
    begin('in', 1);
    begin('answered', 2);
    store.callConnected('answered', 3);
    begin('out', 4, 'out');
    history.start();
    expect(history.snapshot().calls).toMatchObject([
      { id: 'out', endReason: 'failed', missed: false },
      { id: 'answered', endReason: 'failed', missed: false, endedAtMs: 3 },
      { id: 'in', endReason: 'failed', missed: true },
    ]);
  });

  test('is cleared but for the calls that are running', () => {
    begin('over', 1);
    store.callEnded('over', { endedAtMs: 2, endReason: 'cancelled', missed: true });
    begin('running', 3);
    history.clear('calls');
    expect(ids()).toEqual(['running']);
  });
});

describe('the other tabs', () => {
  const chat = (peer: string, lastAtMs: number): ChatRecord => ({
    peer,
    name: peer,
    lastBody: '',
    lastAtMs,
    unread: 0,
  });
  const voice = (id: string, receivedAtMs: number): VoiceRecord => ({
    id,
    number: '1',
    receivedAtMs,
    durationS: 1,
    heard: false,
  });

  test('show at most fifty of what their services have', () => {
    chats = Array.from({ length: 60 }, (_, index) => chat(`p${index}`, 100 - index));
    voiceMessages = Array.from({ length: 60 }, (_, index) => voice(`v${index}`, 100 - index));
    const snapshot = history.snapshot();
    expect([snapshot.chats.length, snapshot.voiceMessages.length]).toEqual([50, 50]);
    expect(snapshot.chats[0]?.peer).toBe('p0');
  });

  test('show, after they were cleared, only what came later', () => {
    chats = [chat('before', clock.now())];
    voiceMessages = [voice('before', clock.now())];
    history.clear('chats');
    expect(history.snapshot().chats).toEqual([]);
    expect(history.snapshot().voiceMessages).toHaveLength(1);
    clock.advance(1);
    chats = [chat('after', clock.now()), ...chats];
    expect(history.snapshot().chats.map(({ peer }) => peer)).toEqual(['after']);
  });

  test('are published anew when their services say so', () => {
    history.start();
    chats = [chat('bob', 5)];
    const revision = history.refresh();
    expect(hub.current('history')).toMatchObject({ revision, snapshot: { chats: [{ peer: 'bob' }] } });
  });
});

describe('what is written behind the call', () => {
  let turns: (() => void)[];
  beforeEach(() => {
    turns = [];
    const afterTurn = (task: () => void) => turns.push(task);
    history = new CallHistory({ store, hub, clock, chats: () => [], voiceMessages: () => [], afterTurn });
  });

  test('is written in order, and shown once', () => {
    const before = hub.revision('history');
    begin('a', 1, 'out');
    history.callConnected('a', 2);
    history.callEnded('a', { endedAtMs: 3, endReason: 'hungUp', missed: false });
    expect(store.calls()).toEqual([]);
    expect(hub.revision('history')).toBe(before);
    for (const turn of turns) turn();
    expect(store.calls()).toMatchObject([{ id: 'a', connectedAtMs: 2, endedAtMs: 3 }]);
    expect(hub.revision('history')).toBe(before + 1);
  });

  test('is there for whoever looks before, and at a stop', () => {
    begin('a', 1);
    expect(ids()).toEqual(['a']);
    begin('b', 2);
    history.flush();
    expect(store.calls().map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('is there before the tab is cleared or looked at', () => {
    begin('a', 1, 'out');
    history.callEnded('a', { endedAtMs: 3, endReason: 'hungUp', missed: false });
    history.clear('calls');
    for (const turn of turns) turn();
    expect(store.calls()).toEqual([]);
  });

  test('keeps no other from being written when it fails', () => {
    begin('a', 1);
    begin('b', 2);
    db.exec(`CREATE TRIGGER no_a BEFORE INSERT ON call_history WHEN NEW.id = 'a'
             BEGIN SELECT RAISE(ABORT, 'full disk'); END`);
    expect(turns[0]).toThrow('full disk');
    expect(ids()).toEqual(['b']);
  });
});
