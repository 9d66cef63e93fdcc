import { describe, expect, test } from 'vitest';
import { verdictOfScore } from '../../src-shared/model/call-quality.ts';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { KindStats, MediaDirection } from '../media-gateway/media.ts';
import { judge } from './call-quality.ts';
import { meanOpinionScore, rating } from '../core/e-model.ts';
import { FakeMediaFactory, FakeWindow } from './fake-window.test-support.ts';
import { QualityMonitor } from './quality-monitor.ts';
import { watchSound } from './sound-watch.ts';

const fine = { codec: 'PCMA', roundTripMs: 30, jitterMs: 2, lossInPercent: 0, lossOutPercent: 0, isSilent: false };

describe('the E-model (ITU-T G.107)', () => {
  test('R becomes the score of annex B', () => {
    expect([0, 50, 60, 70, 80, 90, 93.2].map(meanOpinionScore)).toEqual([1, 2.58, 3.1, 3.6, 4.02, 4.34, 4.41]);
  });

  test('loss, delay and a weaker codec each cost', () => {
    const of = (change: Partial<Parameters<typeof rating>[0]>): number =>
      rating({ codec: 'PCMA', roundTripMs: 20, jitterMs: 0, lossPercent: 0, ...change }) ?? -1;
    const best = of({});
    expect(best).toBeGreaterThan(90);
    expect(best - of({ lossPercent: 5 })).toBeCloseTo((95 * 5) / (5 + 25.1), 1);
    expect(best - of({ codec: 'G729' })).toBeGreaterThan(11);
    expect(of({ roundTripMs: 600 })).toBeLessThan(best - 20);
    expect(of({ roundTripMs: 5_000, lossPercent: 90 })).toBe(0);
    expect(rating({ codec: 'unheard', roundTripMs: 0, jitterMs: 0, lossPercent: 0 })).toBeUndefined();
  });
});

describe('the verdict', () => {
  test('of a score follows annex B', () => {
    expect([4.5, 4, 3.9, 3.6, 3.5, 3.1, 3, 1].map(verdictOfScore)).toEqual([
      'good',
      'good',
      'fair',
      'fair',
      'poor',
      'poor',
      'bad',
      'bad',
    ]);
  });

  test.each<[string, Partial<typeof fine>, CallQuality['verdict'], CallQuality['reason']]>([
    ['nothing wrong', {}, 'good', undefined],
    ['loss on the way here', { lossInPercent: 10 }, 'poor', 'lossIn'],
    ['loss on the way there', { lossOutPercent: 20 }, 'bad', 'lossOut'],
    ['loss both ways', { lossInPercent: 20, lossOutPercent: 16 }, 'bad', 'lossBoth'],
    ['a long way', { roundTripMs: 900 }, 'bad', 'delay'],
    ['silence', { isSilent: true }, 'bad', 'noSound'],
  ])('%s', (_name, change, verdict, reason) => {
    const quality = judge({ ...fine, ...change });
    expect(quality.verdict).toBe(verdict);
    expect(quality.reason).toBe(reason);
  });

  test.each(['roundTripMs', 'jitterMs', 'lossInPercent', 'lossOutPercent'] as const)(
    'is not known without %s, rather than good, and there is no score',
    (missing) => {
      const { [missing]: _gone, ...rest } = fine;
      expect(judge(rest)).toMatchObject({ verdict: 'notKnown' });
      expect(judge(rest).mos).toBeUndefined();
    },
  );

  test('bad news counts even when the rest is not known', () => {
    expect(judge({ codec: 'PCMA', lossInPercent: 30, isSilent: false })).toMatchObject({
      verdict: 'bad',
      reason: 'lossIn',
    });
  });

  test('each way has a score of its own, and the worse one is that of the call', () => {
    const { mosIn, mosOut, mos } = judge({ ...fine, lossOutPercent: 10 });
    expect(mosIn).toBe(judge(fine).mos);
    expect(mosOut).toBe(mos);
    expect(mosOut).toBeLessThan(mosIn ?? 0);
    const { lossOutPercent: _unknown, ...here } = fine;
    expect(judge(here)).toMatchObject({ mosIn });
    expect(judge(here)).not.toHaveProperty('mosOut');
  });

  test('a codec that nobody has measured has no score', () => {
    expect(judge({ ...fine, codec: 'unheard' })).toMatchObject({ verdict: 'notKnown' });
  });
});

const nothingCame: KindStats = {
  kind: 'audio',
  fromPeer: { packets: 0, bytes: 0, lost: 0, jitterMs: 0 },
  fromRenderer: { packets: 0, bytes: 0, lost: 0, jitterMs: 0 },
  dropped: {},
};

class Rig {
  readonly clock = new TestClock();
  readonly told: CallQuality[] = [];
  readonly silences: boolean[] = [];
  expects = true;
  audio = nothingCame;
  readonly monitor = new QualityMonitor({
    clock: this.clock,
    stats: () => Promise.resolve({ callId: 'a', kinds: [this.audio], rendererLeg: 'connected' }),
    codec: () => 'PCMA',
    expectsSound: () => this.expects,
    measured: (quality) => this.told.push(quality),
    silence: (isSilent) => this.silences.push(isSilent),
  });

  /** Two seconds in which these packets came and these were lost. */
  async turn(packets: number, lost = 0): Promise<void> {
    this.clock.advance(2_000);
    // The statistics come as a promise, and the next turn is ordered behind it.
    await Promise.resolve();
    await Promise.resolve();
    const { fromPeer } = this.audio;
    if (packets > 0) {
      this.audio = {
        ...this.audio,
        fromPeer: {
          ...fromPeer,
          packets: fromPeer.packets + packets,
          lost: fromPeer.lost + lost,
          jitterMs: 3,
          lastPacketAtMs: this.clock.now(),
        },
      };
    }
  }
}

describe('watching a call', () => {
  test('loss is that of the last ten seconds', async () => {
    const rig = new Rig();
    rig.monitor.start();
    for (const lost of [0, 10, 0, 0]) await rig.turn(100, lost);
    await rig.turn(100);
    expect(rig.told.at(-1)?.lossInPercent).toBe(2.4);
    for (let turn = 0; turn < 6; turn += 1) await rig.turn(100);
    expect(rig.told.at(-1)?.lossInPercent).toBe(0);
  });

  test('what the far end reports is shown, but not for ever', async () => {
    const rig = new Rig();
    rig.monitor.start();
    await rig.turn(100);
    rig.audio = { ...rig.audio, reported: { lossPercent: 4, jitterMs: 1, roundTripMs: 41.2, atMs: rig.clock.now() } };
    await rig.turn(100);
    await rig.turn(100);
    expect(rig.told.at(-1)).toMatchObject({ lossOutPercent: 4, roundTripMs: 41 });
    for (let turn = 0; turn < 8; turn += 1) await rig.turn(100);
    expect(rig.told.at(-1)?.lossOutPercent).toBeUndefined();
  });

  test("the far end's own score goes beside ours as long as its report is fresh", async () => {
    const rig = new Rig();
    rig.monitor.start();
    rig.audio = { ...rig.audio, reported: { lossPercent: 0, jitterMs: 1, score: 4.2, atMs: rig.clock.now() } };
    await rig.turn(100);
    await rig.turn(100);
    expect(rig.told.at(-1)).toMatchObject({ mosReported: 4.2, verdict: 'notKnown' });
    for (let turn = 0; turn < 8; turn += 1) await rig.turn(100);
    expect(rig.told.at(-1)).not.toHaveProperty('mosReported');
  });

  test('no RTP for five seconds is told once, and that it is back', async () => {
    const rig = new Rig();
    rig.monitor.start();
    for (let turn = 0; turn < 3; turn += 1) await rig.turn(100);
    expect(rig.silences).toEqual([]);
    for (let turn = 0; turn < 5; turn += 1) await rig.turn(0);
    expect(rig.silences).toEqual([true]);
    expect(rig.told.at(-1)).toMatchObject({ verdict: 'bad', reason: 'noSound' });
    await rig.turn(100);
    await rig.turn(100);
    expect(rig.silences).toEqual([true, false]);
  });

  test('a pause that comfort noise began is no silence for half a minute', async () => {
    const rig = new Rig();
    rig.monitor.start();
    await rig.turn(100);
    rig.audio = { ...rig.audio, fromPeer: { ...rig.audio.fromPeer, inPause: true } };
    for (let turn = 0; turn < 14; turn += 1) await rig.turn(0);
    expect(rig.silences).toEqual([]);
    for (let turn = 0; turn < 3; turn += 1) await rig.turn(0);
    expect(rig.silences).toEqual([true]);
  });

  test('a call that never sounded is silent five seconds after it was connected', async () => {
    const rig = new Rig();
    rig.monitor.start();
    await rig.turn(0);
    await rig.turn(0);
    expect(rig.silences).toEqual([]);
    await rig.turn(0);
    expect(rig.silences).toEqual([true]);
  });

  test('on hold silence is what is expected, and five seconds begin anew after it', async () => {
    const rig = new Rig();
    rig.monitor.start();
    await rig.turn(100);
    rig.expects = false;
    for (let turn = 0; turn < 10; turn += 1) await rig.turn(0);
    expect(rig.silences).toEqual([]);
    rig.expects = true;
    await rig.turn(0);
    expect(rig.silences).toEqual([]);
  });

  test('after the end nothing is measured', async () => {
    const rig = new Rig();
    rig.monitor.start();
    await rig.turn(100);
    rig.monitor.stop();
    const before = rig.told.length;
    for (let turn = 0; turn < 5; turn += 1) await rig.turn(0);
    expect(rig.told.length).toBe(before);
    expect(rig.silences).toEqual([]);
  });
});

test.each<[string, MediaDirection, boolean, number]>([
  ['that is talked on', 'sendrecv', false, 1],
  ['that they only speak on', 'recvonly', false, 1],
  ['that they only listen to', 'sendonly', false, 0],
  ['that is on hold', 'sendrecv', true, 0],
])('silence of a call %s', async (_name, direction, isHeld, times) => {
  const clock = new TestClock();
  const media = new FakeMediaFactory(new FakeWindow()).open('a');
  const stats = { callId: 'a', kinds: [nothingCame], rendererLeg: 'connected' };
  Object.assign(media.session, { stats: () => Promise.resolve(stats) });
  const told: DeviceCallEvent[] = [];
  const watch = watchSound({
    clock,
    media,
    audio: () => ({ codec: 'PCMA', clockRateHz: 8_000, channels: 1, payloadType: 8, direction }),
    isHeld: () => isHeld,
    tell: (event) => told.push(event),
  });
  watch.start();
  for (let turn = 0; turn < 5; turn += 1) {
    clock.advance(2_000);
    await Promise.resolve();
    await Promise.resolve();
  }
  watch.stop();
  expect(told.filter(({ type }) => type === 'notice')).toHaveLength(times);
});
