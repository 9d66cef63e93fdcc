import { gatewayLimits } from './gateway-limits.ts';
import type { StreamStats } from './media.ts';

/** Bytes of an RTP header without CSRC and extension (RFC 3550 section 5.1). */
export const rtpHeaderBytes = 12;

/** RFC 5761 section 4: the second byte of RTCP lies in 192..223, where RTP has no payload type. */
export function isRtcp(packet: Buffer): boolean {
  const second = packet[1] ?? 0;
  return packet.length >= 4 && second >= 192 && second <= 223;
}

/**
 * Where the payload begins: behind CSRC list and extension (RFC 3550 section 5.1). 0 when that is no RTP of version 2,
 * or does not fit into the packet.
 */
export function rtpHeaderEnd(packet: Buffer): number {
  const first = packet[0];
  if (first === undefined || packet.length < rtpHeaderBytes || packet.length > gatewayLimits.packetBytes) return 0;
  if (first >> 6 !== 2 || isRtcp(packet)) return 0;
  let headerBytes = rtpHeaderBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (headerBytes + 4 > packet.length) return 0;
    headerBytes += 4 + packet.readUInt16BE(headerBytes + 2) * 4;
  }
  return headerBytes > packet.length ? 0 : headerBytes;
}

/** RFC 3550 A.1: version 2, and CSRC list, extension and padding fit into the packet. */
export function isRtp(packet: Buffer): boolean {
  const headerBytes = rtpHeaderEnd(packet);
  if (headerBytes === 0) return false;
  const first = packet[0] ?? 0;
  if ((first & 0x20) !== 0) {
    const padding = packet[packet.length - 1] ?? 0;
    return padding > 0 && headerBytes + padding <= packet.length;
  }
  return true;
}

export const payloadTypeOf = (packet: Buffer): number => (packet[1] ?? 0) & 0x7f;
export const sequenceOf = (packet: Buffer): number => packet.readUInt16BE(2);
export const timestampOf = (packet: Buffer): number => packet.readUInt32BE(4);
export const ssrcOf = (packet: Buffer): number => packet.readUInt32BE(8);

/** Changes the payload type in place; the marker bit stays. */
export function setPayloadType(packet: Buffer, payloadType: number): void {
  packet[1] = ((packet[1] ?? 0) & 0x80) | payloadType;
}

/** Distance from `from` to `to` on the circle of 16-bit sequence numbers, -32768..32767. */
export function sequenceDistance(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** RFC 3550 A.1: a jump further than this is a restarted sender, not loss. */
const maxDropout = 3_000;
const maxMisorder = 100;

/** One synchronization source since it began, or since it restarted its sequence numbers. */
export interface SourceCount {
  readonly ssrc: number;
  /** With the number of its roll-overs above bit 16. */
  readonly highestSequence: number;
  readonly expected: number;
  /** With duplicates. */
  readonly received: number;
  readonly jitterMs: number;
}

/**
 * Counts one direction of a stream: packets, bytes, loss by sequence gaps (RFC 3550 A.3) and
 * interarrival jitter (A.8). A new SSRC or a restarted sequence begins a new count of loss.
 */
export class StreamMeter {
  #packets = 0;
  #bytes = 0;
  #ssrc = -1;
  #firstSequence = 0;
  #highestSequence = 0;
  #receivedOfSource = 0;
  #lostBefore = 0;
  #jitterMs = 0;
  #lastTimestamp = 0;
  #lastArrivalMs: number | undefined;

  /** `arrivalMs` is monotonic; `clockRateHz` 0 leaves the jitter alone (telephone events repeat their timestamp). */
  add(packet: Buffer, arrivalMs: number, clockRateHz: number): void {
    const ssrc = ssrcOf(packet);
    const sequence = sequenceOf(packet);
    const timestamp = timestampOf(packet);
    this.#packets += 1;
    this.#bytes += packet.length;
    const step = sequenceDistance(this.#highestSequence & 0xffff, sequence);
    if (ssrc !== this.#ssrc || step > maxDropout || step < -maxMisorder) {
      this.#lostBefore = this.#lost();
      this.#ssrc = ssrc;
      this.#firstSequence = sequence;
      this.#highestSequence = sequence;
      this.#receivedOfSource = 1;
    } else {
      this.#receivedOfSource += 1;
      if (step > 0) this.#highestSequence += step;
      if (clockRateHz > 0 && this.#lastArrivalMs !== undefined) {
        const sentAfterMs = (((timestamp - this.#lastTimestamp) | 0) / clockRateHz) * 1_000;
        const deviationMs = Math.abs(arrivalMs - this.#lastArrivalMs - sentAfterMs);
        this.#jitterMs += (deviationMs - this.#jitterMs) / 16;
      }
    }
    this.#lastTimestamp = timestamp;
    this.#lastArrivalMs = arrivalMs;
  }

  /** What a report says of the source that is heard now (RFC 3550 section 6.4.1); undefined before the first packet. */
  get source(): SourceCount | undefined {
    if (this.#receivedOfSource === 0) return undefined;
    return {
      ssrc: this.#ssrc,
      highestSequence: this.#highestSequence,
      expected: this.#highestSequence - this.#firstSequence + 1,
      received: this.#receivedOfSource,
      jitterMs: this.#jitterMs,
    };
  }

  /** `arrivalToUtcMs` is what to add to an arrival time to get UTC milliseconds. */
  stats(arrivalToUtcMs: number): StreamStats {
    return {
      packets: this.#packets,
      bytes: this.#bytes,
      lost: this.#lost(),
      jitterMs: Math.round(this.#jitterMs * 100) / 100,
      ...(this.#lastArrivalMs === undefined
        ? {}
        : { lastPacketAtMs: Math.round(this.#lastArrivalMs + arrivalToUtcMs) }),
    };
  }

  #lost(): number {
    const expected = this.#receivedOfSource === 0 ? 0 : this.#highestSequence - this.#firstSequence + 1;
    // Duplicates can make the count negative; loss that was never there is not shown.
    return this.#lostBefore + Math.max(0, expected - this.#receivedOfSource);
  }
}
