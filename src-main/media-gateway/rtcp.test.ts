import { describe, expect, test } from 'vitest';
import { buildPli, isKeyframeRequest, splitRtcp } from './rtcp.ts';

/** A receiver report of `sender` about `source`. */
function receiverReport(sender: number, source: number): Buffer {
  const packet = Buffer.alloc(32);
  packet.writeUInt8(0x81, 0);
  packet.writeUInt8(201, 1);
  packet.writeUInt16BE(7, 2);
  packet.writeUInt32BE(sender, 4);
  packet.writeUInt32BE(source, 8);
  return packet;
}

describe('splitRtcp', () => {
  test('takes a compound apart and tells sender and source of each part', () => {
    const parts = splitRtcp(Buffer.concat([receiverReport(11, 22), buildPli(11, 33)]));
    expect(parts?.map(({ type, senderSsrc, mediaSsrc }) => [type, senderSsrc, mediaSsrc])).toEqual([
      [201, 11, 22],
      [206, 11, 33],
    ]);
    expect(parts?.map(isKeyframeRequest)).toEqual([false, true]);
  });

  test('finds the source of a sender report behind the sender information', () => {
    const report = Buffer.alloc(52);
    report.writeUInt8(0x81, 0);
    report.writeUInt8(200, 1);
    report.writeUInt16BE(12, 2);
    report.writeUInt32BE(5, 4);
    report.writeUInt32BE(0xdeadbeef, 8);
    report.writeUInt32BE(6, 28);
    expect(splitRtcp(report)?.[0]).toMatchObject({ senderSsrc: 5, mediaSsrc: 6 });
  });

  test('a packet without any SSRC is taken as it is', () => {
    expect(splitRtcp(Buffer.from([0x80, 201, 0, 0]))?.[0]).toMatchObject({ senderSsrc: undefined });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['three bytes', Buffer.from([0x80, 201, 0])],
    ['a length beyond the end', Buffer.from([0x80, 201, 0, 9, 0, 0, 0, 1])],
    ['another version', Buffer.from([0x40, 201, 0, 0])],
    ['RTP', Buffer.from([0x80, 8, 0, 0])],
    ['rubbish behind a good part', Buffer.concat([buildPli(1, 2), Buffer.from([1, 2, 3])])],
    ['more than a packet holds', Buffer.concat(Array<Buffer>(400).fill(buildPli(1, 2)))],
  ])('refuses %s as a whole', (_name, compound) => {
    expect(splitRtcp(compound)).toBeUndefined();
  });
});

test('a picture loss indication has the bytes of RFC 4585', () => {
  expect(buildPli(1, 0x01020304).toString('hex')).toBe('81ce00020000000101020304');
});
