import { describe, expect, test } from 'vitest';
import { Latch } from './latch.ts';

const rtp = (sequence: number, ssrc = 7): Buffer => {
  const packet = Buffer.alloc(12);
  packet[0] = 0x80;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
};
const signalled = { address: '192.0.2.1', port: 4000 };
const samePhone = { address: '192.0.2.1', port: 4444 };
const stranger = { address: '203.0.113.9', port: 5000 };

function latched(): Latch {
  const latch = new Latch();
  latch.signal(signalled);
  expect(latch.accept(rtp(1), signalled, 0)).toBe(true);
  return latch;
}

describe('before the first packet', () => {
  test('we send to where the peer said it is', () => {
    const latch = new Latch();
    expect(latch.target).toBeUndefined();
    latch.signal(signalled);
    expect(latch.target).toEqual(signalled);
  });

  test('another port of the signalled address is followed at once (a NAT moved it)', () => {
    const latch = new Latch();
    latch.signal(signalled);
    expect(latch.accept(rtp(1), samePhone, 0)).toBe(true);
    expect(latch.target).toEqual(samePhone);
  });

  test('another address is followed with its fifth packet in a row', () => {
    const latch = new Latch();
    latch.signal(signalled);
    expect([1, 2, 3, 4, 5].map((sequence) => latch.accept(rtp(sequence), stranger, sequence))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(latch.target).toEqual(stranger);
  });

  test.each([
    ['a gap', [1, 2, 3, 5, 6, 7], [7, 7, 7, 7, 7, 7]],
    ['a changing SSRC', [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]],
    ['one packet repeated', [1, 1, 1, 1, 1, 1], [7, 7, 7, 7, 7, 7]],
  ])('%s is no row', (_name, sequences, ssrcs) => {
    const latch = new Latch();
    latch.signal(signalled);
    const accepted = sequences.map((sequence, index) => latch.accept(rtp(sequence, ssrcs[index]), stranger, index));
    expect(accepted).not.toContain(true);
    expect(latch.target).toEqual(signalled);
  });

  test('packets of two places are no row', () => {
    const latch = new Latch();
    latch.signal(signalled);
    const other = { ...stranger, port: 5002 };
    const accepted = Array.from({ length: 8 }, (_none, index) =>
      latch.accept(rtp(index), index % 2 === 0 ? stranger : other, index),
    );
    expect(accepted).not.toContain(true);
  });

  test('a row goes on over the end of the sequence numbers', () => {
    const latch = new Latch();
    latch.signal(signalled);
    const accepted = [65_533, 65_534, 65_535, 65_536, 65_537].map((sequence) =>
      latch.accept(rtp(sequence), stranger, 0),
    );
    expect(accepted.at(-1)).toBe(true);
  });
});

describe('in a running call', () => {
  test('a stranger who floods between two packets of the peer gets nothing', () => {
    const latch = latched();
    for (let sequence = 0; sequence < 500; sequence += 1) {
      expect(latch.accept(rtp(sequence, sequence < 250 ? 99 : 7), stranger, 10)).toBe(false);
    }
    expect(latch.target).toEqual(signalled);
    expect(latch.accept(rtp(2), signalled, 20)).toBe(true);
  });

  test('another address takes over after a second of silence, another port after a tenth', () => {
    for (const [from, silenceMs] of [
      [stranger, 1_000],
      [samePhone, 100],
    ] as const) {
      const early = latched();
      const late = latched();
      for (let sequence = 1; sequence <= 4; sequence += 1) {
        early.accept(rtp(sequence, 9), from, 5);
        late.accept(rtp(sequence, 9), from, 5);
      }
      expect(early.accept(rtp(5, 9), from, silenceMs - 1)).toBe(false);
      expect(late.accept(rtp(5, 9), from, silenceMs)).toBe(true);
      expect(late.target).toEqual(from);
    }
  });

  test('while the peer is held no other address takes over, nor just after', () => {
    const latch = latched();
    latch.agree(false, 100);
    const flood = (nowMs: number): boolean[] =>
      [1, 2, 3, 4, 5, 6].map((sequence) => latch.accept(rtp(nowMs + sequence, 9), stranger, nowMs));
    expect(flood(60_000)).not.toContain(true);
    latch.agree(true, 60_100);
    latch.agree(true, 60_900);
    expect(flood(61_099)).not.toContain(true);
    expect(latch.target).toEqual(signalled);
    expect(flood(61_100)).toContain(true);
  });

  test('the NAT of the peer gives it another port while a stranger floods', () => {
    const latch = latched();
    const came = [1, 2, 3, 4, 5].map((sequence) => {
      latch.accept(rtp(sequence, 9), stranger, 200);
      return latch.accept(rtp(sequence), samePhone, 200);
    });
    expect(came).toEqual([false, false, false, false, true]);
    expect(latch.target).toEqual(samePhone);
  });

  test('while the peer is held its NAT may give it another port', () => {
    const latch = latched();
    latch.agree(false, 100);
    const came = [1, 2, 3, 4, 5].map((sequence) => latch.accept(rtp(sequence), samePhone, 60_000));
    expect(came.at(-1)).toBe(true);
  });

  describe('after a stranger took the call in a silence of the peer behind its NAT', () => {
    const hidden = { address: '198.51.100.4', port: 6000 };
    function taken(): Latch {
      const latch = new Latch();
      latch.signal(signalled);
      for (let sequence = 1; sequence <= 6; sequence += 1) latch.accept(rtp(sequence, 7), hidden, 0);
      expect(latch.target).toEqual(hidden);
      for (let sequence = 1; sequence <= 6; sequence += 1) latch.accept(rtp(sequence, 9), stranger, 2_000);
      expect(latch.target).toEqual(stranger);
      return latch;
    }
    const among = (latch: Latch, ssrc: number, from: typeof hidden): boolean[] =>
      [101, 102, 103, 104, 105].map((sequence) => {
        expect(latch.accept(rtp(sequence, 9), stranger, 2_010)).toBe(true);
        return latch.accept(rtp(sequence, ssrc), from, 2_010);
      });

    test.each([
      ['where it was', hidden],
      ['at another address', { address: '198.51.100.5', port: 7000 }],
      ['at another port of the stranger', { ...stranger, port: 7000 }],
    ])('its stream has the call back with its fifth packet, %s, however much the stranger sends', (_name, from) => {
      const latch = taken();
      expect(among(latch, 7, from)).toEqual([false, false, false, false, true]);
      expect(latch.target).toEqual(from);
      expect(latch.accept(rtp(7, 9), stranger, 2_020)).toBe(false);
    });

    test('and so has the next stream that the peer begins there', () => {
      const latch = taken();
      among(latch, 7, hidden);
      expect(latch.accept(rtp(1, 8), hidden, 2_100)).toBe(true);
      for (let sequence = 1; sequence <= 6; sequence += 1) latch.accept(rtp(sequence, 9), stranger, 4_000);
      expect(latch.target).toEqual(stranger);
      expect(among(latch, 8, hidden).at(-1)).toBe(true);
    });

    test('a third stream does not get it', () => {
      const latch = taken();
      expect(among(latch, 8, hidden)).not.toContain(true);
      expect(latch.target).toEqual(stranger);
    });

    test('a new address in an offer or answer forgets whose it was', () => {
      const latch = taken();
      latch.signal({ address: '192.0.2.77', port: 4000 });
      for (let sequence = 1; sequence <= 6; sequence += 1) latch.accept(rtp(sequence, 9), stranger, 3_000);
      expect(among(latch, 7, hidden)).not.toContain(true);
    });
  });

  test('a packet of the peer breaks the row of another source', () => {
    const latch = latched();
    for (let sequence = 1; sequence <= 4; sequence += 1) latch.accept(rtp(sequence, 9), stranger, 1);
    latch.accept(rtp(2), signalled, 2);
    expect(latch.accept(rtp(5, 9), stranger, 5_000)).toBe(false);
  });

  test('the signalled address and port get the call back with one packet', () => {
    const latch = latched();
    for (let sequence = 1; sequence <= 5; sequence += 1) latch.accept(rtp(sequence, 9), stranger, 2_000);
    expect(latch.target).toEqual(stranger);
    expect(latch.accept(rtp(3), signalled, 2_001)).toBe(true);
    expect(latch.target).toEqual(signalled);
  });

  test('the same address signalled again keeps what was learned, a new one forgets it', () => {
    const latch = new Latch();
    latch.signal(signalled);
    latch.accept(rtp(1), samePhone, 0);
    latch.signal({ ...signalled });
    expect(latch.target).toEqual(samePhone);
    const moved = { address: '192.0.2.77', port: 4000 };
    latch.signal(moved);
    expect(latch.target).toEqual(moved);
    expect(latch.accept(rtp(2), samePhone, 10)).toBe(false);
  });
});
