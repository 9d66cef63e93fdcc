import { RtcpSession } from '../../src-main/media-gateway/rtcp-session.ts';
import { readExtendedReport } from '../../src-main/media-gateway/rtcp-xr.ts';
import { isKeyframeRequest, splitRtcp } from '../../src-main/media-gateway/rtcp.ts';
import { SrtpPath } from '../../src-main/media-gateway/srtp-path.ts';
import { keyingBytes, srtpSuites } from '../../src-main/media-gateway/srtp-suites.ts';
import { StreamMeter } from '../../src-main/media-gateway/rtp.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const ours = 0x1111_1111;

/**
 * Compounds of either side (RFC 3550 section 6, RFC 4585, RFC 3611): split, read by a session that answers with its own
 * reports, and opened with every suite.
 */
export class RtcpTarget implements FuzzTarget {
  readonly kind = 'bytes';
  #clock = new TestClock();
  #said = 0;
  #session = this.#newSession();
  readonly #paths = srtpSuites.map((suite) => {
    const path = new SrtpPath();
    const key = Buffer.alloc(keyingBytes(suite), 5).toString('base64');
    path.configure({ suite: suite.name, sendKey: key, receiveKey: key });
    return path;
  });

  start(): Promise<void> {
    return Promise.resolve();
  }

  feed(input: Buffer): void {
    this.#clock.advance(1_000);
    for (const path of this.#paths) path.openRtcp(Buffer.from(input));
    const packets = splitRtcp(input);
    if (packets === undefined) return;
    const bytes = packets.reduce((sum, packet) => sum + packet.bytes.length, 0);
    if (bytes !== input.length) throw new Error('a compound that is more or less than its parts');
    for (const packet of packets) {
      isKeyframeRequest(packet);
      this.#session.rendererReported(packet);
      for (const { rating, lossRate } of readExtendedReport(packet).voipMetrics)
        if (!(lossRate >= 0 && (rating ?? 0) <= 100)) throw new Error('metrics that cannot be');
    }
    this.#session.received(packets);
    const { latest } = this.#session;
    if (latest === undefined) return;
    if (!(latest.lossPercent >= 0 && latest.lossPercent <= 100)) throw new Error('a loss that cannot be');
    if (latest.roundTripMs !== undefined && !(latest.roundTripMs >= 0)) throw new Error('a round trip that cannot be');
  }

  settle(): Promise<void> {
    if (this.#said === 0) throw new Error('the session reports no more');
    this.#session.close();
    this.#clock = new TestClock();
    this.#said = 0;
    this.#session = this.#newSession();
    return Promise.resolve();
  }

  #newSession(): RtcpSession {
    const clock = this.#clock;
    const session = new RtcpSession({
      clock,
      monotonicMs: () => clock.now(),
      random: () => 0.5,
      cname: 'fuzz',
      ssrc: () => ours,
      fromPeer: new StreamMeter(),
      transmit: (compound) => {
        if (splitRtcp(compound) === undefined) throw new Error('a report of ours that nobody could read');
        this.#said += 1;
        return true;
      },
    });
    session.configure({
      kind: 'audio',
      remote: { address: '192.0.2.1', rtpPort: 4_000, rtcpPort: 4_001 },
      send: true,
      receive: true,
      feedback: false,
      codecs: [],
      clockRateHz: 8_000,
      rtcp: { isOff: false, xr: ['voipMetrics', 'statSummary'] },
    });
    return session;
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
