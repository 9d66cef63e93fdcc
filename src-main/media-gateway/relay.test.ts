import { createSocket, type Socket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { FakeRenderer } from './fake-renderer.test-data.ts';
import { defaultPorts } from './gateway-limits.ts';
import type { MediaKind } from './media.ts';
import type { StreamConfig } from './protocol.ts';
import { Relay, type RelayOptions } from './relay.ts';
import { buildPli, splitRtcp } from './rtcp.ts';
import { payloadTypeOf, ssrcOf } from './rtp.ts';
import { seeded } from './seeded.test-data.ts';
import type { SdpCodec } from './sdp.ts';

const pcma: SdpCodec = { name: 'PCMA', clockRateHz: 8_000, channels: 1, payloadType: 63 };
const opus: SdpCodec = { name: 'opus', clockRateHz: 48_000, channels: 2, payloadType: 111 };
const vp8: SdpCodec = { name: 'VP8', clockRateHz: 90_000, channels: 1, payloadType: 96 };

function rtp(payloadType: number, sequence: number, ssrc: number): Buffer {
  const packet = Buffer.alloc(60, 0x5a);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(payloadType, 1);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(sequence * 160, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** A UDP end of the SIP peer. */
class Peer {
  readonly socket: Socket = createSocket('udp4');
  readonly got: Buffer[] = [];

  async bind(): Promise<number> {
    this.socket.on('message', (packet) => this.got.push(packet));
    await new Promise<void>((resolve) => this.socket.bind(0, '127.0.0.1', resolve));
    return this.socket.address().port;
  }

  send(packet: Buffer, port: number): void {
    this.socket.send(packet, port, '127.0.0.1');
  }
}

/** The feedback that it got, out of compounds that begin with a report and a description. */
function feedbackOf({ got }: Peer): readonly Buffer[] {
  return got.flatMap((compound) => {
    const packets = splitRtcp(compound) ?? [];
    expect(packets.slice(0, 2).map(({ type }) => type)).toEqual([201, 202]);
    return packets.slice(2).map(({ bytes }) => bytes);
  });
}

let relay: Relay;
let peer: Peer;
let peerRtcp: Peer;
let peerPort: number;
let peerRtcpPort: number;
let keyframesWanted: number;
let ports: Partial<Record<MediaKind, number>>;
const port = (kind: MediaKind): number => ports[kind] ?? 0;

function relayOptions(): Omit<RelayOptions, 'callId'> {
  return {
    settings: {
      audioPorts: defaultPorts.audio,
      videoPorts: defaultPorts.video,
      loopbackPorts: defaultPorts.loopback,
      markPackets: false,
      videoStartBitrateKbps: 1_500,
      videoMaxBitrateKbps: 2_500,
    },
    clock: systemClock,
    monotonicMs: () => performance.now(),
    random: () => 0.5,
    onKeyframeWanted: () => {
      keyframesWanted += 1;
    },
    onRendererState: () => undefined,
  };
}

beforeEach(async () => {
  keyframesWanted = 0;
  peer = new Peer();
  peerRtcp = new Peer();
  [peerPort, peerRtcpPort] = await Promise.all([peer.bind(), peerRtcp.bind()]);
  relay = new Relay({ ...relayOptions(), callId: () => 'call' });
  ports = await relay.open('127.0.0.1', ['audio', 'video']);
});

afterEach(() => {
  relay.close();
  peer.socket.close();
  peerRtcp.socket.close();
});

function config(kind: MediaKind, changes: Partial<StreamConfig> = {}): StreamConfig {
  const codec =
    kind === 'audio'
      ? { name: 'PCMA', clockRateHz: 8_000, channels: 1, localPayloadType: 8, remotePayloadType: 8 }
      : { name: 'VP8', clockRateHz: 90_000, channels: 1, localPayloadType: 100, remotePayloadType: 100 };
  return {
    kind,
    remote: { address: '127.0.0.1', rtpPort: peerPort, rtcpPort: peerRtcpPort },
    send: true,
    receive: true,
    feedback: false,
    codecs: [codec],
    clockRateHz: codec.clockRateHz,
    ...changes,
  };
}

const dropped = (kind: MediaKind): Readonly<Record<string, number>> =>
  relay.stats().kinds.find((candidate) => candidate.kind === kind)?.dropped ?? {};

describe('ports', () => {
  test('RTP is even, stays for the life of the session, and its RTCP neighbour is bound', async () => {
    expect(port('audio') % 2).toBe(0);
    expect(port('audio')).toBeGreaterThanOrEqual(defaultPorts.audio.first);
    expect(port('video')).toBeLessThanOrEqual(defaultPorts.video.last);
    expect(await relay.open('127.0.0.1', ['audio'])).toEqual(ports);
    const other = createSocket('udp4');
    const failed = new Promise<string | undefined>((resolve) => {
      other.once('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code);
      });
    });
    other.bind({ port: port('audio') + 1, address: '127.0.0.1', exclusive: true });
    expect(await failed).toBe('EADDRINUSE');
    other.close();
  });

  test('an address that is not of this computer fails in words, and at once', async () => {
    relay.close();
    const away = new Relay({ ...relayOptions(), callId: () => 'away' });
    await expect(away.open('192.0.2.77', ['audio'])).rejects.toMatchObject({
      code: 'media',
      detail: expect.stringContaining('192.0.2.77') as unknown,
    });
    away.close();
  });
});

test('another address of this computer: new ports there, the same peer, and the sound goes on', async () => {
  const renderer = new FakeRenderer([pcma]);
  relay.configure([config('audio')]);
  relay.attach(renderer);
  renderer.onPacket('audio', rtp(63, 1, 5));
  await vi.waitFor(() => {
    expect(peer.got).toHaveLength(1);
  });
  const from: string[] = [];
  peer.socket.on('message', (_packet, { address, port: at }) => from.push(`${address}:${String(at)}`));
  const before = port('audio');
  ports = await relay.open('127.0.0.2', ['audio']);
  renderer.onPacket('audio', rtp(63, 2, 5));
  await vi.waitFor(() => {
    expect(from).toEqual([`127.0.0.2:${String(port('audio'))}`]);
  });
  peer.socket.send(rtp(8, 1, 77), port('audio'), '127.0.0.2');
  await vi.waitFor(() => {
    expect(renderer.got).toHaveLength(1);
  });
  // Nobody listens at the old place, and nothing is bound for an address that is not ours.
  peer.send(rtp(8, 2, 77), before);
  await expect(relay.open('192.0.2.77', ['audio'])).rejects.toMatchObject({ code: 'media' });
  peer.socket.send(rtp(8, 3, 77), port('audio'), '127.0.0.2');
  await vi.waitFor(() => {
    expect(renderer.got).toHaveLength(2);
  });
  expect(renderer.got.map(({ packet }) => packet.readUInt16BE(2))).toEqual([1, 3]);
});

describe('relaying', () => {
  test('both ways with payload untouched and payload types of the other side', async () => {
    const renderer = new FakeRenderer([pcma]);
    relay.configure([config('audio')]);
    relay.attach(renderer);
    peer.send(rtp(8, 1, 77), port('audio'));
    await vi.waitFor(() => {
      expect(renderer.got).toHaveLength(1);
    });
    expect(renderer.got[0]?.packet).toEqual(rtp(63, 1, 77));
    renderer.onPacket('audio', rtp(63, 9, 55));
    await vi.waitFor(() => {
      expect(peer.got).toHaveLength(1);
    });
    expect(peer.got[0]).toEqual(rtp(8, 9, 55));
    expect(relay.stats()).toMatchObject({
      rendererLeg: 'connected',
      kinds: [
        { kind: 'audio', fromPeer: { packets: 1, bytes: 60 }, fromRenderer: { packets: 1 }, dropped: {} },
        { kind: 'video' },
      ],
    });
  });

  test('works whichever of agreement and renderer comes first, and drops until both are there', async () => {
    const renderer = new FakeRenderer([pcma]);
    relay.attach(renderer);
    renderer.onPacket('audio', rtp(63, 1, 5));
    expect(dropped('audio')).toEqual({ noPeer: 1 });
    relay.configure([config('audio')]);
    renderer.onPacket('audio', rtp(63, 2, 5));
    await vi.waitFor(() => {
      expect(peer.got).toHaveLength(1);
    });
  });

  test('a codec that was not negotiated is dropped and counted, from either side', async () => {
    const renderer = new FakeRenderer([pcma, opus]);
    relay.configure([config('audio')]);
    relay.attach(renderer);
    renderer.onPacket('audio', rtp(111, 1, 5));
    peer.send(rtp(18, 1, 77), port('audio'));
    await vi.waitFor(() => {
      expect(dropped('audio')).toEqual({ notNegotiated: 1, payloadType: 1 });
    });
    expect(renderer.got).toEqual([]);
  });

  test.each([
    ['send', { send: false }],
    ['receive', { receive: false }],
  ] as const)('without %s in the direction nothing passes that way', async (_name, change) => {
    const renderer = new FakeRenderer([pcma]);
    relay.configure([config('audio', change)]);
    relay.attach(renderer);
    peer.send(rtp(8, 1, 77), port('audio'));
    renderer.onPacket('audio', rtp(63, 1, 5));
    await vi.waitFor(() => {
      expect(relay.stats().kinds[0]?.fromPeer.packets).toBe(1);
    });
    expect(dropped('audio')).toEqual({ direction: 1 });
    expect(renderer.got).toHaveLength('send' in change ? 1 : 0);
  });

  test('rubbish on the ports is dropped and counted, and the next packet passes', async () => {
    const renderer = new FakeRenderer([pcma]);
    relay.configure([config('audio')]);
    relay.attach(renderer);
    peer.send(Buffer.from('hello'), port('audio'));
    peer.send(Buffer.alloc(0), port('audio'));
    peer.send(Buffer.from([0x80, 200, 0, 99]), port('audio') + 1);
    peer.send(rtp(8, 1, 77), port('audio'));
    await vi.waitFor(() => {
      expect(renderer.got).toHaveLength(1);
      expect(dropped('audio')).toEqual({ malformed: 2, rtcpMalformed: 1 });
    });
  });

  test('a peer that refuses packets (ICMP) does not end the session', async () => {
    const renderer = new FakeRenderer([pcma]);
    peer.socket.close();
    relay.configure([config('audio')]);
    relay.attach(renderer);
    for (let sequence = 0; sequence < 20; sequence += 1) renderer.onPacket('audio', rtp(63, sequence, 5));
    const again = new Peer();
    const agreed = config('audio');
    const remote = { address: '127.0.0.1', rtpPort: await again.bind(), rtcpPort: peerRtcpPort };
    relay.configure([{ ...agreed, remote }]);
    renderer.onPacket('audio', rtp(63, 21, 5));
    await vi.waitFor(() => {
      expect(again.got).toHaveLength(1);
    });
    peer = again;
  });

  test('a reload replaces the renderer: the old leg is closed, the SIP side goes on', async () => {
    const before = new FakeRenderer([pcma]);
    const after = new FakeRenderer([{ ...pcma, payloadType: 70 }]);
    relay.configure([config('audio')]);
    relay.attach(before);
    relay.attach(after);
    expect(before.isClosed).toBe(true);
    peer.send(rtp(8, 1, 77), port('audio'));
    after.onPacket('audio', rtp(70, 1, 6));
    await vi.waitFor(() => {
      expect(after.got).toHaveLength(1);
      expect(peer.got).toHaveLength(1);
    });
    expect(payloadTypeOf(after.got[0]?.packet ?? Buffer.alloc(2))).toBe(70);
  });

  test('after close it takes no renderer and binds no ports', async () => {
    relay.close();
    const late = new FakeRenderer([pcma]);
    expect(() => {
      relay.attach(late);
    }).toThrow(/ended/);
    await expect(relay.open('127.0.0.1', ['audio'])).rejects.toMatchObject({ code: 'notFound' });
  });
});

describe('RTCP', () => {
  test('of the peer passes whole, from the second port and from the first', async () => {
    const renderer = new FakeRenderer([pcma]);
    relay.configure([config('audio')]);
    relay.attach(renderer);
    const report = Buffer.from('80c90001000000070000', 'hex').subarray(0, 8);
    peerRtcp.send(report, port('audio') + 1);
    peer.send(report, port('audio'));
    await vi.waitFor(() => {
      expect(renderer.got.map(({ packet }) => packet)).toEqual([report, report]);
    });
  });

  test('of an address that is not the peer is dropped, as is its sound', async () => {
    const renderer = new FakeRenderer([pcma]);
    relay.configure([config('audio', { remote: { address: '127.0.0.9', rtpPort: peerPort, rtcpPort: peerRtcpPort } })]);
    relay.attach(renderer);
    peer.send(Buffer.from('80c9000100000007', 'hex'), port('audio') + 1);
    peer.send(rtp(8, 1, 77), port('audio'));
    await vi.waitFor(() => {
      expect(dropped('audio')).toEqual({ source: 2 });
    });
    expect(renderer.got).toEqual([]);
  });

  test('of the renderer ends here, whatever it says: the gateway reports itself', async () => {
    const renderer = new FakeRenderer([pcma]);
    relay.configure([config('audio')]);
    relay.attach(renderer);
    renderer.onPacket('audio', rtp(63, 1, 0xa));
    const report = Buffer.from('80c900010000000a', 'hex');
    const transportFeedback = Buffer.from('8fcd00020000000a00000000', 'hex');
    renderer.onPacket('audio', Buffer.concat([report, transportFeedback]));
    relay.close();
    await vi.waitFor(() => {
      expect(peerRtcp.got).toHaveLength(1);
    });
    // A goodbye, since sound was sent: report, description, goodbye (RFC 3550 section 6.1).
    expect(splitRtcp(peerRtcp.got[0] ?? Buffer.alloc(0))?.map(({ type, senderSsrc }) => [type, senderSsrc])).toEqual([
      [200, 0xa],
      [202, 0xa],
      [203, 0xa],
    ]);
  });

  test('goes to the address of RFC 3605, and to where it comes from once it names the stream that is heard', async () => {
    const elsewhere = new Peer();
    const elsewherePort = await elsewhere.bind();
    relay.configure([config('video', { feedback: true })]);
    const renderer = new FakeRenderer([pcma], [vp8]);
    relay.attach(renderer);
    peer.send(rtp(100, 1, 0x77), port('video'));
    await vi.waitFor(() => {
      expect(relay.stats().kinds[1]?.fromPeer.packets).toBe(1);
    });
    const stranger = Buffer.from('80c9000100000078', 'hex');
    elsewhere.send(stranger, port('video') + 1);
    await vi.waitFor(() => {
      expect(renderer.got.map(({ packet }) => packet)).toContainEqual(stranger);
    });
    renderer.onPacket('video', buildPli(1, 77));
    await vi.waitFor(() => {
      expect(peerRtcp.got).toHaveLength(1);
    });
    const proven = Buffer.from('80c9000100000077', 'hex');
    elsewhere.send(proven, port('video') + 1);
    await vi.waitFor(() => {
      expect(renderer.got.map(({ packet }) => packet)).toContainEqual(proven);
    });
    renderer.onPacket('video', buildPli(1, 77));
    await vi.waitFor(() => {
      expect(elsewhere.got).toHaveLength(1);
    });
    const remote = { address: '127.0.0.1', rtpPort: peerPort, rtcpPort: elsewherePort, rtcpAddress: '127.0.0.1' };
    relay.configure([config('video', { feedback: true, remote })]);
    renderer.onPacket('video', buildPli(1, 77));
    await vi.waitFor(() => {
      expect(elsewhere.got).toHaveLength(2);
    });
    expect(peerRtcp.got).toHaveLength(1);
    expect(elsewherePort).toBeGreaterThan(0);
    elsewhere.socket.close();
  });

  test('a picture request passes in a compound to a peer that takes it, else is told to signalling, once a second', async () => {
    const renderer = new FakeRenderer([pcma], [vp8]);
    const pli = buildPli(1, 77);
    relay.configure([config('video', { feedback: true })]);
    relay.attach(renderer);
    renderer.onPacket('video', pli);
    await vi.waitFor(() => {
      expect(feedbackOf(peerRtcp)).toEqual([pli]);
    });
    expect(keyframesWanted).toBe(0);
    relay.configure([config('video')]);
    renderer.onPacket('video', pli);
    renderer.onPacket('video', pli);
    expect(keyframesWanted).toBe(1);
  });

  test('a request of signalling becomes a PLI for the SSRC of the renderer', () => {
    const renderer = new FakeRenderer([pcma], [vp8]);
    relay.configure([config('video')]);
    relay.attach(renderer);
    relay.requestKeyframe();
    expect(renderer.got).toEqual([]);
    renderer.onPacket('video', rtp(96, 1, 0xb));
    relay.requestKeyframe();
    expect(renderer.got[0]?.packet).toEqual(buildPli(1, 0xb));
  });
});

test('a warm leg that gets a call with a picture running asks the peer for a whole one', async () => {
  relay.configure([config('video', { feedback: true })]);
  peer.send(rtp(100, 1, 0x77), port('video'));
  await vi.waitFor(() => {
    expect(relay.stats().kinds[1]?.fromPeer.packets).toBe(1);
  });
  relay.attach(new FakeRenderer([pcma], [vp8]));
  await vi.waitFor(() => {
    expect(feedbackOf(peerRtcp).map((pli) => pli.readUInt32BE(8))).toEqual([0x77]);
  });
});

test('random bytes on every port end nothing', async () => {
  const renderer = new FakeRenderer([pcma], [vp8]);
  relay.configure([config('audio'), config('video', { feedback: true })]);
  relay.attach(renderer);
  const random = seeded(99);
  for (let round = 0; round < 2_000; round += 1) {
    const packet = Buffer.from(Array.from({ length: random(64) }, () => random(256)));
    // Most begin like RTP or RTCP, so that they come past the first check.
    if (packet.length > 1 && round % 4 > 0) packet.writeUInt16BE([0x8008, 0x80c8, 0x90c9, 0xb008][round % 4] ?? 0, 0);
    peer.send(packet, port(round % 2 === 0 ? 'audio' : 'video') + (round % 3 === 0 ? 1 : 0));
    renderer.onPacket(round % 2 === 0 ? 'audio' : 'video', packet);
    if (round % 50 === 0) await new Promise(setImmediate);
  }
  await vi.waitFor(() => {
    expect(dropped('audio')['rtcpMalformed']).toBeGreaterThan(50);
    expect(dropped('audio')['malformed']).toBeGreaterThan(50);
  });
  renderer.got.length = 0;
  peer.send(rtp(8, 1, 77), port('audio'));
  await vi.waitFor(() => {
    expect(renderer.got.map(({ packet }) => packet)).toContainEqual(rtp(63, 1, 77));
  });
});

test('key tones go to the peer in the stream of the voice', async () => {
  const renderer = new FakeRenderer([pcma]);
  const event = { payloadType: 101, clockRateHz: 8_000 };
  relay.configure([config('audio', { event })]);
  relay.attach(renderer);
  renderer.onPacket('audio', rtp(63, 1, 0xa));
  await relay.sendDtmf('7');
  await vi.waitFor(() => {
    expect(peer.got.map(payloadTypeOf)).toEqual([8, ...Array<number>(8).fill(101)]);
  });
  expect(new Set(peer.got.map(ssrcOf))).toEqual(new Set([0xa]));
  await expect(new Relay({ ...relayOptions(), callId: () => 'other' }).sendDtmf('1')).rejects.toMatchObject({
    code: 'unsupported',
  });
});
