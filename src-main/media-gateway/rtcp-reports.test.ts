import { expect, test } from 'vitest';
import { RtcpReports } from './rtcp-reports.ts';
import { splitRtcp, type RtcpPacket } from './rtcp.ts';

const ours = 0x1111_1111;

function only(compound: Buffer): RtcpPacket {
  const packet = splitRtcp(compound)?.[0];
  if (packet === undefined) throw new Error('malformed');
  return packet;
}

/** A sender report of ours with this NTP time, in 1/65536 seconds of the middle 32 bits. */
function senderReport(ntpMiddle: number): RtcpPacket {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt16BE(0x80c8, 0);
  bytes.writeUInt16BE(6, 2);
  bytes.writeUInt32BE(ours, 4);
  bytes.writeUInt32BE(ntpMiddle, 10);
  return only(bytes);
}

interface Block {
  readonly ssrc?: number;
  readonly fraction?: number;
  readonly jitter?: number;
  readonly lastReport?: number;
  readonly delay?: number;
}

function receiverReport(...blocks: readonly Block[]): RtcpPacket {
  const bytes = Buffer.alloc(8 + blocks.length * 24);
  bytes.writeUInt8(0x80 | blocks.length, 0);
  bytes.writeUInt8(201, 1);
  bytes.writeUInt16BE(bytes.length / 4 - 1, 2);
  bytes.writeUInt32BE(0x2222_2222, 4);
  blocks.forEach(({ ssrc = ours, fraction = 0, jitter = 0, lastReport = 0, delay = 0 }, index) => {
    const at = 8 + index * 24;
    bytes.writeUInt32BE(ssrc, at);
    bytes.writeUInt8(fraction, at + 4);
    bytes.writeUInt32BE(jitter, at + 12);
    bytes.writeUInt32BE(lastReport, at + 16);
    bytes.writeUInt32BE(delay, at + 20);
  });
  return only(bytes);
}

test('the round trip is the time since our report, less what the peer kept it (RFC 3550 section 6.4.1)', () => {
  const reports = new RtcpReports();
  reports.sent(senderReport(0xabcd_0001), 1_000);
  reports.sent(senderReport(0xabcd_0002), 6_000);
  reports.received(
    receiverReport({ lastReport: 0xabcd_0002, delay: 65_536, fraction: 26, jitter: 80 }),
    ours,
    8_000,
    7_050,
  );
  expect(reports.latest).toEqual({ lossPercent: 10.2, jitterMs: 10, roundTripMs: 50, arrivedMs: 7_050 });
});

test('a peer that has heard no report of ours tells loss and no round trip', () => {
  const reports = new RtcpReports();
  reports.received(receiverReport({ fraction: 255 }), ours, 8_000, 10);
  expect(reports.latest).toEqual({ lossPercent: 99.6, jitterMs: 0, arrivedMs: 10 });
});

test('blocks about other streams, reports never sent and cut ones say nothing', () => {
  const reports = new RtcpReports();
  reports.received(receiverReport({ ssrc: 7, fraction: 99 }), ours, 8_000, 10);
  expect(reports.latest).toBeUndefined();
  reports.received(receiverReport({ ssrc: 7 }, { lastReport: 5, delay: 9 }), ours, 8_000, 10);
  expect(reports.latest?.roundTripMs).toBeUndefined();
  const cut = receiverReport({ fraction: 9 });
  const other = new RtcpReports();
  other.received({ ...cut, count: 31 }, ours, 8_000, 10);
  other.received({ ...cut, bytes: cut.bytes.subarray(0, 20) }, ours, 8_000, 11);
  expect(other.latest?.arrivedMs).toBe(10);
});

test('a delay that is longer than the round trip is a clock gone wrong, and the value before stays', () => {
  const reports = new RtcpReports();
  reports.sent(senderReport(1), 0);
  reports.received(receiverReport({ lastReport: 1, delay: 0 }), ours, 8_000, 40);
  reports.received(receiverReport({ lastReport: 1, delay: 6_553_600 }), ours, 8_000, 60);
  expect(reports.latest?.roundTripMs).toBe(40);
});
