import { describe, expect, test } from 'vitest';
import { ReplayWindow } from './replay-window.ts';
import { GaloisCipher } from './srtp-cipher.ts';
import { counterKeystream, deriveSessionKeys } from './srtp-keys.ts';
import { keyingBytes, srtpSuite, srtpSuites, type SrtpSuite } from './srtp-suites.ts';
import { estimateIndex } from './sequence-index.ts';
import { SrtpReceiver, SrtpSender } from './srtp.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

function suite(name: string): SrtpSuite {
  const found = srtpSuite(name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** An RTP packet with 20 bytes of payload. */
function rtp(sequence: number, ssrc = 0xcafe_babe): Buffer {
  const packet = Buffer.alloc(32, sequence & 0xff);
  packet.writeUInt16BE(0x8000, 0);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(sequence * 160, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

const receiverReport = hex('81c90007 cafebabe 01020304 00000000 00001000 00000000 00000000 00000000');

const keyingOf = (of: SrtpSuite, seed = 7): Buffer =>
  Buffer.from(Array.from({ length: keyingBytes(of) }, (_, index) => (index * seed + 3) & 0xff));

const pair = (of: SrtpSuite, seed?: number): { sender: SrtpSender; receiver: SrtpReceiver } => ({
  sender: new SrtpSender(of, keyingOf(of, seed)),
  receiver: new SrtpReceiver(of, keyingOf(of, seed)),
});

/** Protects what has to be protectable. */
function protect(sender: SrtpSender, packet: Buffer): Buffer {
  const out = sender.protectRtp(packet);
  if (out === undefined) throw new Error('not protected');
  return out;
}

describe('the vectors of the RFCs', () => {
  test('RFC 3711 B.2: the keystream of AES in counter mode', () => {
    const iv = hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD0000');
    expect(counterKeystream(hex('2B7E151628AED2A6ABF7158809CF4F3C'), iv, 48)).toEqual(
      hex(`E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0`),
    );
  });

  test('RFC 3711 B.3: session keys from 128 bits', () => {
    const keying = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6');
    const keys = deriveSessionKeys(suite('AES_CM_128_HMAC_SHA1_80'), keying, 'rtp');
    expect(keys.cipherKey).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'));
    expect(keys.salt).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1'));
    expect(keys.authKey).toEqual(hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'));
  });

  test('RFC 6188 7.2: session keys from 256 bits', () => {
    const keying = hex('f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6 3b04803de51ee7c96423ab5b78d2');
    const keys = deriveSessionKeys(suite('AES_256_CM_HMAC_SHA1_80'), keying, 'rtp');
    expect(keys.cipherKey).toEqual(hex('5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4'));
    expect(keys.salt).toEqual(hex('fa31791685ca444a9e07c6c64e93'));
    expect(keys.authKey).toEqual(hex('fd9c32d39ed5fbb5a9dc96b30818454d1313dc05'));
  });

  test('a whole packet and a whole report with AES_CM_128_HMAC_SHA1_80, as other implementations make them', () => {
    const keying = hex('e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6');
    const plain = hex('800f1234decafbadcafebabe abababababababababababababababab');
    const sealed = hex('800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb');
    const plainReport = hex('81c8000bcafebabe abababababababababababababababab');
    const sealedReport = hex('81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798');
    const of = suite('AES_CM_128_HMAC_SHA1_80');
    expect(new SrtpSender(of, keying).protectRtp(plain)).toEqual(sealed);
    expect(new SrtpReceiver(of, keying).openRtp(sealed)).toEqual(plain);
    expect(new SrtpSender(of, keying).protectRtcp(plainReport)).toEqual(sealedReport);
    expect(new SrtpReceiver(of, keying).openRtcp(sealedReport)).toEqual(plainReport);
  });

  const salt = hex('517569642070726f2071756f');
  const empty = Buffer.alloc(0);
  const galois = (bytes: 16 | 32): GaloisCipher =>
    new GaloisCipher({ cipherKey: Buffer.from(Array.from({ length: bytes }, (_, at) => at)), salt, authKey: empty });

  test.each([
    [
      16,
      'f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833',
      '899d7f27beb16a9152cf765ee4390cce',
    ],
    [
      32,
      '32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b',
      '7aa3db36dfffd6b0f9bb7878d7a76c13',
    ],
  ] as const)('RFC 7714 16: RTP in Galois mode, %i bytes of key', (bytes, sealed, tag) => {
    const clear = hex('8040f17b8041f8d35501a0b2');
    const secret = Buffer.from('Gallia est omnis divisa in partes tres', 'latin1');
    const place = { ssrc: 0x5501a0b2, index: 0xf17b };
    const result = galois(bytes).seal(clear, secret, empty, place);
    expect([result.sealed.toString('hex'), result.tag.toString('hex')]).toEqual([sealed, tag]);
    expect(galois(bytes).open(clear, result.sealed, empty, result.tag, place)).toEqual(secret);
  });

  test.each([
    [
      16,
      '63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b',
      'c84aa45896cf4d2fc5abf87245d9eade',
    ],
    [
      32,
      'd50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad',
      '1d1eb30c4446839f57ff6f6cb26ac3be',
    ],
  ] as const)('RFC 7714 17: RTCP in Galois mode, %i bytes of key', (bytes, sealed, tag) => {
    const clear = hex('81c8000d4d617273');
    const secret = hex('4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef');
    const place = { ssrc: 0x4d617273, index: 0x5d4 };
    const result = galois(bytes).seal(clear, secret, hex('800005d4'), place);
    expect([result.sealed.toString('hex'), result.tag.toString('hex')]).toEqual([sealed, tag]);
  });

  test('RFC 7714 17.3: RTCP that is authenticated and not encrypted', () => {
    const packet = hex(
      '81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef',
    );
    const place = { ssrc: 0x4d617273, index: 0x5d4 };
    expect(galois(16).seal(packet, empty, hex('000005d4'), place).tag.toString('hex')).toBe(
      '841dd9683dd78ec92ae58790125f62b3',
    );
  });
});

describe.each(srtpSuites)('$name', (of) => {
  test('what is sealed opens, and is longer by the tag', () => {
    const { sender, receiver } = pair(of);
    const sealed = protect(sender, rtp(1));
    expect(sealed.length).toBe(rtp(1).length + of.rtpTagBytes);
    expect(sealed.includes(rtp(1).subarray(12))).toBe(false);
    expect(receiver.openRtp(sealed)).toEqual(rtp(1));
    const report = sender.protectRtcp(receiverReport);
    expect(report?.length).toBe(receiverReport.length + of.rtcpTagBytes + 4);
    expect(receiver.openRtcp(report ?? Buffer.alloc(0))).toEqual(receiverReport);
  });

  test('the header with CSRC and extension stays readable', () => {
    const { sender, receiver } = pair(of);
    const packet = Buffer.concat([hex('91000001 00000000 cafebabe 00000009 bede0001 10aa0000'), Buffer.from('secret')]);
    const sealed = protect(sender, packet);
    expect(sealed.subarray(0, 24)).toEqual(packet.subarray(0, 24));
    expect(receiver.openRtp(sealed)).toEqual(packet);
  });

  test('one changed bit anywhere closes it, and the right packet still opens afterwards', () => {
    const { sender, receiver } = pair(of);
    const sealed = protect(sender, rtp(1));
    for (let at = 0; at < sealed.length; at += 1) {
      const forged = Buffer.from(sealed);
      forged[at] = (forged[at] ?? 0) ^ 0x01;
      expect(receiver.openRtp(forged)).toBeUndefined();
    }
    expect(receiver.openRtp(sealed)).toEqual(rtp(1));
    const report = sender.protectRtcp(receiverReport) ?? Buffer.alloc(0);
    for (let at = 0; at < report.length; at += 1) {
      const forged = Buffer.from(report);
      forged[at] = (forged[at] ?? 0) ^ 0x80;
      expect(receiver.openRtcp(forged)).toBeUndefined();
    }
    expect(receiver.openRtcp(report)).toEqual(receiverReport);
  });

  test("another side's key opens nothing, and clear packets are none", () => {
    const { sender } = pair(of, 7);
    const { receiver } = pair(of, 11);
    expect(receiver.openRtp(protect(sender, rtp(1)))).toBeUndefined();
    expect(receiver.openRtp(rtp(1))).toBeUndefined();
    expect(receiver.openRtcp(receiverReport)).toBeUndefined();
  });

  test('a packet opens once', () => {
    const { sender, receiver } = pair(of);
    const sealed = protect(sender, rtp(1));
    const report = sender.protectRtcp(receiverReport) ?? Buffer.alloc(0);
    expect([receiver.openRtp(sealed), receiver.openRtp(sealed)]).toEqual([rtp(1), undefined]);
    expect([receiver.openRtcp(report), receiver.openRtcp(report)]).toEqual([receiverReport, undefined]);
  });

  test('the sequence number rolls over twice, with loss and disorder around it', () => {
    const { sender, receiver } = pair(of);
    for (let index = 65_500; index < 65_536 * 3; index += 37) {
      const first = protect(sender, rtp(index));
      const second = protect(sender, rtp(index + 1));
      expect(receiver.openRtp(second)).toEqual(rtp(index + 1));
      expect(receiver.openRtp(first)).toEqual(rtp(index));
    }
  });
});

describe('streams', () => {
  const of = suite('AES_CM_128_HMAC_SHA1_80');

  test('each SSRC counts its own roll-overs', () => {
    const { sender, receiver } = pair(of);
    for (const index of [65_534, 65_535, 65_536, 65_537])
      expect(receiver.openRtp(protect(sender, rtp(index, 1)))).toBeDefined();
    for (const index of [10, 11]) expect(receiver.openRtp(protect(sender, rtp(index, 2)))).toEqual(rtp(index, 2));
    expect(receiver.openRtp(protect(sender, rtp(65_538, 1)))).toEqual(rtp(65_538, 1));
  });

  test('forged new streams push no known one out', () => {
    const { sender, receiver } = pair(of);
    for (const index of [65_535, 65_536]) receiver.openRtp(protect(sender, rtp(index)));
    const forged = protect(pair(of, 11).sender, rtp(5, 99));
    for (let ssrc = 0; ssrc < 200; ssrc += 1) {
      forged.writeUInt32BE(ssrc, 8);
      expect(receiver.openRtp(forged)).toBeUndefined();
    }
    expect(receiver.openRtp(protect(sender, rtp(65_537)))).toEqual(rtp(65_537));
  });

  test('a receiver that begins in the middle of a stream finds its roll-over counter', () => {
    const { sender, receiver } = pair(of);
    for (let index = 0; index < 65_536 * 3; index += 20_000) protect(sender, rtp(index));
    const opened: boolean[] = [];
    for (let index = 65_536 * 3; index < 65_536 * 3 + 20; index += 1) {
      opened.push(receiver.openRtp(protect(sender, rtp(index))) !== undefined);
    }
    expect(opened.slice(15)).toEqual([true, true, true, true, true]);
  });

  test('nothing is sealed twice under one index: a repeated number is refused', () => {
    const { sender } = pair(of);
    protect(sender, rtp(7));
    expect(sender.protectRtp(rtp(7))).toBeUndefined();
    expect(sender.protectRtp(rtp(8))).toBeDefined();
  });

  test('a report without the E bit is taken, since it is authentic', () => {
    const { receiver } = pair(of);
    const keys = deriveSessionKeys(of, keyingOf(of), 'rtcp');
    expect(keys.authKey.length).toBe(20);
    const galois = suite('AEAD_AES_128_GCM');
    const cipher = new GaloisCipher(deriveSessionKeys(galois, keyingOf(galois), 'rtcp'));
    const word = hex('00000009');
    const { tag } = cipher.seal(receiverReport, Buffer.alloc(0), word, { ssrc: 0xcafebabe, index: 9 });
    const packet = Buffer.concat([receiverReport, tag, word]);
    expect(new SrtpReceiver(galois, keyingOf(galois)).openRtcp(packet)).toEqual(receiverReport);
    expect(receiver.openRtcp(packet)).toBeUndefined();
  });

  test('rubbish of any length neither opens nor throws', () => {
    for (const one of srtpSuites) {
      const receiver = new SrtpReceiver(one, keyingOf(one));
      for (let length = 0; length < 80; length += 1) {
        for (const fill of [0x00, 0x80, 0x9f, 0xbf, 0xff]) {
          const rubbish = Buffer.alloc(length, fill);
          expect(receiver.openRtp(rubbish)).toBeUndefined();
          expect(receiver.openRtcp(rubbish)).toBeUndefined();
        }
      }
    }
  });
});

test('RFC 3711 3.3.1: the index is the nearest one that has this sequence number', () => {
  expect(estimateIndex(-1, 65_000)).toBe(65_000);
  expect(estimateIndex(65_535, 0)).toBe(65_536);
  expect(estimateIndex(65_536, 65_535)).toBe(65_535);
  expect(estimateIndex(65_536 * 2 + 5, 65_530)).toBe(65_536 * 2 - 6);
  // Before the first roll-over there is nothing to go back to.
  expect(estimateIndex(3, 65_535)).toBe(65_535);
});

test('the window remembers what came, also across a jump of its own length and more', () => {
  const window = new ReplayWindow();
  window.came(0);
  window.came(127);
  expect([window.mayCome(0), window.mayCome(1), window.mayCome(127)]).toEqual([false, true, false]);
  window.came(128);
  expect(window.mayCome(0)).toBe(false);
  window.came(128 + 128);
  expect([window.mayCome(128), window.mayCome(129), window.mayCome(255)]).toEqual([false, true, true]);
  window.came(100_000);
  expect([window.mayCome(99_999), window.mayCome(99_873), window.mayCome(99_872)]).toEqual([true, true, false]);
});
