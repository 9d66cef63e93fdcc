import { beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { StreamConfig } from './protocol.ts';
import { rtcpIntervalMs } from './rtcp-interval.ts';
import { RtcpSession } from './rtcp-session.ts';
import { readExtendedReport } from './rtcp-xr.ts';
import { splitRtcp, type RtcpPacket } from './rtcp.ts';
import { StreamMeter } from './rtp.ts';

const ours = 0x1111_1111;
const theirs = 0x2222_2222;
const cname = 'AbCdEfGhIjKlMnOp';
const startMs = Date.UTC(2026, 0, 1);

const agreed: StreamConfig = {
  kind: 'audio',
  remote: { address: '192.0.2.1', rtpPort: 4_000, rtcpPort: 4_001 },
  send: true,
  receive: true,
  feedback: false,
  codecs: [{ name: 'PCMA', clockRateHz: 8_000, channels: 1, localPayloadType: 8, remotePayloadType: 8 }],
  clockRateHz: 8_000,
  event: { payloadType: 101, clockRateHz: 8_000 },
};
const xr = { isOff: false, xr: ['voipMetrics', 'statSummary'] } as const;

function rtp(ssrc: number, sequence: number, payloadType = 8): Buffer {
  const packet = Buffer.alloc(172);
  packet.writeUInt16BE(0x8000 | payloadType, 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** A session whose time and chance the test owns, and the peer that gets its compounds. */
class Rig {
  readonly clock = new TestClock(startMs);
  readonly meter = new StreamMeter();
  readonly got: { readonly atMs: number; readonly packets: readonly RtcpPacket[] }[] = [];
  ssrc = ours;
  random = 0.5;
  hasWay = true;
  readonly session: RtcpSession;

  constructor() {
    this.session = new RtcpSession({
      clock: this.clock,
      // Another zero than the wall clock's.
      monotonicMs: () => this.clock.now() - startMs + 5_000,
      random: () => this.random,
      cname,
      ssrc: () => this.ssrc,
      fromPeer: this.meter,
      transmit: (compound) => {
        const packets = splitRtcp(compound);
        if (packets === undefined) throw new Error('malformed');
        if (this.hasWay) this.got.push({ atMs: this.clock.now() - startMs, packets });
        return this.hasWay;
      },
    });
  }

  /** Sound both ways, packet by packet, for so long. */
  talk(packets: number, from = 0, lost: (sequence: number) => boolean = () => false): void {
    for (let sequence = from; sequence < from + packets; sequence += 1) {
      this.session.sent(rtp(this.ssrc, sequence));
      if (!lost(sequence)) this.hear(sequence);
      this.clock.advance(20);
    }
  }

  hear(sequence: number): void {
    const arrivalMs = this.clock.now() - startMs + 5_000;
    const packet = rtp(theirs, sequence);
    this.meter.add(packet, arrivalMs, 8_000);
    this.session.heard(packet, arrivalMs, 8_000);
  }

  types(index: number): readonly number[] {
    return this.got[index]?.packets.map(({ type }) => type) ?? [];
  }

  part(index: number, type: number): Buffer {
    const found = this.got[index]?.packets.find((packet) => packet.type === type);
    if (found === undefined) throw new Error(`compound ${String(index)} has no ${String(type)}`);
    return found.bytes;
  }
}

/** A sender report of the peer with an NTP time whose middle 32 bits are these. */
function theirReport(ntpMiddle: number): readonly RtcpPacket[] {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16BE(0x80c8, 0);
  bytes.writeUInt16BE(6, 2);
  bytes.writeUInt32BE(theirs, 4);
  bytes.writeUInt32BE(ntpMiddle, 10);
  return splitRtcp(bytes) ?? [];
}

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

describe('when', () => {
  test('the interval is that of RFC 3550: five seconds, half for the first, spread, and longer for many', () => {
    const two = { members: 2, senders: 2, weSent: true, averageBytes: 120, isFirst: false };
    const middle = 5_000 / (Math.E - 1.5);
    expect(rtcpIntervalMs(two, 0.5)).toBeCloseTo(middle);
    expect(rtcpIntervalMs(two, 0)).toBeCloseTo(middle / 2);
    expect(rtcpIntervalMs(two, 1)).toBeCloseTo(middle * 1.5);
    expect(rtcpIntervalMs({ ...two, isFirst: true }, 0.5)).toBeCloseTo(middle / 2);
    // 400 B/s for all: a hundred need 30 s; a few senders among them share a quarter.
    expect(rtcpIntervalMs({ ...two, members: 100, senders: 50 }, 0.5) * (Math.E - 1.5)).toBeCloseTo(30_000);
    expect(rtcpIntervalMs({ ...two, members: 100, senders: 10 }, 0.5) * (Math.E - 1.5)).toBeCloseTo(12_000);
    expect(rtcpIntervalMs({ ...two, members: 100, senders: 10, weSent: false }, 0.5) * (Math.E - 1.5)).toBeCloseTo(
      36_000,
    );
  });

  test('half an interval after the agreement, then an interval apart, and never two at once', () => {
    rig.session.configure(agreed);
    rig.session.configure({ ...agreed, send: false });
    rig.clock.advance(20_000);
    const interval = 5_000 / (Math.E - 1.5);
    expect(rig.got.map(({ atMs }) => Math.round(atMs / 10))).toEqual(
      [0.5, 1.5, 2.5, 3.5, 4.5].map((count) => Math.round((count * interval) / 10)),
    );
    expect(rig.clock.pending).toBe(1);
  });

  test('an interval that turns out longer when it is over is waited out', () => {
    rig.random = 0;
    rig.session.configure(agreed);
    rig.random = 1;
    rig.clock.advance((2_500 * 1.4) / (Math.E - 1.5));
    expect(rig.got).toEqual([]);
    rig.clock.advance((2_500 * 0.2) / (Math.E - 1.5));
    expect(rig.got).toHaveLength(1);
  });

  test('not to a peer that gives it no bandwidth, and not without a way to it', () => {
    rig.session.configure({ ...agreed, rtcp: { isOff: true, xr: [] } });
    rig.clock.advance(30_000);
    rig.session.close();
    expect(rig.got).toEqual([]);
    const held = new Rig();
    held.hasWay = false;
    held.session.configure(agreed);
    held.clock.advance(10_000);
    held.hasWay = true;
    held.clock.advance(3_000);
    expect(held.got).toHaveLength(1);
  });
});

describe('what', () => {
  test('on a silent line: an empty receiver report and the name', () => {
    rig.session.configure(agreed);
    rig.clock.advance(3_000);
    expect(rig.types(0)).toEqual([201, 202]);
    expect(rig.part(0, 201)).toEqual(Buffer.from('80c9000111111111', 'hex'));
    const description = rig.part(0, 202);
    expect(description.subarray(0, 10).toString('hex')).toBe(`81ca0006111111110110`);
    expect(description.subarray(10, 26).toString()).toBe(cname);
    // The list ends in a zero, on a word.
    expect(description.subarray(26)).toEqual(Buffer.alloc(2));
  });

  test('a sender report counts what went out and ties its timestamp to UTC', () => {
    rig.session.configure(agreed);
    rig.talk(100);
    rig.session.sent(rtp(ours, 100, 101));
    rig.talk(20, 101);
    const report = rig.part(0, 200);
    const { atMs } = rig.got[0] ?? { atMs: 0 };
    const ntpMs = (report.readUInt32BE(8) - 2_208_988_800) * 1_000 + (report.readUInt32BE(12) * 1_000) / 2 ** 32;
    expect(ntpMs).toBeCloseTo(startMs + atMs, 1);
    // 8,000 steps a second: the clock of the timestamps began with the first packet.
    expect(Math.abs(report.readUInt32BE(16) - (atMs - 0) * 8)).toBeLessThan(8 * 21);
    const packets = report.readUInt32BE(20);
    expect(packets).toBeGreaterThan(100);
    expect(report.readUInt32BE(24)).toBe(packets * 160);
  });

  test('who falls silent reports as a receiver after two intervals', () => {
    rig.session.configure(agreed);
    rig.talk(50);
    rig.clock.advance(20_000);
    expect(rig.got.map(({ packets }) => packets[0]?.type)).toEqual([200, 200, 201, 201, 201]);
  });

  test('the renderer says when its sound was taken, unless it is of another clock', () => {
    const rendererReport = (ntpMs: number, timestamp: number): RtcpPacket => {
      const bytes = Buffer.alloc(28);
      bytes.writeUInt16BE(0x80c8, 0);
      bytes.writeUInt16BE(6, 2);
      bytes.writeUInt32BE(ours, 4);
      bytes.writeUInt32BE(Math.floor(ntpMs / 1_000) + 2_208_988_800, 8);
      bytes.writeUInt32BE(((ntpMs % 1_000) / 1_000) * 2 ** 32, 12);
      bytes.writeUInt32BE(timestamp, 16);
      const [packet] = splitRtcp(bytes) ?? [];
      if (packet === undefined) throw new Error('malformed');
      return packet;
    };
    const timestampOf = (offset: number): number => {
      const other = new Rig();
      other.session.configure(agreed);
      other.talk(10);
      other.session.rendererReported(rendererReport(startMs, offset));
      other.talk(100, 10);
      return other.part(0, 200).readUInt32BE(16) - 8 * (other.got[0]?.atMs ?? 0);
    };
    expect(Math.round(timestampOf(400))).toBe(400);
    expect(Math.abs(timestampOf(4_000_000))).toBeLessThan(8 * 21);
  });

  test('a reception block counts loss since the report before and since the beginning', () => {
    rig.session.configure(agreed);
    rig.talk(120, 65_500, (sequence) => sequence % 4 === 1);
    const first = rig.part(0, 200).subarray(28);
    expect(first.readUInt32BE(0)).toBe(theirs);
    expect(first.readUInt8(4)).toBeGreaterThan(60);
    expect(first.readUInt8(4)).toBeLessThan(66);
    expect(first.readUIntBE(5, 3)).toBeGreaterThan(20);
    // Rolled over once.
    expect(first.readUInt32BE(8)).toBeGreaterThan(0x1_0000);
    rig.talk(220, 65_620);
    const second = rig.part(1, 200).subarray(28);
    expect(second.readUInt8(4)).toBeLessThan(8);
    expect(second.readUIntBE(5, 3)).toBeGreaterThanOrEqual(first.readUIntBE(5, 3));
  });

  test('it repeats their last sender report and how long ago it came; nothing of who is not heard', () => {
    rig.session.configure(agreed);
    rig.talk(50);
    rig.session.received(theirReport(0xabcd_1234));
    rig.talk(60, 50);
    const block = rig.part(0, 200).subarray(28);
    expect(block.readUInt32BE(16)).toBe(0xabcd_1234);
    const { atMs } = rig.got[0] ?? { atMs: 0 };
    expect(block.readUInt32BE(20)).toBe(Math.round(((atMs - 1_000) * 65_536) / 1_000));
    rig.clock.advance(14_000);
    const last = rig.got.at(-1)?.packets[0];
    expect([last?.type, last?.count]).toEqual([201, 0]);
  });

  test('their answer to our report tells the round trip', () => {
    rig.session.configure(agreed);
    rig.talk(110);
    const report = rig.part(0, 200);
    rig.clock.advance(30);
    const nowMs = rig.clock.now() - startMs;
    const answer = Buffer.alloc(32);
    answer.writeUInt16BE(0x81c9, 0);
    answer.writeUInt16BE(7, 2);
    answer.writeUInt32BE(theirs, 4);
    answer.writeUInt32BE(ours, 8);
    answer.writeUInt8(64, 12);
    answer.writeUInt32BE(80, 20);
    answer.writeUInt32BE(report.readUInt32BE(10), 24);
    answer.writeUInt32BE(Math.round((10 * 65_536) / 1_000), 28);
    rig.session.received(splitRtcp(answer) ?? []);
    expect(rig.session.latest).toMatchObject({ lossPercent: 25, jitterMs: 10 });
    expect(rig.session.latest?.roundTripMs).toBeCloseTo(nowMs - (rig.got[0]?.atMs ?? 0) - 10, 0);
  });
});

describe('extended reports', () => {
  test('only for who asks, and of what it asks for', () => {
    rig.session.configure(agreed);
    rig.talk(120);
    expect(rig.types(0)).toEqual([200, 202]);
    const one = new Rig();
    one.session.configure({ ...agreed, rtcp: { isOff: false, xr: ['voipMetrics'] } });
    one.talk(120);
    const packet = one.got[0]?.packets.find(({ type }) => type === 207);
    if (packet === undefined) throw new Error('none');
    const { voipMetrics, summaries } = readExtendedReport(packet);
    expect([voipMetrics.length, summaries.length]).toEqual([1, 0]);
  });

  test('a clean stream sounds well; what the conversation is like is not known before a round trip is', () => {
    rig.session.configure({ ...agreed, rtcp: xr });
    rig.talk(120);
    const packet = rig.got[0]?.packets.find(({ type }) => type === 207);
    if (packet === undefined) throw new Error('none');
    const { voipMetrics, summaries } = readExtendedReport(packet);
    expect(voipMetrics[0]).toMatchObject({ ssrc: theirs, lossRate: 0, burstMs: 0, listeningScore: 4.4 });
    expect(voipMetrics[0]).not.toHaveProperty('rating');
    expect(voipMetrics[0]).not.toHaveProperty('conversationScore');
    expect(voipMetrics[0]).not.toHaveProperty('roundTripMs');
    expect(summaries[0]).toMatchObject({ ssrc: theirs, firstSequence: 0, lost: 0, duplicates: 0 });
    expect(summaries[0]?.jitter?.max).toBe(0);
  });

  test('loss, doubles and jitter are those since the summary before', () => {
    rig.session.configure({ ...agreed, rtcp: xr });
    rig.talk(40);
    rig.hear(39);
    rig.talk(80, 40, (sequence) => sequence >= 60 && sequence < 70);
    rig.talk(220, 120);
    const summaries = rig.got.map(({ packets }) => {
      const packet = packets.find(({ type }) => type === 207);
      return packet && readExtendedReport(packet).summaries[0];
    });
    expect(summaries[0]).toMatchObject({ lost: 10, duplicates: 1 });
    expect(summaries[1]).toMatchObject({ firstSequence: summaries[0]?.endSequence, lost: 0, duplicates: 0 });
  });

  test('a codec that nobody measured has no score', () => {
    rig.session.configure({
      ...agreed,
      rtcp: xr,
      codecs: [{ name: 'iLBC', clockRateHz: 8_000, channels: 1, localPayloadType: 8, remotePayloadType: 8 }],
    });
    rig.talk(120);
    const block = rig.part(0, 207).subarray(-36);
    // R, external R, both scores: 127 is "not known" (RFC 3611 section 4.7.5).
    expect([...block.subarray(24, 28)]).toEqual([127, 127, 127, 127]);
  });
});

describe('a peer that sends nothing tells its time', () => {
  const told = Buffer.from('80cf000422222222040000020102030405060708', 'hex');

  test('and learns once how long ago that was, whether it asked for reports in its SDP or not', () => {
    rig.session.configure(agreed);
    rig.talk(100);
    rig.session.received(splitRtcp(told) ?? []);
    const atMs = rig.clock.now() - startMs;
    rig.talk(300, 100);
    expect(rig.types(0)).toEqual([200, 202, 207]);
    const delay = Math.round((((rig.got[0]?.atMs ?? 0) - atMs) * 65_536) / 1_000);
    expect(delay).toBeGreaterThan(0);
    const answer = rig.part(0, 207);
    expect(answer.subarray(4).toString('hex')).toBe(
      `11111111050000032222222203040506${delay.toString(16).padStart(8, '0')}`,
    );
    expect(rig.types(1)).toEqual([200, 202]);
  });

  test('and is answered with the next report that leaves, beside what it asked for', () => {
    rig.session.configure({ ...agreed, rtcp: xr });
    rig.hasWay = false;
    rig.session.received(splitRtcp(told) ?? []);
    rig.talk(150);
    expect(rig.got).toEqual([]);
    rig.hasWay = true;
    rig.talk(300, 150);
    const types = [...rig.part(0, 207).subarray(8)].slice(0, 1);
    expect(types).toEqual([5]);
    const packet = rig.got[0]?.packets.find(({ type }) => type === 207);
    expect(packet && readExtendedReport(packet).voipMetrics).toHaveLength(1);
  });
});

describe('goodbye', () => {
  test('at the end, in a compound, once; nothing runs on', () => {
    rig.session.configure(agreed);
    rig.clock.advance(3_000);
    rig.session.close();
    rig.session.close();
    expect(rig.got).toHaveLength(2);
    expect(rig.types(1)).toEqual([201, 202, 203]);
    expect(rig.part(1, 203)).toEqual(Buffer.from('81cb000111111111', 'hex'));
    expect(rig.clock.pending).toBe(0);
  });

  test('none from who never said anything', () => {
    rig.session.configure(agreed);
    rig.session.close();
    expect(rig.got).toEqual([]);
  });

  test('of the SSRC before, when the stream takes another one: a window was loaded anew', () => {
    rig.session.configure(agreed);
    rig.talk(110);
    rig.ssrc = 0x3333_3333;
    rig.talk(220, 500);
    const [, goodbye, next] = rig.got;
    expect(goodbye?.packets.map(({ type, senderSsrc }) => [type, senderSsrc])).toEqual([
      [201, ours],
      [202, ours],
      [203, ours],
    ]);
    expect(next?.packets[0]).toMatchObject({ type: 200, senderSsrc: 0x3333_3333 });
    // The new stream counts from its own beginning.
    expect(next?.packets[0]?.bytes.readUInt32BE(20)).toBeLessThan(221);
  });

  test('of the peer makes it no member; a line that is gone says goodbye and may come back', () => {
    rig.session.configure(agreed);
    rig.clock.advance(3_000);
    rig.session.configure(undefined);
    expect(rig.types(1)).toEqual([201, 202, 203]);
    expect(rig.clock.pending).toBe(0);
    rig.session.configure(agreed);
    rig.clock.advance(3_000);
    expect(rig.types(2)).toEqual([201, 202]);
  });
});
