import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { BrowserContext, Page } from '@playwright/test';
import { Browsers } from '../harness/browsers.ts';
import { twoTones, writeToneWav } from '../lab/tone.ts';
import { servePage } from '../window-media/build-page.ts';
import type { ServedPage } from '../window-media/build-page.ts';

/**
 * Hold, conference, recording and devices of the window's media in a real Chromium with real WebRTC; the far ends
 * are played by peer connections of the same page, each with a tone of its own. Real phones stand in other specs.
 */
let served: ServedPage;
const browsers = new Browsers();
let folder: string;
let context: BrowserContext | undefined;
let page: Page;
const [myHz] = twoTones();
const tones: Readonly<Record<string, number>> = { one: 2_100, two: 2_600, three: 3_100 };
/** A tone that is there is far above this, one that is not far below. In dB. */
const audibleDb = -65;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-mixing-'));
  writeToneWav(join(folder, 'microphone.wav'), myHz, 2);
  served = await servePage('./page.ts');
});
test.afterAll(async () => {
  await browsers.stop();
  await served.stop();
  rmSync(folder, { recursive: true, force: true });
});
test.beforeEach(async () => {
  context = await (await browsers.use({ microphoneWav: join(folder, 'microphone.wav') })).newContext();
  await context.grantPermissions(['microphone']);
  page = await context.newPage();
  await page.goto(served.url);
  await expect.poll(() => page.evaluate(() => window.mediaBench.claims().length)).toBe(1);
});
test.afterEach(async () => {
  expect(await page.evaluate(() => window.mediaBench.reported())).toEqual([]);
  await context?.close();
});

async function connect(...callIds: readonly string[]): Promise<void> {
  for (const callId of callIds) {
    await page.evaluate(([id, hz]) => window.mediaBench.connect(id, hz), [callId, tones[callId] ?? 0] as const);
    await page.evaluate((id) => window.mediaBench.ask('media.start', { callId: id, codec: null }), callId);
  }
}

const mix = (...groups: string[][]) => page.evaluate((g) => window.mediaBench.ask('media.mix', { groups: g }), groups);
const hold = (callId: string, held: boolean) =>
  page.evaluate((input) => window.mediaBench.ask('media.hold', input), { callId, held });

/** Whom each far end hears: `me` is the microphone. */
type Hearing = Readonly<Record<string, readonly string[]>>;

/** What these far ends hear, all at the same time. Echo cancellation may let a tone flicker: the best of some looks. */
async function heardBy(callIds: readonly string[]): Promise<Hearing> {
  const all: readonly (readonly [string, number])[] = [['me', myHz], ...Object.entries(tones)];
  const loudest = await page.evaluate(
    async ([ids, frequencies]) => {
      const best = ids.map(() => frequencies.map(() => -Infinity));
      for (let look = 0; look < 6; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, 180));
        best.forEach((levels, far) => {
          frequencies.forEach((hz, index) => {
            levels[index] = Math.max(levels[index] ?? -Infinity, window.mediaBench.toneDb(ids[far] ?? '', hz));
          });
        });
      }
      return best;
    },
    [callIds, all.map(([, hz]) => hz)] as const,
  );
  const named = (levels: readonly number[]): readonly string[] =>
    all.flatMap(([name], index) => ((levels[index] ?? -Infinity) > audibleDb ? [name] : [])).sort();
  return Object.fromEntries(callIds.map((callId, far) => [callId, named(loudest[far] ?? [])]));
}

const expectHeard = (wanted: Hearing) =>
  expect
    .poll(() => heardBy(Object.keys(wanted)), { timeout: 20_000, message: 'what each far end hears', intervals: [20] })
    .toEqual(Object.fromEntries(Object.entries(wanted).map(([callId, names]) => [callId, [...names].sort()])));

test('on hold nothing is sent, not even silence, and nothing is heard; resumed it goes on, still muted if it was', async () => {
  await connect('one');
  await expectHeard({ one: ['me'] });
  // The far end's own element is muted from the start.
  const hushed = () => page.evaluate(() => window.mediaBench.hushed());
  const before = await hushed();
  await hold('one', true);
  expect(await hushed()).toBe(before + 1);
  // What was on its way has come; from then on not one packet does.
  const packets = () => page.evaluate(() => window.mediaBench.packetsHeard('one'));
  await expect
    .poll(async () => {
      const until = await packets();
      await heardBy(['one']);
      return (await packets()) - until;
    })
    .toBe(0);
  await hold('one', false);
  await expectHeard({ one: ['me'] });
  expect(await hushed()).toBe(before);

  await page.evaluate(() => window.mediaBench.ask('media.mute', { callId: 'one', muted: true }));
  await hold('one', true);
  await hold('one', false);
  await expectHeard({ one: [] });
});

test('in a conference each hears the others and never itself; who is taken out hears the microphone alone', async () => {
  await connect('one', 'two', 'three');
  await mix(['one', 'two', 'three']);
  await expectHeard({ one: ['me', 'two', 'three'], two: ['me', 'one', 'three'], three: ['me', 'one', 'two'] });

  await mix(['one', 'two']);
  await expectHeard({ three: ['me'], one: ['me', 'two'] });

  await mix();
  await expectHeard({ one: ['me'], two: ['me'] });
});

test('a member that is on hold, muted or built anew stays right', async () => {
  await connect('one', 'two', 'three');
  await mix(['one', 'two', 'three']);
  await hold('two', true);
  await expectHeard({ one: ['me', 'three'] });
  await hold('two', false);
  await expectHeard({ one: ['me', 'two', 'three'] });
  // Muted towards one: the others are still passed on.
  await page.evaluate(() => window.mediaBench.ask('media.mute', { callId: 'one', muted: true }));
  await expectHeard({ one: ['two', 'three'], two: ['me', 'one', 'three'] });
  // The gateway died: the leg is offered anew and is in the mix again.
  await page.evaluate((hz) => window.mediaBench.connect('three', hz), tones['three'] ?? 0);
  await expectHeard({ three: ['me', 'one', 'two'], two: ['me', 'one', 'three'] });
  await page.evaluate(() => window.mediaBench.ask('media.close', { callId: 'two' }));
  await expectHeard({ three: ['me', 'one'] });
});

test('four talkers at full scale do not clip, and one alone stays as loud as it was', async () => {
  const four = await page.evaluate(() => window.mediaBench.limited([230, 410, 670, 1_130], 1));
  expect(four.peak).toBeLessThan(1);
  const alone = await page.evaluate(() => window.mediaBench.limited([410], 0.3));
  expect(20 * Math.log10(alone.rms / (0.3 / Math.SQRT2))).toBeGreaterThan(-1);
  expect(20 * Math.log10(alone.rms / (0.3 / Math.SQRT2))).toBeLessThan(1);

  // A real mix of four calls: what a far end hears of the three others and the microphone.
  const callIds = ['one', 'two', 'three', 'four'];
  for (const [index, id] of callIds.entries()) {
    await page.evaluate(([id, hz]) => window.mediaBench.connect(id, hz, 0.9), [id, 410 + 370 * index] as const);
    await page.evaluate((callId) => window.mediaBench.ask('media.start', { callId, codec: null }), id);
  }
  await mix(callIds);
  const loudest = () =>
    page.evaluate(async () => {
      let peak = 0;
      for (let look = 0; look < 10; look += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        peak = Math.max(peak, window.mediaBench.level('four'));
      }
      return peak;
    });
  await expect.poll(loudest).toBeGreaterThan(0.35);
  // Others may have come in meanwhile, before the limiter had hold of them.
  await expect.poll(loudest).toBeLessThan(0.9);
  expect(await loudest()).toBeLessThan(0.9);
});

test('a recording holds both sides, and the far end hears the notice; it outlives hold, and the call that it began with', async () => {
  const record = (...callIds: string[]) =>
    page.evaluate(
      (ids) => window.mediaBench.ask('media.record', { recordingId: 'r', callIds: ids, format: 'opus' }),
      [...callIds],
    );
  const pieces = () => page.evaluate(() => window.mediaBench.recorded().length);
  const more = async (seconds: number): Promise<void> => {
    const before = await pieces();
    // A piece is a second of sound; the first one began before.
    await expect.poll(pieces).toBeGreaterThan(before + seconds);
  };
  /** Which of the tones are in the last second of what is recorded so far. */
  const recorded = async (): Promise<readonly string[]> => {
    const names = ['me', ...Object.keys(tones), 'nobody'];
    const sound = await page.evaluate(
      (frequencies) => window.mediaBench.recordedSound('r', frequencies, 1),
      [myHz, ...Object.values(tones), 3_777],
    );
    return names.filter((_name, index) => (sound.toneDb[index] ?? 0) > -50).sort();
  };
  const noticeDb = (callId: string) => page.evaluate((id) => window.mediaBench.toneDb(id, 1_400), callId);
  const noticeSoon = { intervals: [40], timeout: 5_000 };
  await connect('one');
  await expectHeard({ one: ['me'] });
  await record('one');
  await expect.poll(() => noticeDb('one'), noticeSoon).toBeGreaterThan(audibleDb);
  await more(1);
  expect(await recorded()).toEqual(['me', 'one']);

  // Nothing else sounds meanwhile; time goes on in the recording.
  await hold('one', true);
  await more(1);
  expect(await recorded()).toEqual([]);
  await hold('one', false);
  await expectHeard({ one: ['me'] });
  await more(1);
  expect(await recorded()).toEqual(['me', 'one']);

  await connect('two');
  await mix(['one', 'two']);
  await record('one', 'two');
  await expectHeard({ two: ['me', 'one'] });
  await page.evaluate(() => window.mediaBench.ask('media.close', { callId: 'one' }));
  await mix();
  await record('two');
  await expectHeard({ two: ['me'] });
  await more(1);
  expect(await recorded()).toEqual(['me', 'two']);
  await record();
  const isOver = () => page.evaluate(() => window.mediaBench.recorded().at(-1)?.last);
  await expect.poll(isOver).toBe(true);
  await expect.poll(() => noticeDb('two'), noticeSoon).toBeLessThan(audibleDb);
  // What crossed the end on its way begins nothing: a recording says at once that it is one, long before its first piece.
  await record('two');
  const loudestNotice = page.evaluate(async () => {
    let loudest = -Infinity;
    for (let look = 0; look < 25; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      loudest = Math.max(loudest, window.mediaBench.toneDb('two', 1_400));
    }
    return loudest;
  });
  // The microphone goes straight to the far end again.
  await expectHeard({ two: ['me'] });
  expect(await loudestNotice).toBeLessThan(audibleDb);
  expect(await isOver()).toBe(true);
});

test('an unplugged microphone is followed by another without losing the call, also in a conference', async () => {
  await connect('one', 'two');
  await mix(['one', 'two']);
  await expectHeard({ one: ['me', 'two'] });
  const asked = await page.evaluate(() => window.mediaBench.asked().length);
  await page.evaluate(() => {
    window.mediaBench.unplugMicrophones();
  });
  await expect.poll(() => page.evaluate(() => window.mediaBench.asked().length)).toBeGreaterThan(asked);
  await expectHeard({ one: ['me', 'two'] });
  expect(await page.evaluate(() => window.mediaBench.legStates('one').at(-1))).toBe('live');
});

test('echo, noise and gain are switched in mid-call', async () => {
  await connect('one');
  await expectHeard({ one: ['me'] });
  const inUse = () => page.evaluate(() => window.mediaBench.constraintsInUse());
  const all = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  for (const settings of await inUse()) expect(settings).toEqual(all);
  await page.evaluate(() => {
    window.mediaBench.setSettings({ 'devices.noiseSuppression': false, 'devices.autoGain': false });
  });
  await expect
    .poll(async () => new Set((await inUse()).map((settings) => JSON.stringify(settings))))
    .toEqual(new Set([JSON.stringify({ ...all, noiseSuppression: false, autoGainControl: false })]));
  await expectHeard({ one: ['me'] });
});
