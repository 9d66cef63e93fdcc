import { describe, expect, test } from 'vitest';
import { codecsByName, eventsFor, isRelayable, mapPayloads, samePayload, type NumberedCodec } from './payload-map.ts';
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
    expect(map.toPeer.get(63)).toEqual({ payloadType: 96, clockRateHz: 48_000, isEvent: false });
    expect(map.toRenderer.get(101)).toEqual({ payloadType: 126, clockRateHz: 8_000, isEvent: true });
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

describe('codec lists', () => {
  test('keep the order asked for and leave unknown names out', () => {
    expect(codecsByName('audio', ['pcma', 'iLBC', 'opus']).map(({ name }) => name)).toEqual(['PCMA', 'opus']);
    expect(codecsByName('video', ['opus'])).toEqual([]);
  });

  test('events come once for each clock in use', () => {
    expect(eventsFor(codecsByName('audio', ['PCMA', 'PCMU'])).map(({ clockRateHz }) => clockRateHz)).toEqual([8_000]);
    expect(eventsFor(codecsByName('audio', ['opus', 'G722'])).map(({ clockRateHz }) => clockRateHz)).toEqual([
      8_000, 48_000,
    ]);
  });

  test('what SIP peers do not speak is not relayable', () => {
    expect(isRelayable('audio', codec('red', 48_000, 2, 63))).toBe(false);
    expect(isRelayable('video', codec('rtx', 90_000, 1, 97))).toBe(false);
    expect(isRelayable('video', codec('VP8', 90_000, 1, 96))).toBe(true);
  });
});
