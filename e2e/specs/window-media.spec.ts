import { expect, test } from '@playwright/test';
import type { BrowserContext, Page } from '@playwright/test';
import type { Call } from '../../src-shared/model/call.ts';
import { Browsers } from '../harness/browsers.ts';
import type { ChromiumOptions } from '../harness/chromium.ts';
import { servePage } from '../window-media/build-page.ts';
import type { ServedPage } from '../window-media/build-page.ts';

/**
 * The window's media in a real Chromium, with its own microphone and WebRTC, against a peer connection that plays
 * the gateway. The calls through the real gateway and real phones stand in other specs.
 */
let served: ServedPage;
const browsers = new Browsers();
let context: BrowserContext | undefined;
let page: Page;

test.beforeAll(async () => {
  served = await servePage('./page.ts');
});
test.afterAll(async () => {
  await browsers.stop();
  await served.stop();
});
test.afterEach(async () => {
  await context?.close();
  await browsers.trim();
});

async function open(options: ChromiumOptions = {}): Promise<void> {
  context = await (await browsers.use(options)).newContext();
  if ((options.microphone ?? 'granted') === 'granted') await context.grantPermissions(['microphone']);
  page = await context.newPage();
  await page.goto(served.url);
  await expect.poll(() => page.evaluate(() => window.mediaBench.claims().length)).toBe(1);
}

/**
 * From now on the gateway takes legs ahead of calls, and has one. The first offer has been refused by then: taken
 * while the window drops its leg for the new lease, it would be a far end that nobody connects to.
 */
async function keepOneWarm(): Promise<void> {
  await expect.poll(() => page.evaluate(() => window.mediaBench.warmRefusals())).toBe(1);
  await page.evaluate(() => {
    window.mediaBench.takeWarmLegs(440);
  });
  await expect.poll(() => page.evaluate(() => window.mediaBench.warmStates())).toEqual(['connected']);
}

const legStates = (callId: string) => page.evaluate((id) => window.mediaBench.legStates(id), callId);
const loudness = (callId: string) => page.evaluate((id) => window.mediaBench.level(id), callId);
const openMicrophones = () => page.evaluate(() => window.mediaBench.openMicrophones());
const start = (callId: string) =>
  page.evaluate((id) => window.mediaBench.ask('media.start', { callId: id, codec: null }), callId);
const close = (callId: string) => page.evaluate((id) => window.mediaBench.ask('media.close', { callId: id }), callId);
/** Level that is no silence (which stays below 0.005); the browser's own gain control moves it about. */
const audible = 0.01;

/** The loudest in some samples: Chromium's fake microphone beeps once a second. */
const loudest = async (callId: string, samples: number) => {
  let peak = 0;
  for (let sample = 0; sample < samples; sample += 1) peak = Math.max(peak, await loudness(callId));
  return peak;
};

test('a call has sound from the microphone, and the microphone closes with it', async () => {
  await open();
  await page.evaluate(() => window.mediaBench.connect('one', 440));
  expect(await openMicrophones()).toBe(0);
  expect(await legStates('one')).not.toContain('live');

  await start('one');
  await expect.poll(() => legStates('one')).toContain('live');
  await expect.poll(() => loudest('one', 20), { timeout: 15_000 }).toBeGreaterThan(audible);

  await close('one');
  await expect.poll(openMicrophones).toBe(0);
  await expect.poll(() => page.evaluate(() => window.mediaBench.farEndState('one'))).not.toBe('connected');
  expect(await page.evaluate(() => window.mediaBench.reported())).toEqual([]);
});

test('mute silences the far end, and the microphone is shared by calls that are muted on their own', async () => {
  await open();
  for (const callId of ['one', 'two']) {
    await page.evaluate((id) => window.mediaBench.connect(id, 440), callId);
    await start(callId);
  }
  expect(await page.evaluate(() => window.mediaBench.asked().length)).toBe(1);
  await expect.poll(() => loudest('one', 20), { timeout: 15_000 }).toBeGreaterThan(audible);
  await page.evaluate(() => window.mediaBench.ask('media.mute', { callId: 'one', muted: true }));
  await expect.poll(() => loudest('one', 60), { timeout: 10_000 }).toBeLessThan(0.005);
  await expect.poll(() => loudest('two', 20), { timeout: 15_000 }).toBeGreaterThan(audible);
  await close('one');
  expect(await openMicrophones()).toBeGreaterThan(0);
  await close('two');
  await expect.poll(openMicrophones).toBe(0);
});

test('mute before the microphone is open holds when it opens', async () => {
  await open();
  await page.evaluate(() => window.mediaBench.connect('one', 440));
  await page.evaluate(() => window.mediaBench.ask('media.mute', { callId: 'one', muted: true }));
  await start('one');
  await expect.poll(() => legStates('one')).toContain('live');
  expect(await loudest('one', 60)).toBeLessThan(0.005);
});

test('the codec that the far end chose is sent, without another offer', async () => {
  await open();
  await page.evaluate(() => window.mediaBench.connect('one', 440));
  for (const name of ['PCMU', 'pcma']) {
    await page.evaluate(
      (codec) => window.mediaBench.ask('media.start', { callId: 'one', codec: { name: codec, clockRateHz: 8_000 } }),
      name,
    );
    await expect
      .poll(() => page.evaluate(() => window.mediaBench.codecsHeard('one')), { timeout: 5_000 })
      .toEqual([`audio/${name.toUpperCase()}`]);
  }
  const refused = await page.evaluate(() =>
    window.mediaBench.ask('media.start', { callId: 'one', codec: { name: 'G729', clockRateHz: 8_000 } }).then(
      () => 'sent',
      (error: unknown) => String(error),
    ),
  );
  expect(refused).toContain('does not speak the codec');
});

test('a leg that is asked for anew goes on as the old one was', async () => {
  await open();
  await page.evaluate(() => window.mediaBench.connect('one', 440));
  await start('one');
  await page.evaluate(() => window.mediaBench.ask('media.mute', { callId: 'one', muted: true }));
  await page.evaluate(() => window.mediaBench.connect('one', 440));
  await expect.poll(async () => (await legStates('one')).filter((state) => state === 'live').length).toBe(2);
  expect(await loudest('one', 60)).toBeLessThan(0.005);
  await page.evaluate(() => window.mediaBench.ask('media.mute', { callId: 'one', muted: false }));
  await expect.poll(() => loudest('one', 20), { timeout: 15_000 }).toBeGreaterThan(audible);
});

test('a leg is connected before there is a call, silent and without a microphone, and the next call takes it', async () => {
  await open();
  await keepOneWarm();
  expect(await openMicrophones()).toBe(0);
  expect(await page.evaluate(() => window.mediaBench.speakers())).toBe(0);
  expect(await page.evaluate(() => window.mediaBench.legs())).toEqual([]);

  await page.evaluate(() => window.mediaBench.connect('one', 0));
  await start('one');
  await expect.poll(() => legStates('one')).toEqual(['live']);
  await expect.poll(() => loudest('one', 20), { timeout: 15_000 }).toBeGreaterThan(audible);
  expect(await page.evaluate(() => window.mediaBench.speakers())).toBe(1);
  // The next call finds one again.
  await expect
    .poll(() => page.evaluate(() => window.mediaBench.warmStates()), { timeout: 10_000 })
    .toEqual(['connected', 'connected']);
  await close('one');
  expect(await openMicrophones()).toBe(0);
});

test('a warm leg that the gateway does not know any more gives way to a new one, and so do the wishes', async () => {
  await open();
  await keepOneWarm();
  await page.evaluate(async () => {
    await window.mediaBench.connect('one', 0);
    window.mediaBench.loseWarmLegs();
  });
  await start('one');
  const offered = await page.evaluate(() => window.mediaBench.offerAfresh('one'));
  expect(Object.keys(offered)).toEqual(['sdp']);
  expect(await openMicrophones()).toBeGreaterThan(0);
  await close('one');
  await expect.poll(openMicrophones).toBe(0);
});

test('a window that loses the lease keeps no leg', async () => {
  await open();
  await keepOneWarm();
  await page.evaluate(() => {
    window.mediaBench.setHolder('another window');
  });
  await expect
    .poll(() => page.evaluate(() => window.mediaBench.warmStates()), { timeout: 10_000 })
    .not.toContain('connected');
});

test('a direct call carries its candidates, sound both ways and digits', async () => {
  await open();
  const direct = await page.evaluate(() =>
    window.mediaBench.ask('media.offer', { callId: 'direct', kinds: ['audio'], path: 'direct', iceServers: [] }),
  );
  expect(direct).toMatchObject({ sdp: expect.stringContaining('a=candidate:') });
  await close('direct');

  await page.evaluate(() => window.mediaBench.connectFromFarEnd('one', 440));
  await start('one');
  await expect.poll(() => legStates('one')).toContain('live');
  await expect.poll(() => loudest('one', 20), { timeout: 15_000 }).toBeGreaterThan(audible);
  await page.evaluate(() => window.mediaBench.ask('media.dtmf', { callId: 'one', digits: '12#' }));
});

test('a video line passes through the offer', async () => {
  await open();
  const offered = await page.evaluate(() =>
    window.mediaBench.ask('media.offer', {
      callId: 'one',
      kinds: ['audio', 'video'],
      path: 'gateway',
      iceServers: [],
    }),
  );
  expect('sdp' in offered && offered.sdp).toMatch(/^m=audio [^]*^m=video /m);
});

test('a refused microphone is said and leaves nothing open', async () => {
  await open({ microphone: 'ask' });
  await page.evaluate(() => window.mediaBench.connect('one', 440));
  await start('one');
  await expect.poll(() => legStates('one')).toContain('micDenied');
  const detail = await page.evaluate(() => window.mediaBench.legs().find((leg) => leg.state === 'micDenied')?.detail);
  expect(detail).toContain('may not use your microphone');
  expect(await legStates('one')).not.toContain('live');
});

test('a missing microphone is said', async () => {
  await open({ microphone: 'missing' });
  await page.context().grantPermissions(['microphone']);
  await page.evaluate(() => window.mediaBench.connect('one', 440));
  await start('one');
  await expect.poll(() => legStates('one')).toContain('micMissing');
});

test('the codecs of this browser are reported', async () => {
  await open();
  const names = await page.evaluate(() => window.mediaBench.codecs().map((codec) => codec.name));
  expect(names).toEqual(expect.arrayContaining(['opus', 'PCMU', 'PCMA', 'G722', 'telephone-event', 'VP8']));
  expect(names).not.toContain('rtx');
});

test('a free lease is claimed, and a lost one takes sound and ring away', async () => {
  await open();
  await page.evaluate(() => window.mediaBench.connect('one', 440));
  await start('one');
  await expect.poll(() => legStates('one')).toContain('live');
  await page.evaluate(() => {
    window.mediaBench.setHolder('another');
  });
  await expect.poll(openMicrophones).toBe(0);
  const claimsBefore = await page.evaluate(() => window.mediaBench.claims().length);
  await page.evaluate(() => {
    window.mediaBench.setHolder(null);
  });
  await expect.poll(() => page.evaluate(() => window.mediaBench.claims().length)).toBe(claimsBefore + 1);
});

test('only the holder rings, and stops at once when the call is answered or silenced', async () => {
  await open();
  const call = (id: string, state: Call['state']): Call => ({
    id,
    deviceId: 'softphone',
    direction: 'in',
    state,
    party: { number: '1001' },
    capabilities: [],
    startedAtMs: 0,
    muted: false,
    farHolds: false,
    silenced: false,
    recording: false,
    encrypted: false,
  });
  const setCalls = (...calls: Call[]) =>
    page.evaluate((list) => {
      window.mediaBench.setCalls(list);
    }, calls);
  const sounding = () => page.evaluate(() => window.mediaBench.playing());
  await setCalls(call('one', 'ringing'));
  await expect.poll(sounding).toBe('ring');
  await setCalls(call('one', 'connecting'));
  await expect.poll(sounding).toBe('silence');
  await setCalls(call('two', 'ringing'));
  await expect.poll(sounding).toBe('ring');
  await setCalls({ ...call('two', 'ringing'), silenced: true });
  await expect.poll(sounding).toBe('silence');
  await page.evaluate(() => {
    window.mediaBench.setHolder('another');
  });
  await setCalls(call('three', 'ringing'));
  await expect.poll(sounding).toBe('silence');
});

test('720p H.264 is measured in both directions', async () => {
  await open();
  const parts = await page.evaluate(() => window.mediaBench.measureVideo());
  expect(parts.map((part) => part.part)).toEqual(['encode', 'decode']);
  for (const part of parts) {
    expect(part.framesPerSecond).toBeGreaterThan(1);
    expect(part.processorShare).toBeGreaterThan(0);
  }
});
