import type { RtcpPacket } from './rtcp.ts';

/** What a far end may ask for in `a=rtcp-xr` (RFC 3611 section 5.1) and we can give. */
export const xrFormats = ['voipMetrics', 'statSummary'] as const;
export type XrFormat = (typeof xrFormats)[number];

/** What we ask of a far end. */
export const xrWanted = 'voip-metrics stat-summary=loss,dup,jitt';

/** The formats that the value of an `a=rtcp-xr` line asks for; others than ours are passed over. */
export function readXrAttribute(value: string): readonly XrFormat[] {
  const names = value
    .toLowerCase()
    .split(/\s+/)
    .map((format) => format.split('=')[0]);
  return xrFormats.filter((format) => names.includes(format === 'voipMetrics' ? 'voip-metrics' : 'stat-summary'));
}

const blockTypes = { receiverReferenceTime: 4, delaySinceReference: 5, statisticsSummary: 6, voipMetrics: 7 } as const;
/** "Not known" of levels, ratings and scores (RFC 3611 section 4.7). */
export const notKnown = 127;
const voipMetricsWords = 8;
const statisticsWords = 9;
const referenceWords = 2;
const delayWords = 3;
/** Enhanced concealment of lost packets, and a jitter buffer that adapts: Chromium's (section 4.7.6). */
const receiverConfiguration = 0b1011_0000;
/** Section 4.7.2. */
const gapMinimum = 16;

/** How the stream of `ssrc` sounds (RFC 3611 section 4.7); what is absent is not known. */
export interface VoipMetrics {
  readonly ssrc: number;
  /** 1/256 each, as are the densities. */
  readonly lossRate: number;
  readonly discardRate: number;
  readonly burstDensity: number;
  readonly gapDensity: number;
  readonly burstMs: number;
  readonly gapMs: number;
  readonly roundTripMs?: number;
  readonly endSystemMs?: number;
  /** 0 to 100. */
  readonly rating?: number;
  /** Mean opinion scores of listening alone and of the conversation with its delays, 1 to 5. */
  readonly listeningScore?: number;
  readonly conversationScore?: number;
  readonly bufferMs: number;
}

/** A word on every figure of a stretch of the stream (RFC 3611 section 4.6). */
export interface StatisticsSummary {
  readonly ssrc: number;
  readonly firstSequence: number;
  /** The one after the last. */
  readonly endSequence: number;
  readonly lost?: number;
  readonly duplicates?: number;
  /** Of the time between packets, in units of the RTP timestamp. */
  readonly jitter?: { readonly min: number; readonly max: number; readonly mean: number; readonly deviation: number };
}

export function buildVoipMetrics(metrics: VoipMetrics): Buffer {
  const block = startBlock(blockTypes.voipMetrics, 0, voipMetricsWords);
  block.writeUInt32BE(metrics.ssrc, 4);
  block.writeUInt8(byteOf(metrics.lossRate), 8);
  block.writeUInt8(byteOf(metrics.discardRate), 9);
  block.writeUInt8(byteOf(metrics.burstDensity), 10);
  block.writeUInt8(byteOf(metrics.gapDensity), 11);
  block.writeUInt16BE(halfOf(metrics.burstMs), 12);
  block.writeUInt16BE(halfOf(metrics.gapMs), 14);
  block.writeUInt16BE(halfOf(metrics.roundTripMs ?? 0), 16);
  block.writeUInt16BE(halfOf(metrics.endSystemMs ?? 0), 18);
  // Levels and echo: the sound itself is not looked at.
  block.fill(notKnown, 20, 23);
  block.writeUInt8(gapMinimum, 23);
  block.writeUInt8(scoreByte(metrics.rating, 1), 24);
  block.writeUInt8(notKnown, 25);
  block.writeUInt8(scoreByte(metrics.listeningScore, 10), 26);
  block.writeUInt8(scoreByte(metrics.conversationScore, 10), 27);
  block.writeUInt8(receiverConfiguration, 28);
  block.writeUInt16BE(halfOf(metrics.bufferMs), 30);
  block.writeUInt16BE(halfOf(metrics.bufferMs), 32);
  // An adaptive buffer has no end that is known here.
  block.writeUInt16BE(0xffff, 34);
  return block;
}

export function buildStatisticsSummary(summary: StatisticsSummary): Buffer {
  const { lost, duplicates, jitter } = summary;
  const flags =
    (lost === undefined ? 0 : 0x80) | (duplicates === undefined ? 0 : 0x40) | (jitter === undefined ? 0 : 0x20);
  const block = startBlock(blockTypes.statisticsSummary, flags, statisticsWords);
  block.writeUInt32BE(summary.ssrc, 4);
  block.writeUInt16BE(summary.firstSequence & 0xffff, 8);
  block.writeUInt16BE(summary.endSequence & 0xffff, 10);
  block.writeUInt32BE(wordOf(lost ?? 0), 12);
  block.writeUInt32BE(wordOf(duplicates ?? 0), 16);
  [jitter?.min, jitter?.max, jitter?.mean, jitter?.deviation].forEach((value, index) => {
    block.writeUInt32BE(wordOf(value ?? 0), 20 + 4 * index);
  });
  return block;
}

/**
 * How long ago who sends nothing told its time, from which it learns the round trip (RFC 3611 section 4.5).
 * @param ssrc of who told it
 * @param ntpMiddle the middle 32 bits of that time, as it stood there
 * @param delayMs since it came
 */
export function buildDelaySinceReference(ssrc: number, ntpMiddle: number, delayMs: number): Buffer {
  const block = startBlock(blockTypes.delaySinceReference, 0, delayWords);
  block.writeUInt32BE(ssrc, 4);
  block.writeUInt32BE(ntpMiddle, 8);
  block.writeUInt32BE(wordOf((delayMs * 65_536) / 1_000), 12);
  return block;
}

export interface ExtendedReports {
  readonly voipMetrics: readonly VoipMetrics[];
  readonly summaries: readonly StatisticsSummary[];
  /** The middle 32 bits of the NTP time that its sender told, to be answered (RFC 3611 section 4.4). */
  readonly referenceTime?: number;
}

/** Reads the blocks of an extended report that we know. A block that does not fit ends the reading (RFC 3611 section 3). */
export function readExtendedReport(packet: RtcpPacket): ExtendedReports {
  const voipMetrics: VoipMetrics[] = [];
  const summaries: StatisticsSummary[] = [];
  let referenceTime: number | undefined;
  const { bytes } = packet;
  for (let at = 8; at + 4 <= bytes.length;) {
    const words = bytes.readUInt16BE(at + 2);
    const end = at + 4 * (words + 1);
    if (end > bytes.length) break;
    const block = bytes.subarray(at, end);
    if (block[0] === blockTypes.voipMetrics && words === voipMetricsWords) voipMetrics.push(readVoipMetrics(block));
    else if (block[0] === blockTypes.statisticsSummary && words === statisticsWords) summaries.push(readSummary(block));
    else if (block[0] === blockTypes.receiverReferenceTime && words === referenceWords)
      referenceTime = block.readUInt32BE(6);
    at = end;
  }
  return { voipMetrics, summaries, ...(referenceTime === undefined ? {} : { referenceTime }) };
}

function readVoipMetrics(block: Buffer): VoipMetrics {
  const roundTripMs = block.readUInt16BE(16);
  const endSystemMs = block.readUInt16BE(18);
  const rating = scoreOf(block.readUInt8(24), 1, 0, 100);
  const listeningScore = scoreOf(block.readUInt8(26), 10, 1, 5);
  const conversationScore = scoreOf(block.readUInt8(27), 10, 1, 5);
  return {
    ssrc: block.readUInt32BE(4),
    lossRate: block.readUInt8(8),
    discardRate: block.readUInt8(9),
    burstDensity: block.readUInt8(10),
    gapDensity: block.readUInt8(11),
    burstMs: block.readUInt16BE(12),
    gapMs: block.readUInt16BE(14),
    ...(roundTripMs === 0 ? {} : { roundTripMs }),
    ...(endSystemMs === 0 ? {} : { endSystemMs }),
    ...(rating === undefined ? {} : { rating }),
    ...(listeningScore === undefined ? {} : { listeningScore }),
    ...(conversationScore === undefined ? {} : { conversationScore }),
    bufferMs: block.readUInt16BE(30),
  };
}

function readSummary(block: Buffer): StatisticsSummary {
  const flags = block.readUInt8(1);
  return {
    ssrc: block.readUInt32BE(4),
    firstSequence: block.readUInt16BE(8),
    endSequence: block.readUInt16BE(10),
    ...((flags & 0x80) === 0 ? {} : { lost: block.readUInt32BE(12) }),
    ...((flags & 0x40) === 0 ? {} : { duplicates: block.readUInt32BE(16) }),
    ...((flags & 0x20) === 0
      ? {}
      : {
          jitter: {
            min: block.readUInt32BE(20),
            max: block.readUInt32BE(24),
            mean: block.readUInt32BE(28),
            deviation: block.readUInt32BE(32),
          },
        }),
  };
}

/** @param words of the body, which the header names (RFC 3611 section 3) */
function startBlock(type: number, specific: number, words: number): Buffer {
  const block = Buffer.alloc(4 * (words + 1));
  block.writeUInt8(type, 0);
  block.writeUInt8(specific, 1);
  block.writeUInt16BE(words, 2);
  return block;
}

const within = (value: number, limit: number): number => Math.max(0, Math.min(limit, Math.round(value)));
const byteOf = (value: number): number => within(value, 0xff);
const halfOf = (value: number): number => within(value, 0xffff);
const wordOf = (value: number): number => within(value, 0xffff_ffff);

function scoreByte(score: number | undefined, factor: number): number {
  return score === undefined ? notKnown : within(score * factor, notKnown - 1);
}

/** What is out of range says no more than "not known" does. */
function scoreOf(byte: number, factor: number, lowest: number, highest: number): number | undefined {
  const score = byte / factor;
  return byte === notKnown || score < lowest || score > highest ? undefined : score;
}
