import { Latch } from '../../src-main/media-gateway/latch.ts';
import { OutgoingStream } from '../../src-main/media-gateway/outgoing-stream.ts';
import { isRtp, rtpHeaderEnd, StreamMeter } from '../../src-main/media-gateway/rtp.ts';
import { SrtpPath } from '../../src-main/media-gateway/srtp-path.ts';
import { keyingBytes, srtpSuites } from '../../src-main/media-gateway/srtp-suites.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import type { SeededRandom } from './random.ts';

/** Packets of the far end (RFC 3550, RFC 3711): counted, latched on, sent on, and opened with every suite. */
export class RtpTarget implements FuzzTarget {
  readonly kind = 'bytes';
  #nowMs = 0;
  #latch = new Latch();
  #meter = new StreamMeter();
  #outgoing = new OutgoingStream(0);
  #paths: readonly SrtpPath[] = [];

  start(): Promise<void> {
    this.#paths = srtpSuites.map((suite) => {
      const path = new SrtpPath();
      const key = Buffer.alloc(keyingBytes(suite), 5).toString('base64');
      path.configure({ suite: suite.name, sendKey: key, receiveKey: key });
      return path;
    });
    return Promise.resolve();
  }

  feed(input: Buffer, random: SeededRandom): void {
    this.#nowMs += 20;
    for (const path of this.#paths) {
      const opened = path.openRtp(Buffer.from(input));
      if (opened !== undefined && opened.length >= input.length) throw new Error('opened without a tag');
    }
    if (!isRtp(input)) return;
    if (rtpHeaderEnd(input) > input.length) throw new Error('the header is longer than the packet');
    const from = { address: `192.0.2.${String(random.below(4))}`, port: 4_000 + random.below(4) };
    this.#latch.accept(input, from, this.#nowMs);
    this.#meter.add(input, this.#nowMs, 8_000);
    const { lost, jitterMs } = this.#meter.stats(0);
    if (!(lost >= 0) || !(jitterMs >= 0)) throw new Error('statistics that cannot be');
    const packet = Buffer.from(input);
    if (!this.#outgoing.adopt(packet, this.#nowMs)) return;
    for (const path of this.#paths) path.protectRtp(packet);
  }

  settle(): Promise<void> {
    // Paths remember every stream that we send, which is one in a call and thousands here.
    this.#latch = new Latch();
    this.#meter = new StreamMeter();
    this.#outgoing = new OutgoingStream(this.#nowMs);
    return this.start();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
