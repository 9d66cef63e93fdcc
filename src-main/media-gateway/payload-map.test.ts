import { describe, expect, test } from 'vitest';
import {
  codecsByName,
  companionsFor,
  isRelayable,
  mapPayloads,
  numbersOfPeer,
  samePayload,
  spokenByRenderer,
  type NumberedCodec,
} from './payload-map.ts';
import type { SdpCodec } from './sdp.ts';

const codec = (name: string, clockRateHz: number, channels: number, payloadType: number, fmtp?: string): SdpCodec => ({
  name,
  clockRateHz,
  channels,
  payloadType,
  ...(fmtp === undefined ? {} : { fmtp }),
});
const numbered = (base: SdpCodec, remotePayloadType: number): NumberedCodec => ({
  ...base,
  localPayloadType: base.payloadType,
  remotePayloadType,
});

const opus = codec('opus', 48_000, 2, 111);
const pcma = codec('PCMA', 8_000, 1, 8);
const event = codec('telephone-event', 8_000, 1, 101);

describe('mapPayloads', () => {
  test('joins by name whatever the numbers and the case', () => {
    const renderer = [
      codec('OPUS', 48_000, 2, 63),
      codec('pcma', 8_000, 1, 8),
      codec('telephone-event', 8_000, 1, 126),
    ];
    const map = mapPayloads([numbered(opus, 96), numbered(event, 101)], renderer);
    expect(map.toRenderer.get(111)?.payloadType).toBe(63);
    expect(map.toPeer.get(63)).toEqual({ payloadType: 96, clockRateHz: 48_000, kind: 'voice' });
    expect(map.toRenderer.get(101)).toEqual({ payloadType: 126, clockRateHz: 8_000, kind: 'event' });
  });

  test('leaves out what was not negotiated and what the renderer does not know', () => {
    const map = mapPayloads([numbered(pcma, 8)], [opus]);
    expect([map.toRenderer.size, map.toPeer.size]).toEqual([0, 0]);
  });

  test('takes packets that carry the number of the peer, where that number is free', () => {
    const map = mapPayloads([numbered(opus, 96)], [opus]);
    expect(map.toRenderer.get(96)?.payloadType).toBe(111);
    // 8 is PCMA in our own SDP, so it cannot also mean opus.
    const taken = mapPayloads([numbered(opus, 8), numbered(pcma, 9)], [opus, pcma]);
    expect(taken.toRenderer.get(8)?.payloadType).toBe(8);
  });

  test('the stereo of opus and the clock of events are part of what they are', () => {
    expect(samePayload(opus, codec('opus', 48_000, 1, 111))).toBe(false);
    expect(samePayload(event, codec('telephone-event', 48_000, 1, 102))).toBe(false);
  });

  test('H264 needs the same packetization mode and profile; the level may differ', () => {
    const h264 = (fmtp?: string): SdpCodec => codec('H264', 90_000, 1, 97, fmtp);
    const ours = h264('profile-level-id=42e01f;packetization-mode=1');
    expect(samePayload(ours, h264('packetization-mode=1; profile-level-id=428014'))).toBe(true);
    expect(samePayload(ours, h264('profile-level-id=42e01f'))).toBe(false);
    expect(samePayload(ours, h264('profile-level-id=64001f;packetization-mode=1'))).toBe(false);
    expect(samePayload(h264(), h264('packetization-mode=0'))).toBe(true);
  });
});

describe('comfort noise and translation', () => {
  const cn = codec('CN', 8_000, 1, 13);
  const renderer = [codec('PCMU', 8_000, 1, 0), cn];
  const numberedCodec = (name: string, payloadType: number) => ({
    name,
    clockRateHz: 8_000,
    channels: 1,
    localPayloadType: payloadType,
    remotePayloadType: payloadType,
  });

  test('noise passes both ways where it was agreed on', () => {
    const map = mapPayloads([numberedCodec('PCMU', 0), numberedCodec('CN', 13)], renderer);
    const noise = { payloadType: 13, clockRateHz: 8_000, kind: 'noise' };
    expect(map.toRenderer.get(13)).toEqual(noise);
    expect(map.toPeer.get(13)).toEqual(noise);
  });

  test('where it was not, theirs is taken all the same, and none is sent', () => {
    const agreed = [numberedCodec('PCMU', 0)];
    const map = mapPayloads(agreed, renderer);
    expect(map.toRenderer.get(13)?.kind).toBe('noise');
    expect(map.toPeer.get(13)).toBeUndefined();
    expect([...numbersOfPeer(agreed)]).toEqual([0, 13]);
    expect([...numbersOfPeer([numberedCodec('G722', 9)])]).toEqual([9]);
  });

  test('a number 13 that means something else keeps its meaning', () => {
    const map = mapPayloads(
      [numberedCodec('PCMU', 0), numberedCodec('telephone-event', 13)],
      [...renderer, codec('telephone-event', 8_000, 1, 126)],
    );
    expect(map.toRenderer.get(13)?.kind).toBe('event');
  });

  test('G.729 of the peer is mu law for the renderer', () => {
    const map = mapPayloads([numberedCodec('G729', 18)], renderer);
    expect(map.toRenderer.get(18)).toEqual({ payloadType: 0, clockRateHz: 8_000, kind: 'voice', translated: 'G729' });
    expect(map.toPeer.get(0)).toEqual({ payloadType: 18, clockRateHz: 8_000, kind: 'voice', translated: 'G729' });
    expect(spokenByRenderer(numberedCodec('G729', 18))).toEqual({ name: 'PCMU', clockRateHz: 8_000 });
  });

  test('beside G.729 the mu law that was agreed on too is relayed, and the first of both is sent', () => {
    const map = mapPayloads([numberedCodec('PCMU', 0), numberedCodec('G729', 18)], renderer);
    expect(map.toRenderer.get(0)?.translated).toBeUndefined();
    expect(map.toRenderer.get(18)?.translated).toBe('G729');
    expect(map.toPeer.get(0)).toMatchObject({ payloadType: 0 });
  });
});

describe('codec lists', () => {
  test('keep the order asked for and leave unknown names out', () => {
    expect(codecsByName('audio', ['pcma', 'iLBC', 'opus']).map(({ name }) => name)).toEqual(['PCMA', 'opus']);
    expect(codecsByName('video', ['opus'])).toEqual([]);
  });

  test('what goes beside the voice comes in the order asked for: events once for each clock, noise with G.711 only', () => {
    const beside = (codecs: string[], names: string[]) =>
      companionsFor(codecsByName('audio', codecs), names).map(({ payloadType }) => payloadType);
    expect(beside(['PCMA', 'PCMU'], ['telephone-event', 'CN'])).toEqual([101, 13]);
    expect(beside(['opus', 'G722'], ['CN', 'telephone-event'])).toEqual([101, 102]);
    expect(beside(['PCMU'], ['CN', 'PCMU', 'telephone-event'])).toEqual([13, 101]);
    expect(beside(['PCMU'], ['PCMU'])).toEqual([]);
  });

  test('what SIP peers do not speak is not relayable', () => {
    expect(isRelayable('audio', codec('red', 48_000, 2, 63))).toBe(false);
    expect(isRelayable('video', codec('rtx', 90_000, 1, 97))).toBe(false);
    expect(isRelayable('video', codec('VP8', 90_000, 1, 96))).toBe(true);
  });
});
