import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CallListRig } from './call-list-rig.test-support.ts';
import { noFeatureCodes } from './call-settings.ts';

let rig: CallListRig;
beforeEach(async () => {
  rig = new CallListRig();
  await rig.service.start();
});

describe('the rules for incoming calls', () => {
  const newest = () => rig.history.snapshot().calls[0];

  test('do not disturb refuses, and the call is missed', () => {
    rig.settings = { ...rig.settings, doNotDisturb: true };
    expect(rig.device.ring('one', '6102')).toBeUndefined();
    expect(rig.snapshot().calls).toEqual([]);
    expect(newest()).toMatchObject({ missed: true, endReason: 'busy' });
  });

  test('emergency services that call back ring all the same', () => {
    rig.settings = { ...rig.settings, doNotDisturb: true };
    rig.ring('one', '112');
    expect(rig.only()).toMatchObject({ state: 'ringing', fromEmergency: true });
  });

  test('emergency services that call back from another number ring when the call says so', () => {
    rig.settings = { ...rig.settings, doNotDisturb: true, forward: { always: '6109' } };
    rig.ring('one', '02079460199', undefined, { isEmergencyCallBack: true });
    expect(rig.only().state).toBe('ringing');
  });

  test('for half an hour after a call to emergency services everybody gets through', async () => {
    rig.settings = {
      ...rig.settings,
      doNotDisturb: true,
      forward: { always: '6109', noAnswer: { target: '6109', afterS: 5 } },
    };
    await rig.list.place('999', undefined);
    rig.clock.advance(60_000);
    rig.device.calls[0]?.tell({ type: 'end', reason: 'hungUp' });
    rig.clock.advance(29 * 60_000);
    const call = rig.ring('one', '02079460199');
    rig.clock.advance(10_000);
    expect(call.done).toEqual([]);
    // Do not disturb of presence is read where it rings, and lets such a call through.
    expect(rig.snapshot().calls.find(({ id }) => id === 'one')).toMatchObject({ fromEmergency: true });
    call.tell({ type: 'end', reason: 'cancelled' });
    rig.clock.advance(60_000);
    expect(rig.device.ring('two', '02079460199')).toBeUndefined();
    expect(rig.device.turnedAway?.done).toEqual(['divert 6109 unconditional']);
  });

  test('all calls are sent on, and none is missed', () => {
    rig.settings = { ...rig.settings, forward: { always: '6109' } };
    expect(rig.device.ring('one', '6102')).toBeUndefined();
    expect(rig.device.turnedAway?.done).toEqual(['divert 6109 unconditional']);
    expect(newest()).toMatchObject({ missed: false, endReason: 'diverted' });
  });

  test('a busy line sends on', () => {
    rig.settings = { ...rig.settings, forward: { busy: '6109' } };
    rig.ring('one');
    expect(rig.snapshot().calls).toHaveLength(1);
    rig.place();
    expect(rig.device.ring('two', '6103')).toBeUndefined();
    expect(rig.device.turnedAway?.done).toEqual(['divert 6109 user-busy']);
    rig.settings = { ...rig.settings, doNotDisturb: true };
    rig.device.ring('three', '6103');
    expect(rig.device.turnedAway?.done).toEqual(['divert 6109 do-not-disturb']);
  });

  test('a call that nobody answers is sent on after its time, but not once it was answered', async () => {
    rig.settings = { ...rig.settings, forward: { noAnswer: { target: '6109', afterS: 20 } } };
    const first = rig.ring('one');
    rig.clock.advance(19_999);
    expect(first.done).toEqual([]);
    rig.clock.advance(1);
    expect(first.done).toEqual(['divert 6109 no-answer']);
    first.tell({ type: 'end', reason: 'diverted' });
    const second = rig.ring('two');
    await rig.list.answer('two');
    rig.clock.advance(30_000);
    expect(second.done).toEqual(['answer']);
  });

  test('a caller who asks for it is answered only if the settings allow it', async () => {
    const first = rig.ring('one', '6102', undefined, { wantsAnswer: true });
    rig.clock.advance(1_000);
    expect(first.done).toEqual([]);
    first.tell({ type: 'end', reason: 'cancelled' });
    rig.settings = { ...rig.settings, autoAnswer: true };
    const second = rig.ring('two', '6102', undefined, { wantsAnswer: true });
    // The window plays its notice first.
    expect(rig.snapshot().calls.at(-1)).toMatchObject({ autoAnswered: true, state: 'ringing' });
    rig.clock.advance(799);
    expect(second.done).toEqual([]);
    rig.clock.advance(1);
    await vi.waitFor(() => {
      expect(second.done).toEqual(['answer']);
    });
    expect(rig.snapshot().calls.at(-1)).toMatchObject({ autoAnswered: true });
    expect(rig.announced).toEqual([]);
    second.tell({ type: 'established', encrypted: false });
    expect(rig.announced).toEqual(['two']);
    const third = rig.ring('three', '6103', undefined, { wantsAnswer: true });
    rig.clock.advance(1_000);
    expect(third.done).toEqual([]);
  });

  test('a caller who asks for it rings when the person began another call before the microphone opened', () => {
    rig.settings = { ...rig.settings, autoAnswer: true };
    const call = rig.ring('one', '6102', undefined, { wantsAnswer: true });
    rig.place('6103');
    rig.clock.advance(1_000);
    expect(call.done).toEqual([]);
    expect(rig.callOf('one')).toMatchObject({ autoAnswered: false, state: 'ringing' });
  });

  test.each(['before the call', 'during the notice'])(
    'a caller who asks for it rings when the person chose not to be disturbed %s',
    (when) => {
      rig.settings = { ...rig.settings, autoAnswer: true };
      rig.isQuiet = when === 'before the call';
      const call = rig.ring('one', '6102', undefined, { wantsAnswer: true });
      expect(rig.callOf('one').autoAnswered ?? false).toBe(when === 'during the notice');
      rig.isQuiet = true;
      rig.clock.advance(1_000);
      expect(call.done).toEqual([]);
      expect(rig.callOf('one').autoAnswered ?? false).toBe(false);
      expect(rig.callOf('one').state).toBe('ringing');
    },
  );

  test('a caller who asks for it and gives up during the notice is not answered', () => {
    rig.settings = { ...rig.settings, autoAnswer: true };
    const call = rig.ring('one', '6102', undefined, { wantsAnswer: true });
    call.tell({ type: 'end', reason: 'cancelled' });
    rig.clock.advance(1_000);
    expect(call.done).toEqual([]);
  });
});

describe('emergency numbers', () => {
  test('are dialled as typed, beyond the most calls, ending what cannot be held', async () => {
    for (let index = 1; index <= 7; index += 1) rig.ring(`call ${index}`);
    const { call } = rig.place('6103');
    await rig.list.place('999', undefined);
    expect(call.done).toEqual(['hangUp']);
    expect(rig.device.dialled.at(-1)).toEqual({ kind: 'number', shown: '999', dialled: '999' });
  });

  test('hold what can be held', async () => {
    const { call } = rig.place('6103');
    call.tell({ type: 'established', encrypted: false });
    await rig.list.place('112', undefined);
    expect(call.done).toEqual(['hold']);
  });

  test('wait for nobody: neither for a far end that does not answer the hold', async () => {
    const { call } = rig.place('6103');
    call.tell({ type: 'established', encrypted: false });
    call.hold = () => new Promise(() => undefined);
    await rig.list.place('112', undefined);
    expect(rig.device.dialled.at(-1)?.dialled).toBe('112');
  });

  test('without a line warn at once and say what to do', async () => {
    rig.device.changeLine({ state: 'registering', message: '' });
    await expect(rig.list.place('999', undefined)).rejects.toThrow(/cannot call 999 now. Use a mobile phone/);
  });

  test('are those of the settings where there are any', async () => {
    rig.settings = { ...rig.settings, emergencyNumbers: ['5555'] };
    rig.device.changeLine({ state: 'off', message: '' });
    await expect(rig.list.place('5555', undefined)).rejects.toThrow(/cannot call 5555 now/);
  });
});

describe('services of the phone server', () => {
  test('need their codes, in words', async () => {
    await expect(rig.list.services.retrieve('701')).rejects.toThrow(/not set up/);
    await expect(rig.list.services.pickUp({ target: '6103' })).rejects.toThrow(/not set up/);
    rig.ring('one');
    expect(rig.only().capabilities).not.toContain('park');
  });

  test('are dialled by their codes', async () => {
    rig.settings = {
      ...rig.settings,
      codes: { ...noFeatureCodes, park: '*68{slot}', retrieve: '*88', pickUp: '*8{number}#', groupPickUp: '*8' },
    };
    const call = rig.ring('one');
    await rig.list.answer('one');
    call.tell({ type: 'established', encrypted: false });
    await rig.list.transfers.park('one', '701');
    expect(call.done.at(-1)).toBe('transfer *68701');
    call.tell({ type: 'end', reason: 'transferred' });
    for (const dial of [
      () => rig.list.services.retrieve('701'),
      () => rig.list.services.pickUp({ target: '6103' }),
      () => rig.list.services.pickUp({}),
    ]) {
      await dial();
      rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'hungUp' });
    }
    expect(rig.device.dialled.map(({ dialled }) => dialled)).toEqual(['*88701', '*86103#', '*8']);
  });

  test('the number dialled last is dialled again', async () => {
    await expect(rig.list.redial()).rejects.toThrow(/not called anybody/);
    rig.place('6103').call.tell({ type: 'end', reason: 'busy' });
    rig.ring('in', '6109').tell({ type: 'end', reason: 'cancelled' });
    rig.clock.advance(1);
    await rig.list.redial();
    expect(rig.device.dialled.at(-1)?.dialled).toBe('6103');
  });
});

describe('calling back when somebody is free', () => {
  beforeEach(() => {
    rig.people.set('6103', { name: 'Carol', jid: 'carol@example.com' });
    rig.availability.set('carol@example.com', 'busy');
  });
  const becomes = (state: 'busy' | 'free'): void => {
    rig.availability.set('carol@example.com', state);
    rig.list.availabilityChanged();
  };

  test('waits, tells when they are free, and is over when they are called', async () => {
    await rig.list.callBack('6103', undefined);
    expect(rig.snapshot().callBacks).toEqual([{ target: '6103', name: 'Carol', state: 'waiting' }]);
    becomes('free');
    expect(rig.snapshot().callBacks).toMatchObject([{ state: 'free' }]);
    becomes('busy');
    expect(rig.snapshot().callBacks).toMatchObject([{ state: 'waiting' }]);
    rig.place('6103');
    expect(rig.snapshot().callBacks).toEqual([]);
  });

  test('can be given up', async () => {
    await rig.list.callBack('6103', undefined);
    rig.list.cancelCallBack('6103');
    expect(rig.snapshot().callBacks).toEqual([]);
    expect(() => rig.list.cancelCallBack('6103')).toThrow(/does not wait/);
  });

  test('needs somebody whose state is known, in words', async () => {
    await expect(rig.list.callBack('6109', 'Eve')).rejects.toThrow('Parley cannot see when Eve is free.');
  });

  test('is left to the phone server where it has a code for it', async () => {
    rig.settings = { ...rig.settings, codes: { ...noFeatureCodes, callBack: '*37{number}#' } };
    await rig.list.callBack('6109', undefined);
    expect(rig.device.dialled.at(-1)?.dialled).toBe('*376109#');
    expect(rig.snapshot().callBacks).toEqual([]);
  });
});
