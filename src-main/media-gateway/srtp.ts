import { ReplayWindow } from './replay-window.ts';
import { rtpHeaderEnd, sequenceOf, ssrcOf } from './rtp.ts';
import { CounterCipher, GaloisCipher, type PacketCipher } from './srtp-cipher.ts';
import { deriveSessionKeys } from './srtp-keys.ts';
import { estimateIndex } from './sequence-index.ts';
import type { SrtpSuite } from './srtp-suites.ts';

/** Streams of one direction that are remembered: restarts and mixers bring a few, nobody honest brings more. */
const rememberedStreams = 16;
/** Roll-over counters tried for a stream that begins in the middle: five hours at 50 packets a second. */
const rolloversTried = 16;
const noTrailer = Buffer.alloc(0);
/** RFC 3711 section 3.4: the first 8 bytes of a compound stay clear, so that the sender is known. */
const rtcpClearBytes = 8;
const rtcpIndexBytes = 4;
const encryptedBit = 0x8000_0000;
const highestRtcpIndex = 0x7fff_ffff;

/** The ciphers of one direction. */
interface Ciphers {
  readonly mode: SrtpSuite['mode'];
  readonly rtp: PacketCipher;
  readonly rtcp: PacketCipher;
}

function ciphersOf(suite: SrtpSuite, keying: Buffer): Ciphers {
  const rtp = deriveSessionKeys(suite, keying, 'rtp');
  const rtcp = deriveSessionKeys(suite, keying, 'rtcp');
  return suite.mode === 'galois'
    ? { mode: 'galois', rtp: new GaloisCipher(rtp), rtcp: new GaloisCipher(rtcp) }
    : {
        mode: 'counter',
        rtp: new CounterCipher(rtp, suite.rtpTagBytes),
        rtcp: new CounterCipher(rtcp, suite.rtcpTagBytes),
      };
}

/**
 * Encrypts what we send with our key: SRTP and SRTCP of RFC 3711, or of RFC 7714 in Galois mode.
 * Each SSRC counts by itself. A packet that would use the keystream of an earlier one is refused: two texts under one
 * keystream can be read without the key.
 */
export class SrtpSender {
  readonly #ciphers: Ciphers;
  readonly #streams = new Map<number, ReplayWindow>();
  readonly #rtcpIndices = new Map<number, number>();

  /** @param keying master key and salt of `suite` */
  constructor(suite: SrtpSuite, keying: Buffer) {
    this.#ciphers = ciphersOf(suite, keying);
  }

  /** The protected packet; undefined when its index was used before. */
  protectRtp(packet: Buffer): Buffer | undefined {
    const ssrc = ssrcOf(packet);
    let stream = this.#streams.get(ssrc);
    if (stream === undefined) {
      stream = new ReplayWindow();
      this.#streams.set(ssrc, stream);
    }
    const index = estimateIndex(stream.highest, sequenceOf(packet));
    if (!stream.mayCome(index)) return undefined;
    stream.came(index);
    const headerEnd = rtpHeaderEnd(packet);
    const clear = packet.subarray(0, headerEnd);
    const { sealed, tag } = this.#ciphers.rtp.seal(
      clear,
      packet.subarray(headerEnd),
      this.#ciphers.mode === 'galois' ? noTrailer : rollover(index),
      { ssrc, index },
    );
    return Buffer.concat([clear, sealed, tag]);
  }

  /** A compound as SRTCP, encrypted (E bit set). Undefined when the indices are used up, or for less than a header. */
  protectRtcp(compound: Buffer): Buffer | undefined {
    if (compound.length < rtcpClearBytes) return undefined;
    const ssrc = compound.readUInt32BE(4);
    const index = (this.#rtcpIndices.get(ssrc) ?? 0) + 1;
    if (index > highestRtcpIndex) return undefined;
    this.#rtcpIndices.set(ssrc, index);
    const word = indexWord(index, true);
    const clear = compound.subarray(0, rtcpClearBytes);
    const { sealed, tag } = this.#ciphers.rtcp.seal(clear, compound.subarray(rtcpClearBytes), word, { ssrc, index });
    // The tag stands behind the index in counter mode, before it in Galois mode (RFC 7714 section 9.2).
    return Buffer.concat(this.#ciphers.mode === 'galois' ? [clear, sealed, tag, word] : [clear, sealed, word, tag]);
  }
}

/**
 * Decrypts what the peer sends with its key. Only what is authentic and was not here before comes out; state changes
 * only by such packets, so that forged ones cannot push anything out.
 *
 * A stream that is first heard in the middle (our process was started anew) may have rolled over before: each of its
 * packets is tried with 0 and one further roll-over counter, in turn.
 */
export class SrtpReceiver {
  readonly #ciphers: Ciphers;
  readonly #streams = new Map<number, ReplayWindow>();
  readonly #rtcpStreams = new Map<number, ReplayWindow>();
  #nextRollover = 1;

  /** @param keying master key and salt of `suite` */
  constructor(suite: SrtpSuite, keying: Buffer) {
    this.#ciphers = ciphersOf(suite, keying);
  }

  /** The packet in the clear; undefined when it is forged, replayed, too old, or no SRTP at all. */
  openRtp(packet: Buffer): Buffer | undefined {
    const { rtp } = this.#ciphers;
    const headerEnd = rtpHeaderEnd(packet);
    const tagAt = packet.length - rtp.tagBytes;
    if (headerEnd === 0 || tagAt < headerEnd) return undefined;
    const ssrc = ssrcOf(packet);
    const sequence = sequenceOf(packet);
    const stream = this.#streams.get(ssrc);
    if (stream !== undefined)
      return this.#openRtpAt(packet, headerEnd, tagAt, stream, estimateIndex(stream.highest, sequence));
    const begun = new ReplayWindow();
    const rolled = this.#nextRollover;
    this.#nextRollover = (rolled % (rolloversTried - 1)) + 1;
    for (const rolloverCount of [0, rolled]) {
      const opened = this.#openRtpAt(packet, headerEnd, tagAt, begun, rolloverCount * 0x1_0000 + sequence);
      if (opened === undefined) continue;
      remember(this.#streams, ssrc, begun);
      return opened;
    }
    return undefined;
  }

  /** The compound in the clear; undefined as for {@link openRtp}. */
  openRtcp(packet: Buffer): Buffer | undefined {
    const { rtcp, mode } = this.#ciphers;
    if (packet.length < rtcpClearBytes + rtcpIndexBytes + rtcp.tagBytes) return undefined;
    const end = packet.length;
    const wordAt = mode === 'galois' ? end - rtcpIndexBytes : end - rtcp.tagBytes - rtcpIndexBytes;
    const tagAt = mode === 'galois' ? wordAt - rtcp.tagBytes : end - rtcp.tagBytes;
    const word = packet.subarray(wordAt, wordAt + rtcpIndexBytes);
    const tag = packet.subarray(tagAt, tagAt + rtcp.tagBytes);
    const index = word.readUInt32BE(0) & highestRtcpIndex;
    const isEncrypted = word.readUInt32BE(0) >= encryptedBit;
    const ssrc = packet.readUInt32BE(4);
    const stream = this.#rtcpStreams.get(ssrc) ?? new ReplayWindow();
    if (!stream.mayCome(index)) return undefined;
    // Without the E bit nothing is secret and all of it is authenticated (RFC 3711 section 3.4, RFC 7714 section 9.3).
    const clearEnd = isEncrypted ? rtcpClearBytes : Math.min(wordAt, tagAt);
    const clear = packet.subarray(0, clearEnd);
    const sealed = packet.subarray(clearEnd, Math.min(wordAt, tagAt));
    const opened = rtcp.open(clear, sealed, word, tag, { ssrc, index });
    if (opened === undefined) return undefined;
    stream.came(index);
    if (!this.#rtcpStreams.has(ssrc)) remember(this.#rtcpStreams, ssrc, stream);
    return Buffer.concat([clear, opened]);
  }

  #openRtpAt(
    packet: Buffer,
    headerEnd: number,
    tagAt: number,
    stream: ReplayWindow,
    index: number,
  ): Buffer | undefined {
    if (!stream.mayCome(index)) return undefined;
    const clear = packet.subarray(0, headerEnd);
    const opened = this.#ciphers.rtp.open(
      clear,
      packet.subarray(headerEnd, tagAt),
      this.#ciphers.mode === 'galois' ? noTrailer : rollover(index),
      packet.subarray(tagAt),
      { ssrc: ssrcOf(packet), index },
    );
    if (opened === undefined) return undefined;
    stream.came(index);
    return Buffer.concat([clear, opened]);
  }
}

/** The roll-over counter of an index: authenticated, though never sent (RFC 3711 section 4.2). */
function rollover(index: number): Buffer {
  const word = Buffer.alloc(4);
  word.writeUInt32BE(Math.floor(index / 0x1_0000), 0);
  return word;
}

function indexWord(index: number, isEncrypted: boolean): Buffer {
  const word = Buffer.alloc(rtcpIndexBytes);
  word.writeUInt32BE(isEncrypted ? encryptedBit + index : index, 0);
  return word;
}

function remember(streams: Map<number, ReplayWindow>, ssrc: number, stream: ReplayWindow): void {
  if (streams.size >= rememberedStreams) {
    const oldest = streams.keys().next();
    if (oldest.done !== true) streams.delete(oldest.value);
  }
  streams.set(ssrc, stream);
}
