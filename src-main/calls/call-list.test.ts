import { beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { ConversationNotes } from './conversation-notes.ts';
import { CallListRig } from './call-list-rig.test-support.ts';
import type { FakeDeviceCall } from './fake-device.test-support.ts';

let rig: CallListRig;
beforeEach(async () => {
  rig = new CallListRig();
  await rig.service.start();
});

describe('an outgoing call', () => {
  test('shows at once, in the revision that the answer names', async () => {
    const placed = rig.list.place('6102', undefined);
    expect(rig.snapshot().calls).toHaveLength(1);
    expect(rig.hub.revision('calls')).toBe((await placed).revision);
    expect(rig.only()).toMatchObject({
      direction: 'out',
      state: 'calling',
      party: { number: '6102' },
      deviceId: 'fake',
      muted: false,
    });
  });

  test('has the name of the person whose number it is', () => {
    rig.people.set('+442079460102', { name: 'Bob Okafor', jid: 'bob@example.com' });
    rig.place();
    expect(rig.only().party).toEqual({
      number: '020 7946 0102',
      e164: '+442079460102',
      name: 'Bob Okafor',
      jid: 'bob@example.com',
    });
    expect(rig.device.dialled).toMatchObject([{ dialled: '02079460102', shown: '020 7946 0102' }]);
  });

  test('is dialled by the rules; the number shown stays, and the history knows both', () => {
    rig.people.set('+18005551212', { name: 'Carol Diaz' });
    rig.place('+1 800 555 1212');
    expect(rig.only()).toMatchObject({
      party: { number: '+1 800 555 1212', e164: '+18005551212', name: 'Carol Diaz' },
      dialled: '51212',
    });
    expect(rig.device.dialled).toMatchObject([{ dialled: '51212' }]);
    expect(rig.history.snapshot().calls).toMatchObject([{ number: '+1 800 555 1212', dialled: '51212' }]);
  });

  test('whose number goes as it was typed has nothing else to tell', () => {
    rig.place('020 7946 0102');
    expect(rig.only()).not.toHaveProperty('dialled');
    expect(rig.history.snapshot().calls[0]).not.toHaveProperty('dialled');
  });

  test('has the name that it was placed with before that of the directory', () => {
    rig.people.set('+442079460102', { name: 'Bob Okafor' });
    rig.place('020 7946 0102', 'Bob at home');
    expect(rig.only().party.name).toBe('Bob at home');
  });

  test('has the name that the phone server gives during the call when nobody named it before, in the history too', () => {
    const unknown = rig.place('6102').call;
    unknown.tell({ type: 'name', name: 'Bob Okafor' });
    expect(rig.only().party).toEqual({ number: '6102', name: 'Bob Okafor' });
    unknown.tell({ type: 'end', reason: 'hungUp' });
    const known = rig.place('6103', 'Carol').call;
    known.tell({ type: 'name', name: 'Someone Else' });
    expect(rig.snapshot().calls.at(-1)?.party.name).toBe('Carol');
    expect(
      rig.history
        .snapshot()
        .calls.map(({ name }) => name)
        .sort(),
    ).toEqual(['Bob Okafor', 'Carol']);
  });

  test('rings, is established and ends, and stays for three seconds', () => {
    const { callId, call } = rig.place();
    call.tell({ type: 'farEndRings' });
    expect(rig.only().state).toBe('ringing');
    rig.clock.advance(1_000);
    call.tell({ type: 'established', encrypted: true, codec: 'opus' });
    expect(rig.only()).toMatchObject({
      state: 'connected',
      encrypted: true,
      codec: 'opus',
      connectedAtMs: rig.clock.now(),
    });
    call.tell({ type: 'farEndRings' });
    expect(rig.only().state).toBe('connected');
    call.tell({ type: 'end', reason: 'remoteHungUp' });
    expect(rig.only()).toMatchObject({ id: callId, state: 'ended', endReason: 'remoteHungUp', capabilities: [] });
    rig.clock.advance(2_999);
    expect(rig.snapshot().calls).toHaveLength(1);
    rig.clock.advance(1);
    expect(rig.snapshot().calls).toHaveLength(0);
  });

  test('takes keys before the answer, from when an announcement is heard', async () => {
    const { callId, call } = rig.place();
    await expect(rig.list.dtmf(callId, '1')).rejects.toThrow(AppError);
    call.hasEarlyMedia = true;
    call.tell({ type: 'media', encrypted: false });
    expect(rig.only().capabilities).toContain('dtmf');
    await rig.list.dtmf(callId, '1');
    expect(call.done).toEqual(['dtmf 1']);
  });

  test('keeps the words of its end', () => {
    const { call } = rig.place();
    call.tell({ type: 'end', reason: 'mediaFailed', notice: 'No microphone was found.' });
    expect(rig.only().notice).toBe('No microphone was found.');
  });

  test('is not placed while another one is not answered yet, in words', async () => {
    rig.place();
    await expect(rig.list.place('6103', undefined)).rejects.toThrow(/You are calling 020 7946 0102/);
    expect(rig.device.calls).toHaveLength(1);
  });

  test('is not placed to a name', async () => {
    await expect(rig.list.place('Bob Okafor', undefined)).rejects.toThrow(AppError);
    expect(rig.snapshot().calls).toEqual([]);
  });
});

describe('an incoming call', () => {
  test('has the name that the caller sends, and the JID that the directory knows', () => {
    rig.people.set('6102', { name: 'Robert Okafor', jid: 'bob@example.com' });
    rig.ring('one', '6102', 'Bob');
    expect(rig.only().party).toEqual({ number: '6102', name: 'Bob', jid: 'bob@example.com' });
  });

  test('is shown and looked up as the lookup rules say', () => {
    rig.people.set('+18005551212', { name: 'Carol Diaz', jid: 'carol@example.com' });
    rig.ring('one', '51212');
    expect(rig.only()).toMatchObject({
      party: { number: '+1 800 555 1212', e164: '+18005551212', name: 'Carol Diaz', jid: 'carol@example.com' },
      dialled: '51212',
    });
  });

  test('of our own domain is known by the part before the @, whichever side writes it', () => {
    rig.people.set('bob@parley.test', { name: 'Bob Okafor', jid: 'bob@parley.test' });
    rig.ring('one', 'Bob');
    expect(rig.only().party).toEqual({ number: 'Bob', name: 'Bob Okafor', jid: 'bob@parley.test' });
    rig.place('sip:bob@parley.test');
    expect(rig.snapshot().calls.at(-1)?.party).toMatchObject({ name: 'Bob Okafor', jid: 'bob@parley.test' });
  });

  test('of somebody who withholds the number is looked up nowhere', () => {
    for (const key of ['anonymous', 'anonymous@parley.test', 'sip:anonymous']) rig.people.set(key, { name: 'Nobody' });
    rig.ring('one', 'anonymous');
    expect(rig.only().party).toEqual({ number: 'anonymous' });
    expect(rig.only()).not.toHaveProperty('dialled');
  });

  test('has the name of the directory when the caller sends none', () => {
    rig.people.set('bob@example.com', { name: 'Bob Okafor', jid: 'bob@example.com' });
    rig.ring('one', 'bob@example.com');
    expect(rig.only().party.name).toBe('Bob Okafor');
  });

  test('is answered', async () => {
    const call = rig.ring();
    await rig.list.answer('one');
    expect(rig.only().state).toBe('connecting');
    expect(call.done).toEqual(['answer']);
    call.tell({ type: 'established', encrypted: false });
    expect(rig.only().state).toBe('connected');
  });

  test('rings on when it cannot be answered now', async () => {
    const call = rig.ring();
    call.failure = new AppError('media', 'No Parley window has the microphone.');
    await expect(rig.list.answer('one')).rejects.toThrow('No Parley window');
    expect(rig.only().state).toBe('ringing');
    expect(rig.only().capabilities).toContain('answer');
  });

  test('beyond eight at once is busy', () => {
    for (let index = 1; index <= 8; index += 1) rig.ring(`call ${index}`);
    expect(rig.device.ring('call 9', '6109')).toBeUndefined();
    expect(rig.snapshot().calls).toHaveLength(8);
  });

  test('cannot be answered or declined after it ended', async () => {
    rig.ring().tell({ type: 'end', reason: 'cancelled' });
    await expect(rig.list.answer('one')).rejects.toThrow('This call is over.');
    await expect(rig.list.decline('one')).rejects.toThrow('This call is over.');
    await expect(rig.list.answer('never was')).rejects.toThrow('This call is over.');
    await expect(rig.list.hangUp('one')).resolves.toBeGreaterThan(0);
  });
});

describe('a connected call', () => {
  function connected(): { callId: string; call: FakeDeviceCall } {
    const placed = rig.place();
    placed.call.tell({ type: 'established', encrypted: false, codec: 'PCMA' });
    return placed;
  }

  test('is muted once the device did it', async () => {
    const { callId, call } = connected();
    const { revision } = await rig.service.handlers['calls.mute']({ callId, muted: true }, 'w');
    expect(rig.only().muted).toBe(true);
    expect(rig.hub.revision('calls')).toBe(revision);
    call.failure = new AppError('timeout', 'That took too long.');
    await expect(rig.list.mute(callId, false)).rejects.toThrow();
    expect(rig.only().muted).toBe(true);
  });

  test('sends digits, when its device can', async () => {
    const { callId, call } = connected();
    await rig.service.handlers['calls.dtmf']({ callId, digits: '1#' }, 'w');
    expect(call.done).toEqual(['dtmf 1#']);
    rig.ring('two');
    await expect(rig.list.dtmf('two', '1')).rejects.toThrow(AppError);
    call.failure = new AppError('unsupported', 'The other side does not take the keys of this call.');
    await expect(rig.list.dtmf(callId, '2')).rejects.toThrow('does not take');
  });

  test('drops the digits that were still to go when it ended: nobody is there to hear them', async () => {
    const { callId, call } = connected();
    let fail: (error: Error) => void = () => undefined;
    call.dtmf = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    const sent = rig.list.dtmf(callId, '1');
    call.tell({ type: 'end', reason: 'remoteHungUp' });
    fail(new AppError('notFound', 'This call is over.'));
    await expect(sent).resolves.toBe(rig.hub.revision('calls'));
    await expect(rig.list.dtmf(callId, '2')).resolves.toBe(rig.hub.revision('calls'));
    rig.clock.advance(3_000);
    expect(rig.snapshot().calls).toEqual([]);
    await rig.list.dtmf(callId, '3');
  });

  test('shows and drops notices, and a change of codec', () => {
    const { call } = connected();
    call.tell({ type: 'notice', notice: 'The other side put you on hold.' });
    expect(rig.only().notice).toBe('The other side put you on hold.');
    call.tell({ type: 'notice' });
    expect(rig.only()).not.toHaveProperty('notice');
    call.tell({ type: 'media', encrypted: false, codec: 'G722' });
    expect(rig.only().codec).toBe('G722');
  });
});

describe('the topic', () => {
  test('tells the state of the line', () => {
    rig.device.changeLine({ state: 'failed', message: 'The phone server did not accept your password.' });
    expect(rig.snapshot().line.message).toBe('The phone server did not accept your password.');
  });

  test('is empty after the service stopped, and no timer is left', async () => {
    rig.ring().tell({ type: 'end', reason: 'cancelled' });
    await rig.service.stop();
    expect(rig.snapshot().calls).toEqual([]);
    expect(rig.clock.pending).toBe(0);
  });
});

describe('the history', () => {
  const newest = () => rig.history.snapshot().calls[0];

  test('has a call from its first moment', () => {
    rig.place();
    expect(newest()).toMatchObject({ direction: 'out', number: '020 7946 0102', e164: '+442079460102', missed: false });
    expect(newest()).not.toHaveProperty('endedAtMs');
  });

  test('knows when it was connected and how it ended', () => {
    const { call } = rig.place();
    rig.clock.advance(2_000);
    call.tell({ type: 'established', encrypted: false });
    const connectedAtMs = rig.clock.now();
    rig.clock.advance(60_000);
    call.tell({ type: 'end', reason: 'remoteHungUp' });
    expect(newest()).toMatchObject({ connectedAtMs, endedAtMs: rig.clock.now(), endReason: 'remoteHungUp' });
  });

  test('keeps what the signalling said of the end, and who sent the call on', () => {
    rig.place().call.tell({ type: 'end', reason: 'busy', detail: '486 Busy Here, Q.850 17 "User busy"' });
    expect(newest()?.endDetail).toBe('486 Busy Here, Q.850 17 "User busy"');
    rig.clock.advance(1);
    const diverted = { number: '6101', name: 'Front Door', reason: 'no-answer' };
    rig.ring('one', '6102', undefined, { diverted }).tell({ type: 'end', reason: 'cancelled' });
    expect(newest()).toMatchObject({ diverted, missed: true });
    expect(newest()).not.toHaveProperty('endDetail');
    rig.clock.advance(1);
    rig.settings = { ...rig.settings, doNotDisturb: true };
    rig.device.ring('two', '6102', undefined, { diverted });
    expect(newest()).toMatchObject({ diverted, endReason: 'busy' });
  });

  test.each([
    ['cancelled', true],
    ['noAnswer', true],
    ['network', true],
    ['failed', true],
    ['answeredElsewhere', false],
    ['declined', false],
    ['mediaFailed', true],
  ] as const)('an incoming call that ended by %s is missed: %s', (reason, missed) => {
    rig.ring().tell({ type: 'end', reason });
    expect(newest()?.missed).toBe(missed);
    expect(rig.history.snapshot().missedUnseen).toBe(missed ? 1 : 0);
  });

  test('a call whose sound failed while it was answered is not missed', async () => {
    const call = rig.ring();
    await rig.list.answer('one');
    call.tell({ type: 'end', reason: 'mediaFailed' });
    expect(newest()?.missed).toBe(false);
  });

  test('whoever hears that a call is over hears why in the same breath, and so tells of a missed one', () => {
    const missed: string[] = [];
    const notes = new ConversationNotes({ talkedTo: () => undefined, missed: (who) => missed.push(who) });
    rig.hub.watch('calls', ({ calls }) => {
      notes.see(calls);
    });
    rig.ring('one').tell({ type: 'end', reason: 'cancelled' });
    expect(missed).toHaveLength(1);
  });

  test('an answered call is not missed, and an outgoing one never', async () => {
    const call = rig.ring();
    await rig.list.answer('one');
    call.tell({ type: 'established', encrypted: false });
    call.tell({ type: 'end', reason: 'failed' });
    expect(newest()?.missed).toBe(false);
    rig.place().call.tell({ type: 'end', reason: 'noAnswer' });
    expect(newest()?.missed).toBe(false);
  });

  test('missed calls are seen when they were looked at', () => {
    rig.ring().tell({ type: 'end', reason: 'cancelled' });
    rig.history.markSeen();
    expect(rig.history.snapshot().missedUnseen).toBe(0);
    expect(newest()?.missed).toBe(true);
  });
});

test('what the window tells of a leg reaches the device', async () => {
  await rig.service.handlers['media.leg']({ callId: 'one', state: 'micDenied', detail: 'no' }, 'w');
  expect(rig.legs).toEqual([['one', 'micDenied', 'no']]);
});
