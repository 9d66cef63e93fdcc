import { createSocket, type Socket } from 'node:dgram';
import koffi from 'koffi';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { FakeRenderer } from './fake-renderer.test-data.ts';
import { encodeMuLaw } from './g711.ts';
import { findG729Library } from './g729-library.ts';
import { defaultPorts } from './gateway-limits.ts';
import type { MediaKind } from './media.ts';
import type { StreamConfig } from './protocol.ts';
import { Relay } from './relay.ts';
import { payloadTypeOf, rtpHeaderBytes, sequenceOf } from './rtp.ts';
import type { SdpCodec } from './sdp.ts';

const pcmu: SdpCodec = { name: 'PCMU', clockRateHz: 8_000, channels: 1, payloadType: 0 };
const cn: SdpCodec = { name: 'CN', clockRateHz: 8_000, channels: 1, payloadType: 13 };
const { library } = findG729Library('');
if (library === undefined) console.warn('a relay with G.729 is not tested: bcg729 is not on this computer');

let relay: Relay;
let peer: Socket;
let got: Buffer[];
let ports: Partial<Record<MediaKind, number>>;

beforeEach(async () => {
  got = [];
  peer = createSocket('udp4');
  peer.on('message', (packet) => got.push(packet));
  await new Promise<void>((resolve) => peer.bind(0, '127.0.0.1', resolve));
  relay = new Relay({
    callId: () => 'call',
    settings: {
      audioPorts: defaultPorts.audio,
      videoPorts: defaultPorts.video,
      loopbackPorts: defaultPorts.loopback,
      markPackets: true,
      videoStartBitrateKbps: 1_500,
      videoMaxBitrateKbps: 2_500,
    },
    clock: systemClock,
    random: () => 0.5,
    monotonicMs: () => performance.now(),
    g729: () => library,
    onKeyframeWanted: () => undefined,
    onRendererState: () => undefined,
  });
  ports = await relay.open('127.0.0.1', ['audio', 'video']);
});

afterEach(() => {
  relay.close();
  peer.close();
});

function config(kind: MediaKind, codecs: readonly (readonly [string, number])[], changes: Partial<StreamConfig> = {}) {
  return {
    kind,
    remote: { address: '127.0.0.1', rtpPort: peer.address().port, rtcpPort: peer.address().port },
    send: true,
    receive: true,
    feedback: false,
    codecs: codecs.map(([name, number]) => ({
      name,
      clockRateHz: kind === 'audio' ? 8_000 : 90_000,
      channels: 1,
      localPayloadType: number,
      remotePayloadType: number,
    })),
    clockRateHz: 8_000,
    ...changes,
  };
}

function rtp(payloadType: number, sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(rtpHeaderBytes);
  header.writeUInt8(0x80, 0);
  header.writeUInt8(payloadType, 1);
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(sequence * 160, 4);
  header.writeUInt32BE(4_711, 8);
  return Buffer.concat([header, payload]);
}

const fromPeer = (packet: Buffer): void => {
  peer.send(packet, ports.audio ?? 0, '127.0.0.1');
};

const video = (changes?: Partial<StreamConfig>) => config('video', [['VP8', 96]], changes);
const audio = (...codecs: (readonly [string, number])[]) => config('audio', codecs);

describe.skipIf(process.platform !== 'linux')('DSCP by the kind of call, as the system tells it of the sockets', () => {
  const getsockopt = koffi
    .load('libc.so.6')
    .func('int getsockopt(int fd, int level, int name, _Out_ int *value, _Inout_ uint32_t *bytes)');

  /** How many sockets of this process have which DSCP value. */
  function marks(): Readonly<Record<number, number>> {
    const counts: Record<number, number> = {};
    for (let fd = 3; fd < 256; fd += 1) {
      const value = [0];
      if (getsockopt(fd, 0, 1, value, [4]) !== 0 || !value[0]) continue;
      counts[value[0] >> 2] = (counts[value[0] >> 2] ?? 0) + 1;
    }
    return counts;
  }
  const told = () => Object.fromEntries(relay.stats().kinds.map(({ kind, dscp }) => [kind, dscp]));

  test('sound alone is EF; with a picture both are AF41; without it sound is EF again', () => {
    relay.configure([audio(['PCMU', 0])]);
    expect(told()).toEqual({ audio: 46, video: 34 });
    expect(marks()).toEqual({ 46: 2, 34: 2 });
    relay.configure([audio(['PCMU', 0]), video()]);
    expect(told()).toEqual({ audio: 34, video: 34 });
    expect(marks()).toEqual({ 34: 4 });
    // A re-INVITE that takes the picture away, and one that holds it (RFC 2543).
    relay.configure([audio(['PCMU', 0])]);
    expect(marks()).toEqual({ 46: 2, 34: 2 });
    relay.configure([audio(['PCMU', 0]), video({ remote: null })]);
    expect(told()).toEqual({ audio: 46, video: 34 });
  });
});

describe('comfort noise', () => {
  test('passes both ways where it was agreed on, and begins a pause', async () => {
    const renderer = new FakeRenderer([pcmu, cn]);
    relay.attach(renderer);
    relay.configure([audio(['PCMU', 0], ['CN', 13])]);
    fromPeer(rtp(0, 1, Buffer.alloc(160)));
    fromPeer(rtp(13, 2, Buffer.of(60)));
    await vi.waitFor(() => {
      expect(renderer.got.map(({ packet }) => payloadTypeOf(packet))).toEqual([0, 13]);
    });
    expect(relay.stats().kinds[0]?.fromPeer.inPause).toBe(true);
    renderer.onPacket('audio', rtp(13, 1, Buffer.of(60)));
    await vi.waitFor(() => {
      expect(got.map((packet) => payloadTypeOf(packet))).toEqual([13]);
    });
    fromPeer(rtp(0, 3, Buffer.alloc(160)));
    await vi.waitFor(() => {
      expect(relay.stats().kinds[0]?.fromPeer.inPause).toBeUndefined();
    });
  });

  test('of the peer is taken where it was not agreed on, and ours is kept back', async () => {
    const renderer = new FakeRenderer([pcmu, cn]);
    relay.attach(renderer);
    relay.configure([audio(['PCMU', 0])]);
    fromPeer(rtp(13, 1, Buffer.of(60)));
    await vi.waitFor(() => {
      expect(renderer.got.map(({ packet }) => payloadTypeOf(packet))).toEqual([13]);
    });
    renderer.onPacket('audio', rtp(13, 1, Buffer.of(60)));
    expect(relay.stats().kinds[0]?.dropped).toEqual({ notNegotiated: 1 });
  });
});

describe('G.729', () => {
  const voice = Buffer.from(Array.from({ length: 160 }, (_none, at) => encodeMuLaw(8_000 * Math.sin(at / 3))));

  test.skipIf(library === undefined)('on the side of the peer is mu law for the renderer, both ways', async () => {
    const renderer = new FakeRenderer([pcmu]);
    relay.attach(renderer);
    relay.configure([audio(['G729', 18], ['telephone-event', 101])]);
    for (let sequence = 1; sequence <= 3; sequence += 1) renderer.onPacket('audio', rtp(0, sequence, voice));
    await vi.waitFor(() => {
      expect(got).toHaveLength(3);
    });
    expect(got.map((packet) => [payloadTypeOf(packet), packet.length])).toEqual(
      got.map(() => [18, rtpHeaderBytes + 20]),
    );
    const first = sequenceOf(got[0] ?? Buffer.alloc(4));
    expect(got.map((packet) => (sequenceOf(packet) - first) & 0xffff)).toEqual([0, 1, 2]);
    for (const packet of got) fromPeer(packet);
    await vi.waitFor(() => {
      expect(renderer.got).toHaveLength(3);
    });
    for (const { packet } of renderer.got) {
      expect([payloadTypeOf(packet), packet.length]).toEqual([0, rtpHeaderBytes + 160]);
    }
    fromPeer(rtp(18, 9, Buffer.alloc(7)));
    await vi.waitFor(() => {
      expect(relay.stats().kinds[0]?.dropped).toEqual({ malformed: 1 });
    });
  });

  test.skipIf(library === undefined)('waits while key tones are sent, and goes on with the next number', async () => {
    const renderer = new FakeRenderer([pcmu]);
    relay.attach(renderer);
    relay.configure([
      { ...audio(['G729', 18], ['telephone-event', 101]), event: { payloadType: 101, clockRateHz: 8_000 } },
    ]);
    renderer.onPacket('audio', rtp(0, 1, voice));
    const tones = relay.sendDtmf('5');
    renderer.onPacket('audio', rtp(0, 2, voice));
    await tones;
    renderer.onPacket('audio', rtp(0, 3, voice));
    await vi.waitFor(() => {
      expect(got.map((packet) => payloadTypeOf(packet))).toEqual([18, ...Array.from({ length: 8 }, () => 101), 18]);
    });
    const first = sequenceOf(got[0] ?? Buffer.alloc(4));
    expect(got.map((packet) => (sequenceOf(packet) - first) & 0xffff)).toEqual(got.map((_packet, at) => at));
  });
});
