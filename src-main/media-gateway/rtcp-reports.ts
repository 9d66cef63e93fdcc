import { rtcpTypes, type RtcpPacket } from './rtcp.ts';

/** What the peer reports of the stream that we send. */
export interface PeerReport {
  /** Since its report before, 0 to 100 (RFC 3550 section 6.4.1). */
  readonly lossPercent: number;
  readonly jitterMs: number;
  /** Absent before it has seen a sender report of ours. */
  readonly roundTripMs?: number;
  /** Monotonic milliseconds of its arrival. */
  readonly arrivedMs: number;
}

const blockBytes = 24;
const senderInformationBytes = 20;
/** Sender reports remembered: answers come within one or two of them. */
const rememberedReports = 8;

/**
 * Reads the reports that pass by. The renderer writes those about what it hears, the peer those about what we send;
 * from sender report and answer the round trip to the peer follows (RFC 3550 section 6.4.1).
 */
export class RtcpReports {
  #sent: { readonly ntpMiddle: number; readonly atMs: number }[] = [];
  #latest: PeerReport | undefined;

  get latest(): PeerReport | undefined {
    return this.#latest;
  }

  /** A compound of ours goes out now. */
  sent(packet: RtcpPacket, nowMs: number): void {
    if (packet.type !== rtcpTypes.senderReport || packet.bytes.length < 8 + senderInformationBytes) return;
    // The middle 32 bits of the NTP timestamp: this is what LSR repeats.
    const ntpMiddle = packet.bytes.readUInt32BE(10);
    this.#sent = [...this.#sent.slice(1 - rememberedReports), { ntpMiddle, atMs: nowMs }];
  }

  /** A packet of the peer. @param ssrc of the stream that we send; @param clockRateHz of its codec */
  received(packet: RtcpPacket, ssrc: number, clockRateHz: number, nowMs: number): void {
    const isSender = packet.type === rtcpTypes.senderReport;
    if (!isSender && packet.type !== rtcpTypes.receiverReport) return;
    const { bytes, count } = packet;
    const first = 8 + (isSender ? senderInformationBytes : 0);
    for (let block = 0; block < count; block += 1) {
      const at = first + block * blockBytes;
      if (at + blockBytes > bytes.length) return;
      if (bytes.readUInt32BE(at) === ssrc) this.#read(bytes.subarray(at, at + blockBytes), clockRateHz, nowMs);
    }
  }

  #read(block: Buffer, clockRateHz: number, nowMs: number): void {
    const lastReport = block.readUInt32BE(16);
    const delayMs = (block.readUInt32BE(20) * 1_000) / 65_536;
    const answered = lastReport === 0 ? undefined : this.#sent.find(({ ntpMiddle }) => ntpMiddle === lastReport);
    const roundTripMs = answered && nowMs - answered.atMs - delayMs;
    const before = this.#latest?.roundTripMs;
    const known = roundTripMs !== undefined && roundTripMs >= 0 ? roundTripMs : before;
    this.#latest = {
      lossPercent: Math.round((1_000 * block.readUInt8(4)) / 256) / 10,
      jitterMs: clockRateHz > 0 ? Math.round((block.readUInt32BE(12) * 1_000) / clockRateHz) : 0,
      arrivedMs: nowMs,
      ...(known === undefined ? {} : { roundTripMs: Math.round(known * 10) / 10 }),
    };
  }
}
