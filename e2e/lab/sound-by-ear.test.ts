import { afterEach, expect, test } from 'vitest';
import { SoundHop } from './sound-hop.test-support.ts';
import { SoundLab } from './sound-lab.test-support.ts';
import { Stranger } from './stranger.test-support.ts';
import { until } from './wait.ts';

/** What each side of a call hears, by frequency: each codec by itself, and ways that are not good. */
const sound = SoundLab.use();
const longMs = 120_000;
/** Half of the energy at one frequency: nothing else is as strong. */
const strongest = 0.5;
/** Two seconds of packets of 20 ms. */
const latePackets = 100;
let hop: SoundHop | undefined;
let stranger: Stranger | undefined;

afterEach(() => {
  stranger?.stop();
  hop?.stop();
  sound.rig.window.voice = 'PCMU';
  sound.rig.hop = undefined;
  hop = undefined;
  stranger = undefined;
});

/** Puts a NAT before the far end of the next call. */
async function hideFarEnd(): Promise<SoundHop> {
  hop = await SoundHop.start();
  sound.rig.hop = hop;
  return hop;
}

test.each(['PCMU', 'PCMA', 'G722', 'opus'] as const)(
  '%s with linphone: each hears the other, nothing while the call is held, and each other again',
  { timeout: longMs },
  async (codec) => {
    const { lab, rig, farHz } = sound;
    await lab.frank.use({ hz: farHz });
    rig.window.voice = codec;
    const call = await sound.call('frank');
    await call.hold();
    await rig.expectSilenceBothWays(lab.frank);
    await call.resume();
    await rig.expectSoundBothWays(lab.frank, farHz);
    await sound.endWith(lab.frank);
  },
);

test(
  'linphone calls: each hears the other, also after a hold, and its own hold is noticed',
  { timeout: longMs },
  async () => {
    const { lab, rig, farHz } = sound;
    await lab.frank.use({ hz: farHz });
    const call = await rig.rung(() => {
      lab.frank.dial(lab.account('alice').number);
    });
    await call.answer();
    await rig.established();
    await rig.expectSoundBothWays(lab.frank, farHz);

    await call.hold();
    await rig.expectSilenceBothWays(lab.frank);
    await call.resume();
    await rig.expectSoundBothWays(lab.frank, farHz);
    const paused = lab.frank.lines.length;
    await lab.frank.hold(true);
    const isHeld = (): boolean => rig.events.findLast((event) => event.type === 'farHolds')?.farHolds === true;
    await until('linphone to hold', isHeld, 30_000, 20);
    await call.hangUp();
    await lab.frank.waitFor(/Call \d+ with .* ended/, { from: paused });
  },
);

test.each(['PCMA', 'G722', 'opus'] as const)(
  '%s with baresip: each hears the other',
  { timeout: longMs },
  async (codec) => {
    sound.rig.window.voice = codec;
    await sound.call('bob');
  },
);

test(
  'one packet of ten is lost both ways: the tone is still the strongest that each hears',
  { timeout: longMs },
  async () => {
    const { lab, rig, farHz } = sound;
    await lab.frank.use({ hz: farHz });
    (await hideFarEnd()).isLossy = true;
    await sound.place('frank');
    await rig.expectSoundBothWays(lab.frank, farHz, strongest);
    const { fromPeer } = await rig.audio();
    expect(fromPeer.lost / (fromPeer.lost + fromPeer.packets)).toBeCloseTo(0.1, 1);
    await sound.endWith(lab.frank);
  },
);

test('the first sound of the far end comes two seconds after the answer', { timeout: longMs }, async () => {
  const { lab, rig, farHz } = sound;
  await lab.frank.use({ hz: farHz });
  const way = await hideFarEnd();
  way.isClosed = true;
  await sound.place('frank');
  await until('two seconds of their sound to be late', () => way.swallowed >= latePackets, 30_000, 20);
  expect(rig.heardInWindow().samples).toHaveLength(0);
  way.isClosed = false;
  await rig.expectSoundBothWays(lab.frank, farHz);
  await sound.endWith(lab.frank);
});

test(
  'a far end behind a NAT is found by its packets, and again at another port, and no stranger comes between',
  { timeout: longMs },
  async () => {
    const { lab, rig, farHz } = sound;
    await lab.frank.use({ hz: farHz });
    const way = await hideFarEnd();
    const call = await sound.call('frank');
    const remote = async (): Promise<string | undefined> => (await rig.audio()).remote;
    expect(await remote()).toBe(way.inside);
    const before = way.inside;
    await way.move();
    await rig.expectSoundBothWays(lab.frank, farHz);
    expect(way.inside).not.toBe(before);
    expect(await remote()).toBe(way.inside);

    stranger = await Stranger.start(rig.localPort);
    const refused = async (): Promise<number> => (await rig.audio()).dropped['source'] ?? 0;
    await until('the stranger to be refused', async () => (await refused()) > 200, 30_000, 50);
    await rig.expectSoundBothWays(lab.frank, farHz);
    await call.hold();
    await rig.expectSilenceBothWays(lab.frank);
    await way.move();
    await call.resume();
    await rig.expectSoundBothWays(lab.frank, farHz);
    expect(await remote()).toBe(way.inside);
    expect(stranger.received).toBe(0);
    await sound.endWith(lab.frank);
  },
);
