import { describe, expect, test } from 'vitest';
import { SoundLab } from './sound-lab.test-support.ts';
import { until } from './wait.ts';

/**
 * The gateway's own RTCP (RFC 3550, RFC 3611) and SDES keys (RFC 4568, RFC 7714) as real phones see them. The window is
 * scripted and sends no RTCP at all: what the phones get is the gateway's. Phones and servers share one computer, so
 * a round trip of a quarter of a second is long.
 */
const longMs = 250;
const sound = SoundLab.use();

interface MemberReport {
  readonly lost: number;
  readonly jitterMs: number;
  readonly roundTripMs: number;
  /** Packets that our sender report names, and those that came. */
  readonly sent: number;
  readonly received: number;
}

/** What baresip knows of our stream from our reports. */
async function baresipsView(): Promise<MemberReport | undefined> {
  const { lab } = sound;
  const text = await lab.bob.command('callstat');
  const found =
    /lost=(-?\d+) Jitter=([\d.]+)ms RTT=([\d.]+)ms\s+IP=\S+ psent=(\d+) rcvd=(\d+)/.exec(text) ??
    /lost=(-?\d+) Jitter=([\d.]+)ms RTT=([\d.]+)ms\s+IP=\S+ psent=(\d+) rcvd=(\d+)/.exec(
      await lab.bob.command('audio_debug'),
    );
  if (found === null) return undefined;
  const [lost = 0, jitterMs = 0, roundTripMs = 0, sent = 0, received = 0] = found.slice(1).map(Number);
  return { lost, jitterMs, roundTripMs, sent, received };
}

test(
  'baresip, through rtpengine: counts, loss, jitter and round trip in both directions, and reports while on hold',
  { timeout: 120_000 },
  async () => {
    const { lab, rig, farHz } = sound;
    const call = await sound.call('bob');
    const theirs = await until(
      'baresip to know the round trip',
      async () => {
        const view = await baresipsView();
        return view !== undefined && view.roundTripMs > 0 && view;
      },
      30_000,
      100,
    );
    expect(theirs.roundTripMs).toBeLessThan(longMs);
    expect(theirs.lost).toBe(0);
    // The report is older than what came since, and speaks of what had left by then.
    expect(theirs.sent).toBeGreaterThan(50);
    expect(theirs.sent).toBeLessThanOrEqual(theirs.received + 5);
    const ours = await rig.audio();
    expect(ours.reported).toMatchObject({ lossPercent: 0 });
    expect(ours.reported?.roundTripMs).toBeLessThan(longMs);
    expect(ours.fromPeer.lost).toBe(0);

    await call.hold();
    const sent = (await baresipsView())?.sent;
    const from = lab.bob.events.length;
    await until(
      'two reports on hold',
      () => lab.bob.events.slice(from).filter(({ type }) => type === 'CALL_RTCP').length >= 2,
      30_000,
      100,
    );
    // No sound goes out, so the count stands still.
    expect((await baresipsView())?.sent).toBeLessThanOrEqual((sent ?? 0) + 60);
    await call.resume();
    await rig.expectToneInWindow(farHz);
    // baresip records no more after a hold; it counts what it plays.
    await until('sound after the hold', async () => ((await baresipsView())?.received ?? 0) > theirs.received + 50);
  },
);

test(
  'linphone asks for extended reports and sends its own: its score of what it hears',
  { timeout: 120_000 },
  async () => {
    const { lab, rig, farHz } = sound;
    await lab.frank.use({ hz: farHz });
    await sound.call('frank');
    const reported = await until(
      'the score',
      async () => {
        const { reported: found } = await rig.audio();
        return found?.score !== undefined && found.roundTripMs !== undefined && found;
      },
      30_000,
      100,
    );
    expect(reported.score).toBeGreaterThan(3.5);
    expect(reported.discardPercent).toBeLessThan(10);
    expect(reported.lossPercent).toBe(0);
    await sound.endWith(lab.frank);
  },
);

test(
  'with one packet of ten lost linphone still hears the tone, and what it reports of it is known here',
  { timeout: 120_000 },
  async () => {
    const { lab, rig, farHz } = sound;
    await lab.frank.use({ hz: farHz });
    rig.window.isLossy = true;
    try {
      await sound.call('frank');
      const reported = await until(
        'the loss',
        async () => {
          const { reported: found } = await rig.audio();
          return found !== undefined && found.lossPercent > 0 && found.score !== undefined && found;
        },
        30_000,
        100,
      );
      expect(reported.lossPercent).toBeGreaterThan(5);
      expect(reported.lossPercent).toBeLessThan(20);
    } finally {
      rig.window.isLossy = false;
    }
    await sound.endWith(lab.frank);
  },
);

describe('SRTP with keys of SDES', () => {
  const withBaresip = ['AEAD_AES_256_GCM', 'AEAD_AES_128_GCM', 'AES_CM_128_HMAC_SHA1_80'];

  test.each(withBaresip)('%s: baresip and the window hear each other', { timeout: 120_000 }, async (suite) => {
    const { lab, rig } = sound;
    await lab.bob.useEncryption('required');
    await rig.use({ mode: 'required', keysAreSecret: true, suites: [suite] });
    await sound.call('bob');
    expect(rig.events.find(({ type }) => type === 'established')).toMatchObject({ encrypted: true });
    expect(await rig.audio()).not.toHaveProperty('dropped.authentication');
    // RTCP is encrypted with the same keys; baresip gives it the short tag of RTP, against RFC 4568 section 6.2.2.
    if (!suite.endsWith('_32')) await until('a report', async () => (await rig.audio()).reported, 40_000, 100);
  });

  test(
    'AES_256_CM_HMAC_SHA1_80: linphone and the window hear each other, after a hold, and after new keys',
    { timeout: 120_000 },
    async () => {
      const { lab, rig, farHz } = sound;
      const suites = ['AES_256_CM_HMAC_SHA1_80'];
      await lab.frank.use({ hz: farHz, encryption: 'required', suites });
      await rig.use({ mode: 'required', keysAreSecret: true, suites });
      const call = await sound.call('frank');
      await until('a report', async () => (await rig.audio()).reported, 40_000, 100);
      await call.hold();
      await rig.expectSilenceBothWays(lab.frank);
      await call.resume();
      await rig.expectSoundBothWays(lab.frank, farHz);
      // The process that counted packets is gone, so the next offer brings new keys. (baresip 1.0 keeps those of the first.)
      process.kill(rig.gatewayPid, 'SIGKILL');
      const isFlowing = (): Promise<boolean> =>
        rig.audio().then(
          ({ fromPeer }) => fromPeer.packets > 20,
          () => false,
        );
      await until('sound under new keys', isFlowing, 30_000, 50);
      await rig.expectSoundBothWays(lab.frank, farHz);
      await sound.endWith(lab.frank);
    },
  );
});
