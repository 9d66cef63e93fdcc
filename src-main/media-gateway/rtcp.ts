import { gatewayLimits } from './gateway-limits.ts';

/** Packet types of RFC 3550 section 12.1, RFC 4585 section 6.1 and RFC 3611 section 2. */
export const rtcpTypes = {
  senderReport: 200,
  receiverReport: 201,
  sourceDescription: 202,
  goodbye: 203,
  transportFeedback: 205,
  payloadFeedback: 206,
  extendedReport: 207,
} as const;

/** Formats of payload feedback: RFC 4585 section 6.3.1 and RFC 5104 section 4.3.1. */
const pictureLoss = 1;
const fullIntraRequest = 4;

/** One packet of a compound. */
export interface RtcpPacket {
  readonly type: number;
  /** Report count or feedback format. */
  readonly count: number;
  /** SSRC of who sends it; undefined where the packet is too short for one. */
  readonly senderSsrc: number | undefined;
  /** The second SSRC: of the first report block, or the media source of feedback. */
  readonly mediaSsrc: number | undefined;
  readonly bytes: Buffer;
}

/**
 * Splits a compound (RFC 3550 section 6.1; reduced size of RFC 5506 too). Gives undefined when
 * any part has a wrong version or a length that does not fit: then nothing of it can be trusted.
 */
export function splitRtcp(compound: Buffer): readonly RtcpPacket[] | undefined {
  if (compound.length < 4 || compound.length > gatewayLimits.packetBytes) return undefined;
  const packets: RtcpPacket[] = [];
  for (let offset = 0; offset < compound.length;) {
    if (offset + 4 > compound.length) return undefined;
    const first = compound.readUInt8(offset);
    const type = compound.readUInt8(offset + 1);
    const length = (compound.readUInt16BE(offset + 2) + 1) * 4;
    if (first >> 6 !== 2 || type < 192 || type > 223 || offset + length > compound.length) return undefined;
    const bytes = compound.subarray(offset, offset + length);
    // In a sender report 20 bytes of sender information stand before the first block.
    const mediaAt = type === rtcpTypes.senderReport ? 28 : 8;
    packets.push({
      type,
      count: first & 0x1f,
      senderSsrc: length >= 8 ? bytes.readUInt32BE(4) : undefined,
      mediaSsrc: length >= mediaAt + 4 ? bytes.readUInt32BE(mediaAt) : undefined,
      bytes,
    });
    offset += length;
  }
  return packets;
}

/** PLI or FIR: somebody wants a whole picture. */
export function isKeyframeRequest(packet: RtcpPacket): boolean {
  return (
    packet.type === rtcpTypes.payloadFeedback && (packet.count === pictureLoss || packet.count === fullIntraRequest)
  );
}

/** A picture loss indication (RFC 4585 section 6.3.1). */
export function buildPli(senderSsrc: number, mediaSsrc: number): Buffer {
  const packet = Buffer.alloc(12);
  packet.writeUInt8(0x80 | pictureLoss, 0);
  packet.writeUInt8(rtcpTypes.payloadFeedback, 1);
  packet.writeUInt16BE(2, 2);
  packet.writeUInt32BE(senderSsrc, 4);
  packet.writeUInt32BE(mediaSsrc, 8);
  return packet;
}
