import { describe, expect, test } from 'vitest';
import type { Call } from '../../../src-shared/model/call.ts';
import { Headset } from './headset.ts';
import type { HeadsetAction } from './headset.ts';
import { headsetOrder, lampsFor } from './headset-calls.ts';
import { readReport, reportLayout } from './report-layout.ts';
import type { HidCollection, HidDevice, HidInputReport } from './web-hid.ts';

/** As a common USB headset describes itself: hook switch and a mute key in report 1, lamps in report 2. */
const collections: readonly HidCollection[] = [
  {
    usagePage: 0x0c,
    usage: 1,
    inputReports: [{ reportId: 3, items: [{ usages: [0x0c_00_e9], reportSize: 1, reportCount: 1 }] }],
  },
  {
    usagePage: 0x0b,
    usage: 5,
    inputReports: [
      {
        reportId: 1,
        items: [
          { usages: [0x0b_00_20, 0x0b_00_97], reportSize: 1, reportCount: 2, isAbsolute: true },
          { isConstant: true, reportSize: 1, reportCount: 3 },
          { usages: [0x0b_00_2f], reportSize: 1, reportCount: 1, isAbsolute: false },
          { usages: [0x0b_00_21, 0x0b_00_24], reportSize: 1, reportCount: 2, isAbsolute: false },
        ],
      },
    ],
    children: [
      {
        usagePage: 0x08,
        outputReports: [
          {
            reportId: 2,
            items: [
              { usages: [0x08_00_17, 0x08_00_09, 0x08_00_18], reportSize: 1, reportCount: 3 },
              { isConstant: true, reportSize: 1, reportCount: 7 },
              { usages: [0x08_00_20], reportSize: 1, reportCount: 1 },
            ],
          },
        ],
      },
    ],
  },
];

/** A device at the host's boundary: nothing but what it is told and what it says. */
class FakeHidDevice implements HidDevice {
  readonly productName = 'Test headset';
  readonly vendorId = 0x0b0e;
  readonly productId = 0x0305;
  opened = false;
  readonly collections = collections;
  readonly sent: { reportId: number; bytes: readonly number[] }[] = [];
  #listener: ((event: HidInputReport) => void) | undefined;

  open(): Promise<void> {
    this.opened = true;
    return Promise.resolve();
  }
  close(): Promise<void> {
    this.opened = false;
    return Promise.resolve();
  }
  forget(): Promise<void> {
    return Promise.resolve();
  }
  sendReport(reportId: number, data: Uint8Array<ArrayBuffer>): Promise<void> {
    this.sent.push({ reportId, bytes: [...data] });
    return Promise.resolve();
  }
  addEventListener(_type: 'inputreport', listener: (event: HidInputReport) => void): void {
    this.#listener = listener;
  }
  removeEventListener(): void {
    this.#listener = undefined;
  }
  /** The person does something. */
  report(reportId: number, ...bytes: number[]): void {
    this.#listener?.({ device: this, reportId, data: new DataView(Uint8Array.from(bytes).buffer) });
  }
}

const hook = 0b1;
const muteKey = 0b10_0000;
const flash = 0b100_0000;

async function worn(): Promise<{ device: FakeHidDevice; headset: Headset; actions: HeadsetAction[] }> {
  const device = new FakeHidDevice();
  const actions: HeadsetAction[] = [];
  const headset = new Headset(device, (action) => actions.push(action));
  await headset.start();
  device.sent.length = 0;
  return { device, headset, actions };
}

const off = { offHook: false, ring: false, mute: false, hold: false };

describe('buttons', () => {
  test('lifting and hanging up are told once each', async () => {
    const { device, headset, actions } = await worn();
    device.report(1, hook);
    device.report(1, hook);
    await headset.show({ ...off, offHook: true });
    device.report(1, 0);
    expect(actions).toEqual(['offHook', 'onHook']);
  });

  test('the hook that follows the lamp is no action of the person', async () => {
    const { device, headset, actions } = await worn();
    await headset.show({ ...off, offHook: true });
    device.report(1, hook);
    await headset.show(off);
    device.report(1, 0);
    expect(actions).toEqual([]);
  });

  test('a mute key turns over at every press, its release does nothing', async () => {
    const { device, actions } = await worn();
    device.report(1, muteKey);
    device.report(1, 0);
    device.report(1, muteKey);
    expect(actions).toEqual(['toggleMute', 'toggleMute']);
  });

  test('flash swaps; volume keys and reports of other collections are left alone', async () => {
    const { device, actions } = await worn();
    device.report(1, flash);
    device.report(3, 1);
    expect(actions).toEqual(['flash']);
  });

  test('a report that is too short is read as far as it goes', async () => {
    const { device, actions } = await worn();
    device.report(1);
    expect(actions).toEqual([]);
  });

  test('once it is put away nothing is heard of it and it is dark', async () => {
    const { device, headset, actions } = await worn();
    await headset.show({ ...off, ring: true });
    await headset.stop();
    device.report(1, hook);
    expect(actions).toEqual([]);
    expect(device.sent.at(-1)).toEqual({ reportId: 2, bytes: [0, 0] });
    expect(device.opened).toBe(false);
  });
});

describe('lamps', () => {
  test('stand at their bits, the report is sent whole', async () => {
    const { device, headset } = await worn();
    await headset.show({ offHook: true, ring: false, mute: true, hold: true });
    expect(device.sent).toEqual([{ reportId: 2, bytes: [0b011, 0b100] }]);
  });

  test('are not sent again while they are as they should be', async () => {
    const { device, headset } = await worn();
    await headset.show({ ...off, ring: true });
    await headset.show({ ...off, ring: true });
    expect(device.sent).toHaveLength(1);
    await headset.show({ ...off, ring: true }, true);
    expect(device.sent).toHaveLength(2);
  });
});

describe('descriptions of devices', () => {
  test('an array names what is pressed, a range counts its usages', () => {
    const layout = reportLayout(
      [
        {
          usagePage: 0x0b,
          inputReports: [
            {
              items: [
                {
                  isArray: true,
                  isRange: true,
                  usageMinimum: 0x0b_00_20,
                  usageMaximum: 0x0b_00_2f,
                  reportSize: 8,
                  reportCount: 2,
                  logicalMinimum: 1,
                },
              ],
            },
          ],
        },
      ],
      (usage) => usage === 0x0b_00_20 || usage === 0x0b_00_2f,
    );
    const values = readReport(layout, 0, new DataView(Uint8Array.of(0, 16).buffer));
    expect(values.get(0x0b_00_2f)).toBe(1);
    expect(values.get(0x0b_00_20)).toBe(0);
  });

  test('a huge range of a hostile device costs nothing', () => {
    const layout = reportLayout(
      [
        {
          inputReports: [
            {
              items: [
                { isRange: true, usageMinimum: 0, usageMaximum: 0xffff_ffff, reportSize: 1, reportCount: 60_000 },
              ],
            },
          ],
        },
      ],
      () => true,
    );
    expect(layout.inputs.length).toBeLessThanOrEqual(60_000);
  });

  test('a keyboard is no telephone', () => {
    const keyboard = new Headset(
      Object.assign(new FakeHidDevice(), {
        collections: [
          { usagePage: 1, inputReports: [{ items: [{ usages: [0x07_00_04], reportSize: 1, reportCount: 1 }] }] },
        ],
      }),
      () => undefined,
    );
    expect(keyboard.isTelephone).toBe(false);
  });
});

describe('what a button asks of the calls', () => {
  const call = (changes: Partial<Call>): Call => ({
    id: 'one',
    deviceId: 'softphone',
    direction: 'out',
    state: 'connected',
    party: { number: '1' },
    capabilities: ['mute', 'hold', 'hangUp'],
    startedAtMs: 0,
    muted: false,
    farHolds: false,
    silenced: false,
    recording: false,
    encrypted: false,
    ...changes,
  });
  const ringing = call({ id: 'in', direction: 'in', state: 'ringing' });
  const ignored = call({ ...ringing, id: 'ignored', silenced: true });
  const held = call({ id: 'held', state: 'held' });
  const active = call({});
  const conference = [call({ conferenceId: 'all', muted: true }), call({ id: 'two', conferenceId: 'all' })];

  test.each<[HeadsetAction, Call[], ReturnType<typeof headsetOrder>]>([
    ['offHook', [ringing], { ask: 'answer', callId: 'in' }],
    ['offHook', [held], { ask: 'resume', callId: 'held' }],
    ['offHook', [active], undefined],
    ['offHook', [ignored], { ask: 'answer', callId: 'ignored' }],
    ['offHook', [ignored, ringing], { ask: 'answer', callId: 'in' }],
    ['offHook', [ignored, held], { ask: 'resume', callId: 'held' }],
    ['offHook', [active, ignored], undefined],
    ['onHook', [active], { ask: 'hangUp', callId: 'one' }],
    ['onHook', [held], undefined],
    ['onHook', conference, { ask: 'endConference', conferenceId: 'all' }],
    ['drop', conference, { ask: 'endConference', conferenceId: 'all' }],
    ['toggleMute', conference, { ask: 'mute', callId: 'one', muted: true }],
    ['drop', [active, ringing], { ask: 'decline', callId: 'in' }],
    ['flash', [active, ringing], { ask: 'answer', callId: 'in' }],
    ['flash', [active, held], { ask: 'resume', callId: 'held' }],
    ['flash', [active], { ask: 'hold', callId: 'one' }],
    ['flash', [active, ignored], { ask: 'hold', callId: 'one' }],
    ['flash', [ignored], { ask: 'answer', callId: 'ignored' }],
    ['drop', [ignored], undefined],
    ['flash', [], undefined],
    ['redial', [], { ask: 'redial' }],
    ['redial', [active], undefined],
    ['toggleMute', [call({ muted: true })], { ask: 'mute', callId: 'one', muted: false }],
    ['mute', [active], { ask: 'mute', callId: 'one', muted: true }],
    ['mute', [call({ capabilities: [] })], undefined],
  ])('%s', (action, calls, order) => {
    expect(headsetOrder(action, calls)).toEqual(order);
  });

  test('the lamps say what is so', () => {
    expect(lampsFor([])).toEqual(off);
    expect(lampsFor([ringing])).toEqual({ ...off, ring: true });
    expect(lampsFor(conference)).toEqual({ ...off, offHook: true });
    expect(lampsFor([call({ muted: true }), held])).toEqual({ offHook: true, ring: false, mute: true, hold: true });
  });
});
