import { describe, expect, test } from 'vitest';
import { LossPattern } from './loss-pattern.ts';
import { buildExtendedReport } from './rtcp-compound.ts';
import {
  buildDelaySinceReference,
  buildStatisticsSummary,
  buildVoipMetrics,
  readExtendedReport,
  readXrAttribute,
  xrWanted,
  type StatisticsSummary,
  type VoipMetrics,
} from './rtcp-xr.ts';
import { splitRtcp, type RtcpPacket } from './rtcp.ts';

const metrics: VoipMetrics = {
  ssrc: 0x0102_0304,
  lossRate: 5,
  discardRate: 2,
  burstDensity: 100,
  gapDensity: 3,
  burstMs: 240,
  gapMs: 8_000,
  roundTripMs: 52,
  endSystemMs: 61,
  rating: 88,
  listeningScore: 4.2,
  conversationScore: 4.1,
  bufferMs: 40,
};
const summary: StatisticsSummary = {
  ssrc: 0x0102_0304,
  firstSequence: 10,
  endSequence: 300,
  lost: 3,
  duplicates: 1,
  jitter: { min: 0, max: 90, mean: 12, deviation: 4 },
};

function report(...blocks: readonly Buffer[]): RtcpPacket {
  const [packet] = splitRtcp(buildExtendedReport(7, blocks)) ?? [];
  if (packet === undefined) throw new Error('malformed');
  return packet;
}

test('VoIP metrics have the layout of RFC 3611 section 4.7', () => {
  expect(buildVoipMetrics(metrics).toString('hex').match(/.{8}/g)).toEqual([
    '07000008', // block type 7, length 8
    '01020304',
    '05026403', // loss, discard, burst density, gap density
    '00f01f40', // burst and gap in milliseconds
    '0034003d', // round trip, end system
    '7f7f7f10', // levels and echo not known, Gmin 16
    '587f2a29', // R, external R not known, MOS-LQ, MOS-CQ
    'b0000028', // receiver configuration, nominal jitter buffer
    '0028ffff',
  ]);
});

test('a statistics summary has the layout of section 4.6', () => {
  expect(buildStatisticsSummary(summary).toString('hex').match(/.{8}/g)).toEqual([
    '06e00009', // block type 6; loss, duplicates and jitter, no TTL; length 9
    '01020304',
    '000a012c',
    '00000003',
    '00000001',
    '00000000',
    '0000005a',
    '0000000c',
    '00000004',
    '00000000',
  ]);
});

test('the answer to a time that was told has the layout of section 4.5', () => {
  expect(buildDelaySinceReference(0x0102_0304, 0x0304_0506, 1_500).toString('hex').match(/.{8}/g)).toEqual([
    '05000003',
    '01020304',
    '03040506',
    '00018000', // one and a half seconds in 1/65536
  ]);
});

describe('reading', () => {
  test('gives back what was written, and passes over blocks of others', () => {
    const duplicates = Buffer.from('020000020102030405060708', 'hex');
    expect(readExtendedReport(report(duplicates, buildVoipMetrics(metrics), buildStatisticsSummary(summary)))).toEqual({
      voipMetrics: [metrics],
      summaries: [summary],
    });
  });

  test('a time that is told is its middle 32 bits (section 4.4)', () => {
    const told = Buffer.from('040000020102030405060708', 'hex');
    expect(readExtendedReport(report(told)).referenceTime).toBe(0x0304_0506);
    const odd = Buffer.from('04000003010203040506070800000000', 'hex');
    expect(readExtendedReport(report(odd))).not.toHaveProperty('referenceTime');
  });

  test('"not known", and scores that cannot be, are not known', () => {
    for (const byte of [127, 9, 51, 0, 255]) {
      const block = buildVoipMetrics(metrics);
      block.fill(byte, 26, 28);
      const [read] = readExtendedReport(report(block)).voipMetrics;
      expect(read, String(byte)).not.toHaveProperty('listeningScore');
      expect(read, String(byte)).not.toHaveProperty('conversationScore');
    }
    const block = buildVoipMetrics(metrics);
    block.writeUInt8(101, 24);
    block.writeUInt16BE(0, 16);
    expect(readExtendedReport(report(block)).voipMetrics[0]).not.toHaveProperty('rating');
    expect(readExtendedReport(report(block)).voipMetrics[0]).not.toHaveProperty('roundTripMs');
  });

  test('a block that is longer than the packet, or of another length than its kind, counts for nothing', () => {
    const long = buildVoipMetrics(metrics);
    long.writeUInt16BE(200, 2);
    expect(readExtendedReport(report(long, buildVoipMetrics(metrics))).voipMetrics).toEqual([]);
    const odd = Buffer.concat([buildVoipMetrics(metrics), Buffer.alloc(4)]);
    odd.writeUInt16BE(9, 2);
    expect(readExtendedReport(report(odd, buildVoipMetrics(metrics))).voipMetrics).toHaveLength(1);
  });
});

test('what we ask for is what we read', () => {
  expect(readXrAttribute(xrWanted)).toEqual(['voipMetrics', 'statSummary']);
  expect(readXrAttribute('VOIP-METRICS')).toEqual(['voipMetrics']);
  expect(readXrAttribute('pkt-loss-rle=200 rcvr-rtt=all')).toEqual([]);
  expect(readXrAttribute('')).toEqual([]);
});

describe('how losses cluster (RFC 3611 section 4.7.2)', () => {
  const patternOf = (count: number, isLost: (sequence: number) => boolean): LossPattern => {
    const pattern = new LossPattern();
    for (let sequence = 0; sequence < count; sequence += 1) if (!isLost(sequence)) pattern.add(sequence & 0xffff);
    return pattern;
  };

  test('without loss all of it is gap', () => {
    expect(patternOf(1_000, () => false).figures(20)).toEqual({
      burstDensity: 0,
      gapDensity: 0,
      burstMs: 0,
      gapMs: 20_000,
    });
  });

  test('losses alone belong to the gap', () => {
    const figures = patternOf(70_000, (sequence) => sequence % 100 === 50).figures(20);
    expect(figures).toMatchObject({ burstDensity: 0, burstMs: 0, gapDensity: 3 });
  });

  test('losses close together are a burst of their length and density', () => {
    // In each thousand packets forty, of which every second one is lost.
    const figures = patternOf(
      50_000,
      (sequence) => sequence % 1_000 >= 500 && sequence % 1_000 < 540 && sequence % 2 === 0,
    ).figures(20);
    expect(figures.burstMs).toBeGreaterThan(700);
    expect(figures.burstMs).toBeLessThan(900);
    expect(figures.burstDensity).toBeGreaterThan(115);
    expect(figures.burstDensity).toBeLessThan(140);
    expect(figures.gapMs).toBeGreaterThan(18_500);
    expect(figures.gapMs).toBeLessThan(20_000);
    expect(figures.gapDensity).toBe(0);
  });

  test('a burst that is not over counts already, and a restart of the sender is no loss', () => {
    const pattern = patternOf(100, () => false);
    pattern.add(120);
    expect(pattern.figures(20).burstDensity).toBeGreaterThan(200);
    const restarted = patternOf(100, () => false);
    restarted.add(40_000);
    expect(restarted.figures(20).burstDensity).toBe(0);
  });
});
