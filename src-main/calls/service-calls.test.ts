import { beforeEach, describe, expect, test } from 'vitest';
import { CallListRig } from './call-list-rig.test-support.ts';
import { noFeatureCodes } from './call-settings.ts';

let rig: CallListRig;
beforeEach(() => {
  rig = new CallListRig();
  rig.people.set('carol@example.com', { name: 'Carol', jid: 'carol@example.com', e164: '+442079460103' });
});

const daveCalls = { address: 'sip:dave@example.com', name: 'Dave', reference: 'abc;to-tag=1;from-tag=2;early-only' };
const last = () => rig.snapshot().calls.at(-1);

describe('a call that rings at a contact', () => {
  test('is taken from its caller where no code is set', async () => {
    rig.ringing.set('carol@example.com', daveCalls);
    await rig.list.services.pickUp({ jid: 'carol@example.com' });
    expect(rig.device.dialled.at(-1)?.dialled).toBe('sip:dave@example.com');
    expect(rig.device.took.at(-1)).toBe(daveCalls.reference);
    expect(last()?.party.name).toBe('Dave');
  });

  test('is taken by the code where there is one, by the number of the contact as it is dialled', async () => {
    rig.settings = { ...rig.settings, codes: { ...noFeatureCodes, pickUp: '*8{number}' } };
    rig.ringing.set('carol@example.com', daveCalls);
    await rig.list.services.pickUp({ jid: 'carol@example.com' });
    expect(rig.device.dialled.at(-1)?.dialled).toBe('*8442079460103');
    expect(rig.device.took).toEqual([undefined]);
    expect(last()?.party.name).toBe('Dave');
  });

  test('at a number that was typed is taken by the code, and by whose number it is where there is none', async () => {
    rig.people.set('+442079460103', { name: 'Carol', jid: 'carol@example.com' });
    rig.ringing.set('carol@example.com', daveCalls);
    await rig.list.services.pickUp({ target: '020 7946 0103' });
    expect(rig.device.took.at(-1)).toBe(daveCalls.reference);

    rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'notFound' });
    expect(last()?.notice).toMatch(/There was no call at Carol to pick up/);
    rig.settings = { ...rig.settings, codes: { ...noFeatureCodes, pickUp: '*8{number}' } };
    await rig.list.services.pickUp({ target: '6104' });
    expect(rig.device.dialled.at(-1)?.dialled).toBe('*86104');
    rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'notFound' });
    expect(last()?.notice).toMatch(/There was no call at 6104 to pick up/);
  });

  test('that rings no longer is not called, in words', async () => {
    await expect(rig.list.services.pickUp({ jid: 'carol@example.com' })).rejects.toThrow(
      'No call rings at Carol any more.',
    );
    expect(rig.device.dialled).toEqual([]);
  });

  test('is not taken where the settings forbid it', async () => {
    rig.settings = { ...rig.settings, takesRinging: false };
    rig.ringing.set('carol@example.com', daveCalls);
    await expect(rig.list.services.pickUp({ jid: 'carol@example.com' })).rejects.toThrow(/not set up/);
  });

  test.each([
    ['notFound', /There was no call at Carol to pick up/],
    ['busy', /There was no call at Carol to pick up/],
    ['notAllowed', /does not allow that/],
  ] as const)('that somebody else answered meanwhile (%s) says so', async (reason, words) => {
    rig.ringing.set('carol@example.com', daveCalls);
    await rig.list.services.pickUp({ jid: 'carol@example.com' });
    rig.device.calls.at(-1)?.tell({ type: 'end', reason });
    expect(last()?.notice).toMatch(words);
  });

  test('holds what is active, which is still there when there was nothing to take', async () => {
    const talk = await rig.answered('talk');
    rig.ringing.set('carol@example.com', daveCalls);
    await rig.list.services.pickUp({ jid: 'carol@example.com' });
    expect(talk.done.at(-1)).toBe('hold');
    rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'notFound' });
    expect(rig.callOf('talk').state).toBe('held');
  });
});

test('what was placed for a service is not what is called again', async () => {
  await rig.list.place('6102', undefined);
  rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'hungUp' });
  rig.clock.advance(10);
  const codes = { ...noFeatureCodes, retrieve: '*69{slot}', groupPickUp: '*8', callBack: '*66{number}' };
  rig.settings = { ...rig.settings, codes };
  rig.ringing.set('carol@example.com', daveCalls);
  for (const service of [
    () => rig.list.services.retrieve('701'),
    () => rig.list.services.pickUp({}),
    () => rig.list.services.pickUp({ jid: 'carol@example.com' }),
    () => rig.list.callBack('6103', undefined),
  ]) {
    await service();
    rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'hungUp' });
    rig.clock.advance(10);
    expect(rig.history.snapshot().calls[0]?.isService).toBe(true);
    await rig.list.redial();
    expect(rig.device.dialled.at(-1)?.dialled).toBe('6102');
    rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'hungUp' });
    rig.clock.advance(10);
  }
});

describe('a parked call', () => {
  beforeEach(() => {
    rig.settings = { ...rig.settings, codes: { ...noFeatureCodes, park: '*68{slot}', retrieve: '*69{slot}' } };
  });

  test('that is not there says so; one that was taken back says nothing when it ends', async () => {
    await rig.list.services.retrieve('701');
    rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'notFound' });
    expect(last()?.notice).toMatch(/No call was given back for 701/);
    await rig.list.services.retrieve('702');
    const call = rig.device.calls.at(-1);
    call?.tell({ type: 'established', encrypted: false });
    call?.tell({ type: 'end', reason: 'remoteHungUp' });
    expect(last()?.notice).toBeUndefined();
  });

  test('is taken back without a place where the code has none, and says so when there is none', async () => {
    rig.settings = { ...rig.settings, codes: { ...noFeatureCodes, retrieve: '*69' } };
    await rig.list.services.retrieve('');
    expect(rig.device.dialled.at(-1)?.dialled).toBe('*69');
    rig.device.calls.at(-1)?.tell({ type: 'end', reason: 'notFound' });
    expect(last()?.notice).toMatch(/^No call was given back\. /);
  });

  test('is parked by keys where the settings say so, after it was taken back from hold', async () => {
    rig.settings = { ...rig.settings, parkBy: 'digits', codes: { ...noFeatureCodes, park: '#72' } };
    const call = await rig.answered('one');
    await rig.list.transfers.park('one', '');
    expect(call.done.at(-1)).toBe('dtmf #72');
    expect(rig.callOf('one')).toMatchObject({ state: 'connected' });
    expect(rig.callOf('one').notice).toMatch(/asked to park/);
    await rig.list.hold('one');
    await rig.list.transfers.park('one', '');
    expect(call.done.slice(-2)).toEqual(['resume', 'dtmf #72']);
  });

  test('by a code that has no keys is not parked, in words', async () => {
    rig.settings = { ...rig.settings, parkBy: 'digits', codes: { ...noFeatureCodes, park: 'park@example.com' } };
    await rig.answered('one');
    await expect(rig.list.transfers.park('one', '')).rejects.toThrow(/cannot be keyed in/);
  });
});
