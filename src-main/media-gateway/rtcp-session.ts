import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { endSystemMs, listeningRating, meanOpinionScore, rating } from '../core/e-model.ts';
import type { StreamConfig } from './protocol.ts';
import { ReceptionStatistics } from './reception-statistics.ts';
import {
  buildExtendedReport,
  buildGoodbye,
  buildReport,
  buildSourceDescription,
  type ReceptionBlock,
  type SenderInformation,
} from './rtcp-compound.ts';
import { rtcpIntervalMs } from './rtcp-interval.ts';
import { RtcpReports, type PeerReport } from './rtcp-reports.ts';
import { rtcpTypes, splitRtcp, type RtcpPacket } from './rtcp.ts';
import {
  buildDelaySinceReference,
  buildStatisticsSummary,
  buildVoipMetrics,
  readExtendedReport,
  type VoipMetrics,
} from './rtcp-xr.ts';
import { payloadTypeOf, rtpHeaderEnd, ssrcOf, timestampOf, type SourceCount, type StreamMeter } from './rtp.ts';

export interface RtcpSessionOptions {
  readonly clock: Clock;
  /** Monotonic milliseconds, with fractions. */
  readonly monotonicMs: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Of all streams of the call (RFC 7022 section 4.2). */
  readonly cname: string;
  /** SSRC of the stream that we send, or will send. */
  readonly ssrc: () => number;
  /** Counts what the peer sends. */
  readonly fromPeer: StreamMeter;
  /** False when there is nobody to send it to. */
  readonly transmit: (compound: Buffer) => boolean;
}

/** What the peer says of how it hears us, in its own words (RFC 3611 section 4.7). */
export interface PeerMetrics extends VoipMetrics {
  /** Monotonic milliseconds of its arrival. */
  readonly arrivedMs: number;
}

/** Headers of UDP and IPv4, which count into the size of a compound (RFC 3550 section 6.2). */
const headerBytes = 28;
/** A renderer's report that differs by more from what the packets tell is of another clock. */
const plausibleMs = 1_000;
const packetMs = 20;

/**
 * RTCP of one m-line with the SIP peer, in our own name: what the renderer says on its own leg ends at the gateway, and
 * held calls, calls without a window and calls whose sound is changed on the way report all the same.
 *
 *   silent --a peer that takes RTCP--> waiting --interval over, reconsidered (RFC 3550 section 6.3.6)--> waiting
 *                                        |                                                    (a report went out)
 *   waiting --no such peer any more------+--> silent   (BYE, when anything was said)
 *   any --close--> closed                              (BYE, likewise; section 6.3.7)
 */
export class RtcpSession {
  readonly #options: RtcpSessionOptions;
  readonly #reports = new RtcpReports();
  readonly #statistics = new ReceptionStatistics();
  /** What UTC is ahead of the monotonic clock, fixed: a corrected wall clock must not bend the reports. */
  readonly #monotonicToUtcMs: number;
  #config: StreamConfig | undefined;
  #timer: TimerHandle | undefined;
  #lastTickMs = 0;
  #averageBytes = 120;
  #saidAnything = false;
  /** The SSRC that reports went out under. */
  #spokenFor: number | undefined;

  // What we send.
  #sentSsrc: number | undefined;
  #packets = 0;
  #octets = 0;
  #lastTimestamp = 0;
  #lastSentMs = 0;
  /** RTP went out since the last report, and between the two before it (RFC 3550 section 6.4). */
  #sentSince = false;
  #sentBefore = false;
  #rendererReport: { readonly ntpMs: number; readonly rtpTimestamp: number } | undefined;

  // What the peer sends.
  #before: Pick<SourceCount, 'ssrc' | 'expected' | 'received'> | undefined;
  #peerReport: { readonly ssrc: number; readonly ntpMiddle: number; readonly arrivedMs: number } | undefined;
  /** The time that the peer told and that has no answer yet. */
  #peerReference: { readonly ssrc: number; readonly ntpMiddle: number; readonly arrivedMs: number } | undefined;
  #peerIsThere = false;
  #peerMetrics: PeerMetrics | undefined;

  constructor(options: RtcpSessionOptions) {
    this.#options = options;
    this.#monotonicToUtcMs = options.clock.now() - options.monotonicMs();
  }

  /** What the peer last reported of the stream that we send. */
  get latest(): PeerReport | undefined {
    return this.#reports.latest;
  }

  get metrics(): PeerMetrics | undefined {
    return this.#peerMetrics;
  }

  /** Applies what offer and answer agreed on; undefined: the line is gone. */
  configure(config: StreamConfig | undefined): void {
    const isOff = config === undefined || config.rtcp?.isOff === true;
    if (isOff) this.#stop();
    this.#config = config;
    if (isOff) return;
    if (this.#timer !== undefined) return;
    this.#lastTickMs = this.#options.monotonicMs();
    this.#wait(this.#intervalMs());
  }

  /** An RTP packet of ours went out, in the clear. */
  sent(packet: Buffer): void {
    const ssrc = ssrcOf(packet);
    if (ssrc !== this.#sentSsrc) {
      this.#sentSsrc = ssrc;
      this.#packets = 0;
      this.#octets = 0;
      this.#rendererReport = undefined;
    }
    this.#packets += 1;
    this.#octets += packet.length - rtpHeaderEnd(packet);
    this.#sentSince = true;
    // The timestamp of an event is that of its beginning (RFC 4733 section 2.1).
    if (payloadTypeOf(packet) === this.#config?.event?.payloadType) return;
    this.#lastTimestamp = timestampOf(packet);
    this.#lastSentMs = this.#options.monotonicMs();
  }

  /** An RTP packet of the peer; the meter has counted it. @param clockRateHz 0 for events */
  heard(packet: Buffer, arrivalMs: number, clockRateHz: number): void {
    this.#peerIsThere = true;
    if ((this.#config?.rtcp?.xr.length ?? 0) > 0) this.#statistics.add(packet, arrivalMs, clockRateHz);
  }

  /** A compound of the peer. */
  received(packets: readonly RtcpPacket[]): void {
    const nowMs = this.#options.monotonicMs();
    let bytes = headerBytes;
    for (const packet of packets) {
      bytes += packet.bytes.length;
      this.#read(packet, nowMs);
    }
    this.#average(bytes);
  }

  /** What the renderer reports of its own stream: which of its timestamps belongs to which time. */
  rendererReported({ type, senderSsrc, bytes }: RtcpPacket): void {
    if (type !== rtcpTypes.senderReport || bytes.length < 28 || senderSsrc !== this.#sentSsrc) return;
    this.#rendererReport = {
      ntpMs: (bytes.readUInt32BE(8) - 2_208_988_800) * 1_000 + (bytes.readUInt32BE(12) * 1_000) / 0x1_0000_0000,
      rtpTimestamp: bytes.readUInt32BE(16),
    };
  }

  /** A report at once that carries feedback (RFC 4585 section 3.1: in a compound). */
  sendFeedback(feedback: Buffer): void {
    if (this.#timer !== undefined) this.#report([feedback]);
  }

  /** Says goodbye. The way to the peer must still be there. */
  close(): void {
    this.#stop();
    this.#config = undefined;
  }

  #read(packet: RtcpPacket, nowMs: number): void {
    const { type, senderSsrc, bytes } = packet;
    this.#peerIsThere = type !== rtcpTypes.goodbye;
    this.#reports.received(packet, this.#options.ssrc(), this.#config?.clockRateHz ?? 0, nowMs);
    if (type === rtcpTypes.senderReport && senderSsrc !== undefined && bytes.length >= 28) {
      this.#peerReport = { ssrc: senderSsrc, ntpMiddle: bytes.readUInt32BE(10), arrivedMs: nowMs };
    } else if (type === rtcpTypes.extendedReport) {
      const { voipMetrics, referenceTime } = readExtendedReport(packet);
      const mine = voipMetrics.find(({ ssrc }) => ssrc === this.#options.ssrc());
      if (mine !== undefined) this.#peerMetrics = { ...mine, arrivedMs: nowMs };
      if (referenceTime !== undefined && senderSsrc !== undefined)
        this.#peerReference = { ssrc: senderSsrc, ntpMiddle: referenceTime, arrivedMs: nowMs };
    }
  }

  #stop(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    // Section 6.3.7: whoever never spoke does not say goodbye.
    if (this.#saidAnything || this.#packets > 0) this.#goodbye(this.#spokenFor ?? this.#options.ssrc());
    this.#saidAnything = false;
    this.#packets = 0;
    this.#octets = 0;
  }

  #wait(delayMs: number): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#tick();
    }, delayMs);
  }

  /** Section 6.3.6: the interval is drawn anew, and only when it is over by that measure, too, a report goes out. */
  #tick(): void {
    const nowMs = this.#options.monotonicMs();
    const leftMs = this.#lastTickMs + this.#intervalMs() - nowMs;
    // Less than any timer knows is nothing.
    if (leftMs >= 1) {
      this.#wait(leftMs);
      return;
    }
    this.#lastTickMs = nowMs;
    this.#report([]);
    this.#wait(this.#intervalMs());
  }

  #intervalMs(): number {
    const input = {
      members: this.#peerIsThere ? 2 : 1,
      senders: (this.#isSender() ? 1 : 0) + (this.#peerIsThere ? 1 : 0),
      weSent: this.#isSender(),
      averageBytes: this.#averageBytes,
      isFirst: !this.#saidAnything,
    };
    return rtcpIntervalMs(input, this.#options.random());
  }

  #isSender(): boolean {
    return this.#sentSince || this.#sentBefore;
  }

  #report(feedback: readonly Buffer[]): void {
    const nowMs = this.#options.monotonicMs();
    const ssrc = this.#options.ssrc();
    // Section 8.2: who takes another SSRC says goodbye for the one before.
    if (this.#spokenFor !== undefined && this.#spokenFor !== ssrc) this.#goodbye(this.#spokenFor);
    const report = buildReport(ssrc, this.#senderInformation(nowMs, ssrc), this.#receptionBlock(nowMs));
    const parts = [
      report,
      buildSourceDescription(ssrc, this.#options.cname),
      ...this.#extended(ssrc, nowMs),
      ...feedback,
    ];
    if (!this.#transmit(parts)) return;
    this.#peerReference = undefined;
    this.#saidAnything = true;
    this.#spokenFor = ssrc;
    this.#sentBefore = this.#sentSince;
    this.#sentSince = false;
    const [sent] = splitRtcp(report) ?? [];
    if (sent !== undefined) this.#reports.sent(sent, nowMs);
  }

  #goodbye(ssrc: number): void {
    const sender = this.#senderInformation(this.#options.monotonicMs(), ssrc);
    this.#transmit([buildReport(ssrc, sender), buildSourceDescription(ssrc, this.#options.cname), buildGoodbye(ssrc)]);
    this.#spokenFor = undefined;
  }

  #transmit(parts: readonly Buffer[]): boolean {
    const compound = Buffer.concat(parts);
    if (!this.#options.transmit(compound)) return false;
    this.#average(compound.length + headerBytes);
    return true;
  }

  #average(bytes: number): void {
    this.#averageBytes += (bytes - this.#averageBytes) / 16;
  }

  #senderInformation(nowMs: number, ssrc: number): SenderInformation | undefined {
    const config = this.#config;
    if (!this.#isSender() || ssrc !== this.#sentSsrc || config === undefined) return undefined;
    const ntpMs = nowMs + this.#monotonicToUtcMs;
    const ticks = config.clockRateHz / 1_000;
    const byPackets = this.#lastTimestamp + (nowMs - this.#lastSentMs) * ticks;
    const renderer = this.#rendererReport;
    // The renderer knows when its sound was taken, so that sound and picture stay together.
    const byRenderer = renderer && renderer.rtpTimestamp + (ntpMs - renderer.ntpMs) * ticks;
    const isPlausible =
      byRenderer !== undefined && Math.abs(Math.round(byRenderer - byPackets) | 0) <= plausibleMs * ticks;
    return {
      ntpMs,
      rtpTimestamp: Math.round(isPlausible ? byRenderer : byPackets) >>> 0,
      packets: this.#packets,
      octets: this.#octets,
    };
  }

  /** Section 6.4: of who was heard since the report before; RFC 3550 appendix A.3 for the fraction. */
  #receptionBlock(nowMs: number): ReceptionBlock | undefined {
    const { source } = this.#options.fromPeer;
    if (source === undefined) return undefined;
    const isSame = this.#before?.ssrc === source.ssrc && this.#before.received <= source.received;
    const before = isSame ? this.#before : undefined;
    if (before?.received === source.received) return undefined;
    const expected = source.expected - (before?.expected ?? 0);
    const lost = expected - (source.received - (before?.received ?? 0));
    this.#before = { ssrc: source.ssrc, expected: source.expected, received: source.received };
    const report = this.#peerReport?.ssrc === source.ssrc ? this.#peerReport : undefined;
    return {
      ssrc: source.ssrc,
      fractionLost: expected <= 0 || lost <= 0 ? 0 : Math.floor((256 * lost) / expected),
      lost: source.expected - source.received,
      highestSequence: source.highestSequence,
      jitter: Math.round((source.jitterMs * (this.#config?.clockRateHz ?? 0)) / 1_000),
      lastReport: report?.ntpMiddle ?? 0,
      delay: report === undefined ? 0 : Math.round(((nowMs - report.arrivedMs) * 65_536) / 1_000),
    };
  }

  /** The answer to the time that the peer told, and what it asked for in its SDP, once there is something to say. */
  #extended(ssrc: number, nowMs: number): readonly Buffer[] {
    const config = this.#config;
    const { source } = this.#options.fromPeer;
    const wanted = config?.rtcp?.xr ?? [];
    const blocks: Buffer[] = [];
    const reference = this.#peerReference;
    if (reference !== undefined)
      blocks.push(buildDelaySinceReference(reference.ssrc, reference.ntpMiddle, nowMs - reference.arrivedMs));
    if (config !== undefined && source !== undefined) {
      const summary = wanted.includes('statSummary') ? this.#statistics.takeSummary() : undefined;
      if (summary !== undefined) blocks.push(buildStatisticsSummary(summary));
      if (wanted.includes('voipMetrics')) blocks.push(buildVoipMetrics(this.#voipMetrics(config, source)));
    }
    return blocks.length === 0 ? [] : [buildExtendedReport(ssrc, blocks)];
  }

  #voipMetrics(config: StreamConfig, { ssrc, expected, received, jitterMs }: SourceCount): VoipMetrics {
    const lossShare = expected <= 0 ? 0 : Math.max(0, expected - received) / expected;
    const codec = config.codecs[0]?.name ?? '';
    const lossPercent = 100 * lossShare;
    const roundTripMs = this.latest?.roundTripMs;
    const atEndsMs = endSystemMs(codec, jitterMs);
    const heard = listeningRating(codec, lossPercent);
    const talked = roundTripMs === undefined ? undefined : rating({ codec, roundTripMs, jitterMs, lossPercent });
    return {
      ssrc,
      lossRate: Math.min(255, 256 * lossShare),
      // What the window's jitter buffer leaves out is not known here.
      discardRate: 0,
      ...this.#statistics.pattern(packetMs),
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
      ...(atEndsMs === undefined ? {} : { endSystemMs: atEndsMs }),
      ...(talked === undefined ? {} : { rating: talked, conversationScore: meanOpinionScore(talked) }),
      ...(heard === undefined ? {} : { listeningScore: meanOpinionScore(heard) }),
      bufferMs: 2 * jitterMs,
    };
  }
}
