import { rtcpTypes } from './rtcp.ts';

/** What a sender report says of our own stream (RFC 3550 section 6.4.1). */
export interface SenderInformation {
  /** UTC milliseconds, with fractions. */
  readonly ntpMs: number;
  readonly rtpTimestamp: number;
  /** RTP packets since the stream began, and the bytes of their payloads. */
  readonly packets: number;
  readonly octets: number;
}

/** What we report of the peer's stream (RFC 3550 section 6.4.1). */
export interface ReceptionBlock {
  readonly ssrc: number;
  /** Since the report before, in 1/256. */
  readonly fractionLost: number;
  /** Since the stream began; duplicates can make it negative. */
  readonly lost: number;
  /** Highest sequence number, with the number of its roll-overs above bit 16. */
  readonly highestSequence: number;
  /** In units of the RTP timestamp. */
  readonly jitter: number;
  /** The middle 32 bits of the NTP time of its last sender report, 0 before the first. */
  readonly lastReport: number;
  /** Since that report, in 1/65536 seconds. */
  readonly delay: number;
}

/** Seconds from 1900, where NTP begins, to 1970. */
const ntpEpochS = 2_208_988_800;
const lostLimit = 0x7f_ffff;

/** Whole and fractional seconds of NTP, 32 bits each (RFC 3550 section 4). */
export function ntpOf(utcMs: number): { readonly seconds: number; readonly fraction: number } {
  const seconds = Math.floor(utcMs / 1_000);
  const fraction = Math.floor(((utcMs - seconds * 1_000) / 1_000) * 0x1_0000_0000);
  return { seconds: (seconds + ntpEpochS) >>> 0, fraction };
}

/** A sender report when `sender` is given, else a receiver report; with one block or none. */
export function buildReport(ssrc: number, sender?: SenderInformation, block?: ReceptionBlock): Buffer {
  const packet = start(
    sender === undefined ? rtcpTypes.receiverReport : rtcpTypes.senderReport,
    block === undefined ? 0 : 1,
    4 + (sender === undefined ? 0 : 20) + (block === undefined ? 0 : 24),
  );
  packet.writeUInt32BE(ssrc, 4);
  if (sender !== undefined) {
    const { seconds, fraction } = ntpOf(sender.ntpMs);
    packet.writeUInt32BE(seconds, 8);
    packet.writeUInt32BE(fraction, 12);
    packet.writeUInt32BE(sender.rtpTimestamp >>> 0, 16);
    packet.writeUInt32BE(sender.packets >>> 0, 20);
    packet.writeUInt32BE(sender.octets >>> 0, 24);
  }
  if (block !== undefined) {
    const at = packet.length - 24;
    packet.writeUInt32BE(block.ssrc, at);
    packet.writeUInt8(Math.max(0, Math.min(255, block.fractionLost)), at + 4);
    packet.writeIntBE(Math.max(-lostLimit - 1, Math.min(lostLimit, block.lost)), at + 5, 3);
    packet.writeUInt32BE(block.highestSequence >>> 0, at + 8);
    packet.writeUInt32BE(block.jitter >>> 0, at + 12);
    packet.writeUInt32BE(block.lastReport, at + 16);
    packet.writeUInt32BE(block.delay >>> 0, at + 20);
  }
  return packet;
}

/** The name that ties the streams of one call together (RFC 3550 section 6.5.1). @param cname at most 255 bytes */
export function buildSourceDescription(ssrc: number, cname: string): Buffer {
  const name = Buffer.from(cname, 'utf8');
  // SSRC, item type and length, the name, and one to four zero bytes that end the list on a word.
  const packet = start(rtcpTypes.sourceDescription, 1, 4 + Math.ceil((2 + name.length + 1) / 4) * 4);
  packet.writeUInt32BE(ssrc, 4);
  packet.writeUInt8(1, 8);
  packet.writeUInt8(name.length, 9);
  name.copy(packet, 10);
  return packet;
}

/** The stream ends (RFC 3550 section 6.6). */
export function buildGoodbye(ssrc: number): Buffer {
  const packet = start(rtcpTypes.goodbye, 1, 4);
  packet.writeUInt32BE(ssrc, 4);
  return packet;
}

/** Extended reports around their blocks (RFC 3611 section 2). */
export function buildExtendedReport(ssrc: number, blocks: readonly Buffer[]): Buffer {
  const body = Buffer.concat(blocks);
  const packet = start(rtcpTypes.extendedReport, 0, 4 + body.length);
  packet.writeUInt32BE(ssrc, 4);
  body.copy(packet, 8);
  return packet;
}

/** A packet with its header; the rest is zeros. @param bodyBytes a multiple of four */
function start(type: number, count: number, bodyBytes: number): Buffer {
  const packet = Buffer.alloc(4 + bodyBytes);
  packet.writeUInt8(0x80 | count, 0);
  packet.writeUInt8(type, 1);
  packet.writeUInt16BE(bodyBytes / 4, 2);
  return packet;
}
