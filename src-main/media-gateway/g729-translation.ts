import { decodeMuLaw, encodeMuLaw } from './g711.ts';
import { g729Frame, type G729Decoder, type G729Encoder, type G729Library } from './g729-library.ts';
import { rtpHeaderBytes, rtpHeaderEnd, sequenceDistance, sequenceOf, ssrcOf, timestampOf } from './rtp.ts';

/** Frames of a packet when the peer does not ask for another time: 20 ms, as everybody has it. */
const usualFrames = 2;
/** RFC 3551 allows any number; 100 ms is more than any phone has in a packet. */
const mostFrames = 10;
/** Packets in a row that are concealed; what is longer is a pause that the window's own concealment covers better. */
const mostConcealed = 5;

/** One packet for the peer, to be numbered by the stream. */
export interface G729Packet {
  readonly marker: boolean;
  readonly timestamp: number;
  readonly payload: Buffer;
}

/**
 * G.729 (RFC 3551 section 4.5.6) on the side of the peer, mu-law on the side of the renderer; both at 8 kHz, so that
 * timestamps stay as they are. What was lost on the way is concealed by the decoder, which knows the voice best.
 */
export class G729Translation {
  readonly #library: G729Library;
  #decoder: G729Decoder | undefined;
  #encoder: G729Encoder | undefined;
  /** The last packet of the peer. */
  #heard: { readonly ssrc: number; readonly sequence: number; readonly timestamp: number; frames: number } | undefined;
  readonly #framesPerPacket: number;
  /** Sound of the renderer that does not fill a frame yet. */
  readonly #samples = new Int16Array(g729Frame.samples);
  #sampleCount = 0;
  /** Frames that do not fill a packet yet. */
  #frames: Buffer[] = [];
  #marker = false;
  /** Timestamp of the first of them, and of what has to follow. */
  #firstTimestamp = 0;
  #nextTimestamp: number | undefined;

  /** @param ptimeMs what the peer asks for in one packet */
  constructor(library: G729Library, ptimeMs?: number) {
    this.#library = library;
    const frames = ptimeMs === undefined ? usualFrames : Math.round(ptimeMs / 10);
    this.#framesPerPacket = Math.min(mostFrames, Math.max(1, frames));
  }

  /**
   * Mu-law packets for the renderer, those of lost packets first; none for one that comes too late, undefined for a
   * payload that is no whole number of frames.
   */
  toRenderer(packet: Buffer): readonly Buffer[] | undefined {
    const payload = payloadOf(packet);
    const voiceBytes = payload.length - (payload.length % g729Frame.bytes);
    const rest = payload.length - voiceBytes;
    const frames = voiceBytes / g729Frame.bytes + (rest > 0 ? 1 : 0);
    // RFC 3551 section 4.5.6: a frame of noise, if any, is the last one.
    if (frames === 0 || frames > mostFrames || (rest !== 0 && rest !== g729Frame.noiseBytes)) return undefined;
    const sequence = sequenceOf(packet);
    const timestamp = timestampOf(packet);
    const ssrc = ssrcOf(packet);
    const before = this.#heard;
    const isSameSender = before?.ssrc === ssrc;
    const step = isSameSender ? sequenceDistance(before.sequence, sequence) : 1;
    // Its place was concealed already.
    if (step <= 0 && step > -100) return [];
    if (!isSameSender || step <= 0) this.#startDecoder();
    const out: Buffer[] = [];
    if (isSameSender && step > 1 && step <= mostConcealed + 1) {
      const samples = before.frames * g729Frame.samples;
      // Where time went by otherwise they were silent, and nothing is missing.
      if ((timestamp - before.timestamp) >>> 0 === step * samples) {
        for (let lost = 1; lost < step; lost += 1) {
          const at = (before.timestamp + lost * samples) >>> 0;
          const concealed = this.#muLaw(Array.from({ length: before.frames }, () => undefined));
          out.push(rtpPacket(packet, false, before.sequence + lost, at, concealed));
        }
      }
    }
    const pieces = Array.from({ length: frames }, (_none, index) =>
      payload.subarray(index * g729Frame.bytes, Math.min((index + 1) * g729Frame.bytes, payload.length)),
    );
    const isMarked = ((packet[1] ?? 0) & 0x80) !== 0;
    out.push(rtpPacket(packet, isMarked, sequence, timestamp, this.#muLaw(pieces)));
    this.#heard = { ssrc, sequence, timestamp, frames };
    return out;
  }

  /** What of the renderer's sound is enough for a packet of the time that the peer wants. */
  toPeer(packet: Buffer): readonly G729Packet[] {
    const timestamp = timestampOf(packet);
    const isMarked = ((packet[1] ?? 0) & 0x80) !== 0;
    if (timestamp !== this.#nextTimestamp) {
      // Nothing was sent meanwhile: what waits belongs to a time that is over.
      this.#sampleCount = 0;
      this.#frames = [];
      this.#firstTimestamp = timestamp;
      this.#marker = isMarked;
    }
    this.#encoder ??= this.#library.openEncoder();
    const out: G729Packet[] = [];
    let at = timestamp;
    for (const byte of payloadOf(packet)) {
      if (this.#frames.length === 0 && this.#sampleCount === 0) this.#firstTimestamp = at;
      this.#samples[this.#sampleCount] = decodeMuLaw(byte);
      this.#sampleCount += 1;
      at = (at + 1) >>> 0;
      if (this.#sampleCount < g729Frame.samples) continue;
      this.#frames.push(Buffer.from(this.#encoder.encode(this.#samples)));
      this.#sampleCount = 0;
      if (this.#frames.length < this.#framesPerPacket) continue;
      out.push({ marker: this.#marker, timestamp: this.#firstTimestamp, payload: Buffer.concat(this.#frames) });
      this.#frames = [];
      this.#marker = false;
    }
    this.#nextTimestamp = at;
    return out;
  }

  close(): void {
    this.#decoder?.close();
    this.#encoder?.close();
    this.#decoder = undefined;
    this.#encoder = undefined;
  }

  #startDecoder(): void {
    this.#decoder?.close();
    this.#decoder = this.#library.openDecoder();
  }

  #muLaw(frames: readonly (Uint8Array | undefined)[]): Buffer {
    this.#decoder ??= this.#library.openDecoder();
    const out = Buffer.alloc(frames.length * g729Frame.samples);
    let at = 0;
    for (const frame of frames) for (const sample of this.#decoder.decode(frame)) out[at++] = encodeMuLaw(sample);
    return out;
  }
}

/** Without the padding (RFC 3550 section 5.1). The packet passed `isRtp`. */
function payloadOf(packet: Buffer): Buffer {
  const isPadded = ((packet[0] ?? 0) & 0x20) !== 0;
  return packet.subarray(rtpHeaderEnd(packet), packet.length - (isPadded ? (packet.at(-1) ?? 0) : 0));
}

function rtpPacket(source: Buffer, marker: boolean, sequence: number, timestamp: number, payload: Buffer): Buffer {
  const packet = Buffer.alloc(rtpHeaderBytes + payload.length);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(marker ? 0x80 : 0, 1);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp, 4);
  packet.writeUInt32BE(ssrcOf(source), 8);
  payload.copy(packet, rtpHeaderBytes);
  return packet;
}
