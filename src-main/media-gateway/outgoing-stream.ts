import { randomBytes } from 'node:crypto';
import { rtpHeaderBytes, sequenceOf, ssrcOf, timestampOf } from './rtp.ts';

/**
 * The RTP stream that the peer hears. Relayed packets keep their SSRC, timestamp and payload;
 * sequence numbers shift by what was put in between (telephone events) or left out, so that the
 * peer sees one stream without gaps (RFC 4733 section 2.5.1.1: events share SSRC and sequence).
 */
export class OutgoingStream {
  #ssrc: number;
  /** Added to the renderer's sequence numbers, modulo 2^16. */
  #shift = 0;
  #lastSequence: number;
  #lastTimestamp: number;
  #lastSentMs: number;
  #started = false;
  #paused = false;

  constructor(nowMs: number) {
    // RFC 3550 section 5.1: random, so that clear text is hard to guess under encryption.
    const random = randomBytes(10);
    this.#ssrc = random.readUInt32BE(0);
    this.#lastSequence = random.readUInt16BE(4);
    this.#lastTimestamp = random.readUInt32BE(6);
    this.#lastSentMs = nowMs;
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  /** While paused, relayed packets are left out (an event replaces the voice). */
  set paused(paused: boolean) {
    this.#paused = paused;
  }

  /** Makes a packet of the renderer fit; false when it must not be sent now. */
  adopt(packet: Buffer, nowMs: number): boolean {
    const ssrc = ssrcOf(packet);
    if (!this.#started || ssrc !== this.#ssrc) {
      this.#started = true;
      this.#ssrc = ssrc;
      this.#shift = 0;
      // Paused before the first packet: what comes after it has to be the next number, not the second.
      this.#lastSequence = (sequenceOf(packet) - 1) & 0xffff;
    }
    if (this.#paused) {
      this.#shift = (this.#shift - 1) & 0xffff;
      return false;
    }
    const sequence = (sequenceOf(packet) + this.#shift) & 0xffff;
    packet.writeUInt16BE(sequence, 2);
    this.#lastSequence = sequence;
    this.#lastTimestamp = timestampOf(packet);
    this.#lastSentMs = nowMs;
    return true;
  }

  /**
   * A packet that was made from the renderer's `source`, with its clock and SSRC; undefined when it must not be sent
   * now. Its number is the next one, and relaying may go on from it.
   */
  translated(
    source: Buffer,
    made: {
      readonly payloadType: number;
      readonly marker: boolean;
      readonly timestamp: number;
      readonly payload: Buffer;
    },
    nowMs: number,
  ): Buffer | undefined {
    this.#started = true;
    this.#ssrc = ssrcOf(source);
    const sequence = this.#paused ? this.#lastSequence : (this.#lastSequence + 1) & 0xffff;
    this.#shift = (sequence - sequenceOf(source)) & 0xffff;
    if (this.#paused) return undefined;
    this.#lastSequence = sequence;
    this.#lastTimestamp = made.timestamp;
    this.#lastSentMs = nowMs;
    return this.#packet(made.payloadType, made.marker, made.timestamp, made.payload);
  }

  /** The timestamp that a sample taken now would have. */
  timestampAt(nowMs: number, clockRateHz: number): number {
    const elapsed = Math.round(((nowMs - this.#lastSentMs) * clockRateHz) / 1_000);
    return (this.#lastTimestamp + elapsed) >>> 0;
  }

  /** A packet of our own, next in sequence. */
  inject(payloadType: number, marker: boolean, timestamp: number, payload: Buffer): Buffer {
    const sequence = (this.#lastSequence + 1) & 0xffff;
    this.#lastSequence = sequence;
    this.#shift = (this.#shift + 1) & 0xffff;
    return this.#packet(payloadType, marker, timestamp, payload);
  }

  /** With the number that was given out last. */
  #packet(payloadType: number, marker: boolean, timestamp: number, payload: Buffer): Buffer {
    const packet = Buffer.alloc(rtpHeaderBytes + payload.length);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8((marker ? 0x80 : 0) | payloadType, 1);
    packet.writeUInt16BE(this.#lastSequence, 2);
    packet.writeUInt32BE(timestamp, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    payload.copy(packet, rtpHeaderBytes);
    return packet;
  }
}
