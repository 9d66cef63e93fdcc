import { describe, expect, test } from 'vitest';
import { EncryptionRefusedError, type LocalEncryption } from './media-encryption.ts';
import { makeAnswer, makeOffer, negotiatedMedia, newNegotiation, streamConfigs, takeAnswer } from './negotiation.ts';
import type { LocalMedia, Negotiation } from './negotiation.ts';
import { parseSdesKey } from './sdes.ts';
import { parseSdp, type SessionDescription } from './sdp.ts';
import { SrtpPath } from './srtp-path.ts';
import { srtpSuites } from './srtp-suites.ts';

const never: LocalEncryption = { mode: 'never', keysAreSecret: true };
const offered: LocalEncryption = { mode: 'offered', keysAreSecret: true };
const offeredInClear: LocalEncryption = { mode: 'offered', keysAreSecret: false };
const required: LocalEncryption = { mode: 'required', keysAreSecret: true };

const local = (encryption: LocalEncryption): LocalMedia => ({
  address: '192.0.2.1',
  kinds: ['audio'],
  audioCodecs: ['PCMA', 'telephone-event'],
  videoCodecs: [],
  encryption,
});
const ports = { audio: 16_400 } as const;

function read(sdp: string): SessionDescription {
  const result = parseSdp(sdp);
  if (!result.ok) throw new Error(result.reason);
  return result.description;
}

const offerOf = (encryption: LocalEncryption, from = newNegotiation('1')): { negotiation: Negotiation; sdp: string } =>
  makeOffer(from, local(encryption), ports, false);

/** Both ends of one exchange, by their own settings. */
function exchange(
  caller: LocalEncryption,
  called: LocalEncryption,
  before?: { readonly caller: Negotiation; readonly called: Negotiation },
): { caller: Negotiation; called: Negotiation; offer: string; answer: string } {
  const offer = offerOf(caller, before?.caller ?? newNegotiation('1'));
  const answer = makeAnswer(before?.called ?? newNegotiation('2'), read(offer.sdp), local(called), ports, false);
  return {
    caller: takeAnswer(offer.negotiation, read(answer.sdp), false, caller),
    called: answer.negotiation,
    offer: offer.sdp,
    answer: answer.sdp,
  };
}

const srtpOf = (negotiation: Negotiation) => streamConfigs(negotiation, false)[0]?.srtp;
const keysIn = (sdp: string) => read(sdp).media[0]?.crypto ?? [];
const profileOf = (sdp: string): string | undefined => read(sdp).media[0]?.protocol;

function theirOffer(...lines: readonly string[]): SessionDescription {
  return read(['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0', ...lines, ''].join('\r\n'));
}
const key80 = `1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}`;

describe('what the modes offer', () => {
  test.each([
    ['never', never, 'RTP/AVP', 0],
    ['offered over TLS (RFC 8643)', offered, 'RTP/AVP', 5],
    ['offered where the keys could be read', offeredInClear, 'RTP/AVP', 0],
    ['required', required, 'RTP/SAVP', 5],
  ] as const)('%s', (_name, mode, profile, keys) => {
    const { sdp } = offerOf(mode);
    expect(profileOf(sdp)).toBe(profile);
    expect(keysIn(sdp)).toHaveLength(keys);
    expect(new Set(keysIn(sdp).map((value) => value.split('inline:')[1])).size).toBe(keys);
  });
});

describe('what both ends agree on', () => {
  test.each([
    ['offered', 'offered', offered, offered, true],
    ['offered', 'required', offered, required, true],
    ['required', 'offered without TLS', required, offeredInClear, true],
    ['required', 'required', required, required, true],
    ['offered', 'never', offered, never, false],
    ['never', 'offered', never, offered, false],
    ['never', 'never', never, never, false],
  ] as const)('%s calls %s', (_caller, _called, caller, called, isEncrypted) => {
    const result = exchange(caller, called);
    expect(negotiatedMedia(result.caller).audio?.srtpSuite).toBe(isEncrypted ? 'AEAD_AES_256_GCM' : undefined);
    expect(negotiatedMedia(result.called).audio?.srtpSuite).toBe(isEncrypted ? 'AEAD_AES_256_GCM' : undefined);
    if (!isEncrypted) return;
    expect(srtpOf(result.caller)?.sendKey).toBe(srtpOf(result.called)?.receiveKey);
    expect(srtpOf(result.caller)?.receiveKey).toBe(srtpOf(result.called)?.sendKey);
    expect(srtpOf(result.caller)?.sendKey).not.toBe(srtpOf(result.caller)?.receiveKey);
  });

  test.each([
    ['never calls required', never, required],
    ['offered without TLS calls required', offeredInClear, required],
    ['required calls never', required, never],
  ] as const)('%s: refused', (_name, caller, called) => {
    expect(() => exchange(caller, called)).toThrow(EncryptionRefusedError);
  });

  test.each(srtpSuites)('$name', ({ name }) => {
    const only = { ...required, suites: [name] };
    expect(negotiatedMedia(exchange(only, required).caller).audio?.srtpSuite).toBe(name);
    expect(negotiatedMedia(exchange(required, only).caller).audio?.srtpSuite).toBe(name);
  });

  test('required: an answer in the clear ends it', () => {
    const { negotiation } = offerOf(required);
    const answer = theirOffer('m=audio 30000 RTP/AVP 8');
    expect(() => takeAnswer(negotiation, answer, false, required)).toThrow(EncryptionRefusedError);
  });

  test('offered: an answer with a key of our own making up is in the clear', () => {
    const { negotiation } = offerOf(offered);
    const answer = theirOffer('m=audio 30000 RTP/AVP 8', `a=crypto:9${key80.slice(1)}`);
    expect(srtpOf(takeAnswer(negotiation, answer, false, offered))).toBeUndefined();
  });

  test('of a line for each the secure one is taken when asked for, the plain one when not', () => {
    const both = theirOffer('m=audio 30000 RTP/SAVP 8', `a=crypto:${key80}`, 'm=audio 30002 RTP/AVP 8');
    const portsOf = (mode: LocalEncryption): readonly number[] =>
      read(makeAnswer(newNegotiation('1'), both, local(mode), ports, false).sdp).media.map(({ port }) => port);
    expect([portsOf(required), portsOf(never)]).toEqual([
      [16_400, 0],
      [0, 16_400],
    ]);
  });

  test('keys that we cannot honour are passed over for the next one', () => {
    const offer = theirOffer(
      'm=audio 30000 RTP/SAVP 8',
      'a=crypto:1 AES_192_CM_HMAC_SHA1_80 inline:AAAA',
      `a=crypto:2 ${key80.slice(2)} UNENCRYPTED_SRTP`,
      `a=crypto:3 ${key80.slice(2)}|2^20|1:4`,
      `a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:${Buffer.alloc(30, 9).toString('base64')}|2^48 WSH=128 -FEC_ORDER=x`,
    );
    const { sdp } = makeAnswer(newNegotiation('1'), offer, local(required), ports, false);
    expect(keysIn(sdp).map((value) => value.split(' ').slice(0, 2))).toEqual([['4', 'AES_CM_128_HMAC_SHA1_32']]);
  });
});

describe('later offers', () => {
  test('the keys stay while nobody changes them, whoever offers', () => {
    const first = exchange(required, required);
    const again = exchange(required, required, first);
    expect(srtpOf(again.caller)).toEqual(srtpOf(first.caller));
    const reversed = exchange(required, required, { caller: again.called, called: again.caller });
    expect(srtpOf(reversed.caller)).toEqual(srtpOf(first.called));
  });

  test('the far end may change its key; ours stays', () => {
    const { called } = exchange(required, required);
    const rekeyed = makeAnswer(called, read(offerOf(required).sdp), local(required), ports, false).negotiation;
    expect(srtpOf(rekeyed)?.receiveKey).not.toBe(srtpOf(called)?.receiveKey);
    expect(srtpOf(rekeyed)?.sendKey).toBe(srtpOf(called)?.sendKey);
  });

  test('after the gateway process died our key is a new one', () => {
    const { caller } = exchange(required, required);
    const { sdp } = makeOffer(caller, local(required), ports, false, true);
    const sendKey = srtpOf(caller)?.sendKey;
    expect(keysIn(sdp).some((value) => value.includes(String(sendKey)))).toBe(false);
  });
});

test('no key that is not one is read', () => {
  for (const value of [
    '',
    '1',
    'x',
    '1 AES_CM_128_HMAC_SHA1_80',
    `1 AES_CM_128_HMAC_SHA1_80 inline:AAAA`,
    '1 NULL inline:',
  ]) {
    expect(parseSdesKey(value)).toBeUndefined();
  }
  expect(parseSdesKey(key80)).toMatchObject({ tag: 1, suite: { name: 'AES_CM_128_HMAC_SHA1_80' } });
});

describe('the path of one line', () => {
  const base64 = (fill: number): string => Buffer.alloc(30, fill).toString('base64');
  const suite = 'AES_CM_128_HMAC_SHA1_80';
  const packet = (sequence: number): Buffer => {
    const bytes = Buffer.alloc(40, 1);
    bytes.writeUInt16BE(0x8008, 0);
    bytes.writeUInt16BE(sequence, 2);
    return bytes;
  };

  test('in the clear everything passes; with keys only what is encrypted with them', () => {
    const path = new SrtpPath();
    expect(path.openRtp(packet(1))).toEqual(packet(1));
    path.configure({ suite, sendKey: base64(1), receiveKey: base64(2) });
    expect(path.openRtp(packet(1))).toBeUndefined();
    expect(path.protectRtp(packet(1))).not.toEqual(packet(1));
  });

  test('the same keys again go on counting; a new key of ours begins anew', () => {
    const path = new SrtpPath();
    const keys = { suite, sendKey: base64(1), receiveKey: base64(2) };
    path.configure(keys);
    expect(path.protectRtp(packet(5))).toBeDefined();
    path.configure({ ...keys });
    expect(path.protectRtp(packet(5))).toBeUndefined();
    path.configure({ ...keys, sendKey: base64(3) });
    expect(path.protectRtp(packet(5))).toBeDefined();
  });

  test("packets under the peer's old key are taken until one under the new key came", () => {
    const path = new SrtpPath();
    const sender = (fill: number): SrtpPath => {
      const theirs = new SrtpPath();
      theirs.configure({ suite, sendKey: base64(fill), receiveKey: base64(1) });
      return theirs;
    };
    const [older, newer] = [sender(2), sender(3)];
    const sealed = (by: SrtpPath, sequence: number): Buffer => by.protectRtp(packet(sequence)) ?? Buffer.alloc(0);
    path.configure({ suite, sendKey: base64(1), receiveKey: base64(2) });
    expect(path.openRtp(sealed(older, 1))).toEqual(packet(1));
    path.configure({ suite, sendKey: base64(1), receiveKey: base64(3) });
    expect(path.openRtp(sealed(older, 2))).toEqual(packet(2));
    expect(path.openRtp(sealed(newer, 3))).toEqual(packet(3));
    expect(path.openRtp(sealed(older, 4))).toBeUndefined();
  });
});
