import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import type { CallList as CallListSnapshot } from '../../src-shared/contract/calls.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { callHistory } from '../core/migrations/020-call-history.ts';
import type { KnownParty } from '../directory/reverse-lookup.ts';
import { CallHistory } from '../history/history.ts';
import { HistoryStore } from '../history/history-store.ts';
import { CallList } from './call-list.ts';
import { CallsService } from './calls-service.ts';
import { FakeDevice } from './fake-device.test-support.ts';
import type { FakeDeviceCall } from './fake-device.test-support.ts';

let clock: TestClock;
let hub: TopicHub;
let device: FakeDevice;
let history: CallHistory;
let list: CallList;
let service: CallsService;
const legs: unknown[] = [];
const people = new Map<string, KnownParty>();

beforeEach(async () => {
  clock = new TestClock();
  hub = new TopicHub();
  device = new FakeDevice();
  people.clear();
  const db = new Database(':memory:');
  callHistory.up(db);
  history = new CallHistory({
    store: new HistoryStore(db, 'account'),
    hub,
    clock,
    chats: () => [],
    voiceMessages: () => [],
  });
  list = new CallList({
    device,
    hub,
    clock,
    log: silentLogger,
    history,
    lookup: { byNumber: (number) => people.get(number), byJid: (jid) => people.get(jid) },
    region: () => 'GB',
  });
  service = new CallsService(list, history, { windowLeg: (...told) => legs.push(told) });
  await service.start();
});

function snapshot(): CallListSnapshot {
  return hub.current('calls').snapshot as CallListSnapshot;
}

function only(): Call {
  const [call, ...others] = snapshot().calls;
  if (call === undefined || others.length > 0) throw new Error(`${snapshot().calls.length} calls`);
  return call;
}

function ring(callId = 'one', number = '6102', name?: string): FakeDeviceCall {
  const call = device.ring(callId, number, name);
  if (call === undefined) throw new Error('refused');
  return call;
}

function place(target = '020 7946 0102', name?: string): { callId: string; call: FakeDeviceCall } {
  const { callId } = list.place(target, name);
  const call = device.calls.at(-1);
  if (call === undefined) throw new Error('not placed');
  return { callId, call };
}

describe('an outgoing call', () => {
  test('shows at once, in the revision that the answer names', () => {
    const { revision } = list.place('6102', undefined);
    expect(hub.revision('calls')).toBe(revision);
    expect(only()).toMatchObject({
      direction: 'out',
      state: 'calling',
      party: { number: '6102' },
      deviceId: 'fake',
      muted: false,
    });
  });

  test('has the name of the person whose number it is', () => {
    people.set('+442079460102', { name: 'Bob Okafor', jid: 'bob@example.com' });
    place();
    expect(only().party).toEqual({
      number: '02079460102',
      e164: '+442079460102',
      name: 'Bob Okafor',
      jid: 'bob@example.com',
    });
    expect(device.dialled).toMatchObject([{ dialled: '02079460102', shown: '020 7946 0102' }]);
  });

  test('has the name that it was placed with before that of the directory', () => {
    people.set('+442079460102', { name: 'Bob Okafor' });
    place('020 7946 0102', 'Bob at home');
    expect(only().party.name).toBe('Bob at home');
  });

  test('rings, is established and ends, and stays for three seconds', () => {
    const { callId, call } = place();
    call.tell({ type: 'farEndRings' });
    expect(only().state).toBe('ringing');
    clock.advance(1_000);
    call.tell({ type: 'established', encrypted: true, codec: 'opus' });
    expect(only()).toMatchObject({ state: 'connected', encrypted: true, codec: 'opus', connectedAtMs: clock.now() });
    call.tell({ type: 'farEndRings' });
    expect(only().state).toBe('connected');
    call.tell({ type: 'end', reason: 'remoteHungUp' });
    expect(only()).toMatchObject({ id: callId, state: 'ended', endReason: 'remoteHungUp', capabilities: [] });
    clock.advance(2_999);
    expect(snapshot().calls).toHaveLength(1);
    clock.advance(1);
    expect(snapshot().calls).toHaveLength(0);
  });

  test('keeps the words of its end', () => {
    const { call } = place();
    call.tell({ type: 'end', reason: 'mediaFailed', notice: 'No microphone was found.' });
    expect(only().notice).toBe('No microphone was found.');
  });

  test('is not placed during another call, in words', () => {
    place();
    expect(() => list.place('6103', undefined)).toThrow(/already in a call/);
  });

  test('is not placed to a name', () => {
    expect(() => list.place('Bob Okafor', undefined)).toThrow(AppError);
    expect(snapshot().calls).toEqual([]);
  });
});

describe('an incoming call', () => {
  test('has the name that the caller sends, and the JID that the directory knows', () => {
    people.set('6102', { name: 'Robert Okafor', jid: 'bob@example.com' });
    ring('one', '6102', 'Bob');
    expect(only().party).toEqual({ number: '6102', name: 'Bob', jid: 'bob@example.com' });
  });

  test('has the name of the directory when the caller sends none', () => {
    people.set('bob@example.com', { name: 'Bob Okafor', jid: 'bob@example.com' });
    ring('one', 'bob@example.com');
    expect(only().party.name).toBe('Bob Okafor');
  });

  test('is answered', async () => {
    const call = ring();
    await list.answer('one');
    expect(only().state).toBe('connecting');
    expect(call.done).toEqual(['answer']);
    call.tell({ type: 'established', encrypted: false });
    expect(only().state).toBe('connected');
  });

  test('rings on when it cannot be answered now', async () => {
    const call = ring();
    call.failure = new AppError('media', 'No Parley window has the microphone.');
    await expect(list.answer('one')).rejects.toThrow('No Parley window');
    expect(only().state).toBe('ringing');
    expect(only().capabilities).toContain('answer');
  });

  test('is refused in words while another one is connected, and can be answered when that ended', async () => {
    const first = ring('one');
    await list.answer('one');
    first.tell({ type: 'established', encrypted: false });
    const second = ring('two', '6103');
    expect(snapshot().calls).toMatchObject([{ state: 'connected' }, { state: 'ringing' }]);
    await expect(list.answer('two')).rejects.toThrow(/End that call before/);
    expect(second.done).toEqual([]);
    first.tell({ type: 'end', reason: 'remoteHungUp' });
    await list.answer('two');
    expect(second.done).toEqual(['answer']);
  });

  test('beyond eight at once is busy', () => {
    for (let index = 1; index <= 8; index += 1) ring(`call ${index}`);
    expect(device.ring('call 9', '6109')).toBeUndefined();
    expect(snapshot().calls).toHaveLength(8);
  });

  test('cannot be answered or declined after it ended', async () => {
    ring().tell({ type: 'end', reason: 'cancelled' });
    await expect(list.answer('one')).rejects.toThrow('This call is over.');
    await expect(list.decline('one')).rejects.toThrow('This call is over.');
    await expect(list.answer('never was')).rejects.toThrow('This call is over.');
    await expect(list.hangUp('one')).resolves.toBeGreaterThan(0);
  });
});

describe('a connected call', () => {
  function connected(): { callId: string; call: FakeDeviceCall } {
    const placed = place();
    placed.call.tell({ type: 'established', encrypted: false, codec: 'PCMA' });
    return placed;
  }

  test('is muted once the device did it', async () => {
    const { callId, call } = connected();
    const { revision } = await service.handlers['calls.mute']({ callId, muted: true }, 'w');
    expect(only().muted).toBe(true);
    expect(hub.revision('calls')).toBe(revision);
    call.failure = new AppError('timeout', 'That took too long.');
    await expect(list.mute(callId, false)).rejects.toThrow();
    expect(only().muted).toBe(true);
  });

  test('sends digits, when its device can', async () => {
    const { callId, call } = connected();
    await service.handlers['calls.dtmf']({ callId, digits: '1#' }, 'w');
    expect(call.done).toEqual(['dtmf 1#']);
    ring('two');
    await expect(list.dtmf('two', '1')).rejects.toThrow(AppError);
  });

  test('shows and drops notices, and a change of codec', () => {
    const { call } = connected();
    call.tell({ type: 'notice', notice: 'The other side put you on hold.' });
    expect(only().notice).toBe('The other side put you on hold.');
    call.tell({ type: 'notice' });
    expect(only()).not.toHaveProperty('notice');
    call.tell({ type: 'media', encrypted: false, codec: 'G722' });
    expect(only().codec).toBe('G722');
  });
});

describe('the topic', () => {
  test('tells the state of the line', () => {
    device.changeLine({ state: 'failed', message: 'The phone server did not accept your password.' });
    expect(snapshot().line.message).toBe('The phone server did not accept your password.');
  });

  test('is empty after the service stopped, and no timer is left', async () => {
    ring().tell({ type: 'end', reason: 'cancelled' });
    await service.stop();
    expect(snapshot().calls).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('the history', () => {
  const newest = () => history.snapshot().calls[0];

  test('has a call from its first moment', () => {
    place();
    expect(newest()).toMatchObject({ direction: 'out', number: '02079460102', e164: '+442079460102', missed: false });
    expect(newest()).not.toHaveProperty('endedAtMs');
  });

  test('knows when it was connected and how it ended', () => {
    const { call } = place();
    clock.advance(2_000);
    call.tell({ type: 'established', encrypted: false });
    const connectedAtMs = clock.now();
    clock.advance(60_000);
    call.tell({ type: 'end', reason: 'remoteHungUp' });
    expect(newest()).toMatchObject({ connectedAtMs, endedAtMs: clock.now(), endReason: 'remoteHungUp' });
  });

  test.each([
    ['cancelled', true],
    ['noAnswer', true],
    ['network', true],
    ['failed', true],
    ['answeredElsewhere', false],
    ['declined', false],
    ['mediaFailed', false],
  ] as const)('an incoming call that ended by %s is missed: %s', (reason, missed) => {
    ring().tell({ type: 'end', reason });
    expect(newest()?.missed).toBe(missed);
    expect(history.snapshot().missedUnseen).toBe(missed ? 1 : 0);
  });

  test('an answered call is not missed, and an outgoing one never', async () => {
    const call = ring();
    await list.answer('one');
    call.tell({ type: 'established', encrypted: false });
    call.tell({ type: 'end', reason: 'failed' });
    expect(newest()?.missed).toBe(false);
    place().call.tell({ type: 'end', reason: 'noAnswer' });
    expect(newest()?.missed).toBe(false);
  });

  test('missed calls are seen when they were looked at', async () => {
    ring().tell({ type: 'end', reason: 'cancelled' });
    await service.handlers['history.markSeen'](null, 'w');
    expect(history.snapshot().missedUnseen).toBe(0);
    expect(newest()?.missed).toBe(true);
  });
});

test('what the window tells of a leg reaches the device', async () => {
  await service.handlers['media.leg']({ callId: 'one', state: 'micDenied', detail: 'no' }, 'w');
  expect(legs).toEqual([['one', 'micDenied', 'no']]);
});
