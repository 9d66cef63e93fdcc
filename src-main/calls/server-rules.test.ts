import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CallListRig } from './call-list-rig.test-support.ts';
import { noFeatureCodes } from './call-settings.ts';
import type { FakeDeviceCall } from './fake-device.test-support.ts';

let rig: CallListRig;
beforeEach(() => {
  rig = new CallListRig();
});

const codes = {
  ...noFeatureCodes,
  forwardAlwaysOn: '*72{number}',
  forwardAlwaysOff: '*73',
  forwardBusyOn: '*90',
  forwardBusyOff: '*91',
  doNotDisturbOn: '*78',
  doNotDisturbOff: '*79',
};
const rules = () => rig.snapshot().serverRules;

/** The settings change while the phone server keeps the rules. */
function set(change: Partial<CallListRig['settings']>): void {
  rig.settings = { ...rig.settings, rulesBy: 'server', codes, ...change };
  rig.list.settingsChanged();
}

/** The nth code that was dialled. */
async function dialled(code: string, count = 1): Promise<FakeDeviceCall> {
  await vi.waitFor(() => {
    expect(rig.device.dialled.map((target) => target.dialled)).toHaveLength(count);
  });
  expect(rig.device.dialled.at(-1)?.dialled).toBe(code);
  const call = rig.device.calls.at(-1);
  if (call === undefined) throw new Error(code);
  return call;
}
const answer = (call: FakeDeviceCall): void => {
  call.tell({ type: 'established', encrypted: false });
};

describe('a rule that the phone server keeps', () => {
  test('is dialled without a microphone, shown as taken once the server answers, and done here no longer', async () => {
    rig.list.start();
    set({ forward: { always: '6103' } });
    const call = await dialled('*726103');
    expect(call.done).toEqual(['mute true']);
    expect(rules()).toEqual([{ rule: 'always', state: 'asking', target: '6103' }]);
    expect(rig.snapshot().calls).toEqual([]);
    answer(call);
    await vi.waitFor(() => {
      expect(rules()).toMatchObject([{ rule: 'always', state: 'done', target: '6103' }]);
    });
    rig.clock.advance(2_000);
    expect(call.done).toEqual(['mute true', 'hangUp']);
    expect(rig.ring('one').done).toEqual([]);
  });

  test('for a busy line: it is told of a second call by a refusal, and nothing was missed; alone it rings', async () => {
    rig.list.start();
    set({ forward: { busy: '6103' } });
    answer(await dialled('*906103'));
    rig.ring('one');
    expect(rig.only().state).toBe('ringing');
    rig.place();
    expect(rig.device.ring('two', '6104')).toBeUndefined();
    expect(rig.device.turnedAway?.done).toEqual([]);
    expect(rig.history.snapshot().calls.find(({ id }) => id === 'two')).toMatchObject({
      endReason: 'diverted',
      missed: false,
    });
    set({ forward: {} });
    await dialled('*91', 3);
    expect(rig.device.ring('three', '6105')).toBeDefined();
  });

  test('is switched off by its other code, and then shown no more', async () => {
    rig.list.start();
    set({ doNotDisturb: true });
    answer(await dialled('*78'));
    set({ doNotDisturb: false });
    answer(await dialled('*79', 2));
    await vi.waitFor(() => {
      expect(rules()).toEqual([]);
    });
  });

  test.each([
    ['notFound', /does not know this code/],
    ['busy', /refused it/],
    ['notAllowed', /does not allow it/],
  ] as const)('that the server refuses (%s) is said, and done here', async (reason, words) => {
    rig.list.start();
    set({ doNotDisturb: true });
    (await dialled('*78')).tell({ type: 'end', reason });
    await vi.waitFor(() => {
      expect(rules()).toMatchObject([{ state: 'refused' }]);
    });
    expect(rules()[0]?.message).toMatch(words);
    expect(() => rig.ring('one')).toThrow('refused');
    expect(rig.device.turnedAway?.done).toEqual([]);
  });

  test('to which the server says nothing has failed after 15 s, and can be told again', async () => {
    rig.list.start();
    set({ doNotDisturb: true });
    const call = await dialled('*78');
    rig.clock.advance(15_000);
    await vi.waitFor(() => {
      expect(rules()).toMatchObject([{ state: 'refused', message: expect.stringMatching(/did not answer/) as string }]);
    });
    expect(call.done).toContain('hangUp');
    rig.list.serverRules.tell('doNotDisturb');
    answer(await dialled('*78', 2));
    await vi.waitFor(() => {
      expect(rules()).toMatchObject([{ state: 'done' }]);
    });
  });

  test('of an earlier run is not known, and is not dialled by itself', async () => {
    rig.settings = { ...rig.settings, rulesBy: 'server', codes, forward: { always: '6103' } };
    rig.list.start();
    rig.list.settingsChanged();
    await Promise.resolve();
    expect(rules()).toEqual([{ rule: 'always', state: 'unknown', target: '6103' }]);
    expect(rig.device.dialled).toEqual([]);
  });

  test('is told once there is a line', async () => {
    rig.list.start();
    rig.device.changeLine({ state: 'off', message: '' });
    set({ doNotDisturb: true });
    await Promise.resolve();
    expect(rig.device.dialled).toEqual([]);
    rig.device.changeLine({ state: 'registered', message: '' });
    await dialled('*78');
  });

  test('is taken from the server when the settings give it back to Parley', async () => {
    rig.list.start();
    set({ forward: { always: '6103' } });
    answer(await dialled('*726103'));
    set({ rulesBy: 'computer', forward: { always: '6103' } });
    answer(await dialled('*73', 2));
    expect(rules()).toEqual([]);
    expect(() => rig.ring('one')).toThrow('refused');
    expect(rig.device.turnedAway?.done).toEqual(['divert 6103 unconditional']);
  });

  test('needs both of its codes; without them Parley does it', async () => {
    rig.list.start();
    set({ forward: { noAnswer: { target: '6104', afterS: 5 } } });
    await Promise.resolve();
    expect(rig.device.dialled).toEqual([]);
    expect(() => {
      rig.list.serverRules.tell('noAnswer');
    }).toThrow(/does not do that/);
    const call = rig.ring('one');
    rig.clock.advance(5_000);
    await vi.waitFor(() => {
      expect(call.done).toEqual(['divert 6104 no-answer']);
    });
  });

  test('is told the last of several quick changes, one code after the other', async () => {
    rig.list.start();
    set({ forward: { always: '6103' } });
    set({ forward: { always: '6104' } });
    answer(await dialled('*726103'));
    answer(await dialled('*726104', 2));
    await vi.waitFor(() => {
      expect(rules()).toMatchObject([{ state: 'done', target: '6104' }]);
    });
  });
});
