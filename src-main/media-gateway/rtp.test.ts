import { describe, expect, test } from 'vitest';
import { isRtcp, isRtp, StreamMeter } from './rtp.ts';

function rtp(sequence: number, timestamp: number, ssrc = 1, bytes = 172): Buffer {
  const packet = Buffer.alloc(bytes);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(8, 1);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(timestamp >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}
const withFirst = (first: number, packet = rtp(1, 1)): Buffer => {
  packet.writeUInt8(first, 0);
  return packet;
};

describe('isRtp', () => {
  test('takes an ordinary packet, also with CSRC, extension and padding that fit', () => {
    expect(isRtp(rtp(1, 1))).toBe(true);
    expect(isRtp(withFirst(0x8f))).toBe(true);
    expect(isRtp(withFirst(0x90))).toBe(true);
    const padded = withFirst(0xa0);
    padded[171] = 4;
    expect(isRtp(padded)).toBe(true);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['eleven bytes', rtp(1, 1).subarray(0, 11)],
    ['version 1', withFirst(0x40)],
    ['more CSRC than bytes', withFirst(0x8f, rtp(1, 1, 1, 40))],
    ['an extension longer than the packet', withFirst(0x90, Buffer.alloc(20, 0xff))],
    ['an extension cut in its header', withFirst(0x90, rtp(1, 1, 1, 14))],
    ['padding of nothing', withFirst(0xa0)],
    ['padding longer than the packet', withFirst(0xa0, Buffer.alloc(40, 0xff))],
    ['a packet beyond the limit', rtp(1, 1, 1, 5_000)],
  ])('refuses %s', (_name, packet) => {
    expect(isRtp(packet)).toBe(false);
  });

  test('RTCP on the same port is told apart', () => {
    const report = Buffer.from([0x80, 200, 0, 6, ...Array<number>(24).fill(0)]);
    expect([isRtcp(report), isRtp(report)]).toEqual([true, false]);
    // Payload type 72 with marker looks like 200; RFC 5761 forbids 64 to 95 for that reason.
    expect(isRtcp(rtp(1, 1))).toBe(false);
  });
});

describe('StreamMeter', () => {
  const feed = (meter: StreamMeter, sequences: readonly number[], ssrc = 1): void => {
    sequences.forEach((sequence) => {
      meter.add(rtp(sequence, sequence * 160, ssrc), sequence * 20, 8_000);
    });
  };

  test('counts packets, bytes and the time of the last one', () => {
    const meter = new StreamMeter();
    expect(meter.stats(0)).toEqual({ packets: 0, bytes: 0, lost: 0, jitterMs: 0 });
    feed(meter, [1, 2, 3]);
    expect(meter.stats(1_000_000)).toEqual({ packets: 3, bytes: 516, lost: 0, jitterMs: 0, lastPacketAtMs: 1_000_060 });
  });

  test.each([
    ['a gap', [1, 2, 5, 6], 2],
    ['a late packet fills its gap', [1, 3, 2, 4], 0],
    ['the end of the numbers is no gap', [65_534, 65_535, 65_536, 65_537], 0],
    ['a gap over the end of the numbers', [65_534, 65_537], 2],
    ['a restarted sender', [100, 101, 30_000, 30_001], 0],
    ['duplicates do not hide a loss below zero', [1, 2, 2, 2], 0],
  ])('loss: %s', (_name, sequences, lost) => {
    const meter = new StreamMeter();
    feed(meter, sequences);
    expect(meter.stats(0).lost).toBe(lost);
  });

  test('loss before a change of SSRC stays counted', () => {
    const meter = new StreamMeter();
    feed(meter, [1, 4], 1);
    feed(meter, [900, 901], 2);
    expect(meter.stats(0).lost).toBe(2);
  });

  test('jitter is the sixteenth of each deviation (RFC 3550 6.4.1), over the end of timestamps too', () => {
    const meter = new StreamMeter();
    meter.add(rtp(1, 0xffffff60), 0, 8_000);
    meter.add(rtp(2, 0), 20, 8_000);
    expect(meter.stats(0).jitterMs).toBe(0);
    meter.add(rtp(3, 160), 56, 8_000);
    expect(meter.stats(0).jitterMs).toBe(1);
  });
});
