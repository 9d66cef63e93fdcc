import { spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as nodeDataChannel from 'node-datachannel';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/log.ts';
import type { LogFields } from '../core/log.ts';
import type { GatewayChannel } from '../host.ts';
import { MediaGateway } from './gateway-client.ts';
import { defaultPorts } from './gateway-limits.ts';
import type { MediaKind, MediaSession } from './media.ts';
import { NativeKeeper } from './native-keeper.ts';
import { forkGatewayInNode } from './node-channel.ts';
import { payloadTypeOf, sequenceOf } from './rtp.ts';
import { parseSdp } from './sdp.ts';

const entryPath = fileURLToPath(new URL('process.ts', import.meta.url));
const peerSsrc = { audio: 0x5151, video: 0x6262 } as const;
const rendererSsrc = { audio: 1234, video: 5678 } as const;
const hasIp6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

function rtp(payloadType: number, sequence: number, ssrc: number): Buffer {
  const packet = Buffer.alloc(172, 0x5a);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(payloadType, 1);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(sequence * 160, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

/** The other end of the loopback leg, in place of a browser: the same library, the other role. */
class Renderer {
  readonly #peer = new nodeDataChannel.PeerConnection('window', {
    iceServers: [],
    bindAddress: '127.0.0.1',
    disableAutoNegotiation: true,
    forceMediaTransport: true,
    portRangeBegin: defaultPorts.loopback.first,
    portRangeEnd: defaultPorts.loopback.last,
  });
  readonly #tracks = new Map<MediaKind, nodeDataChannel.Track>();
  readonly got: Record<MediaKind, Buffer[]> = { audio: [], video: [] };

  /** Its numbers differ from those of the SIP side on purpose. */
  async offer(kinds: readonly MediaKind[]): Promise<string> {
    for (const kind of kinds) {
      const media =
        kind === 'audio' ? new nodeDataChannel.Audio('0', 'SendRecv') : new nodeDataChannel.Video('1', 'SendRecv');
      if (media instanceof nodeDataChannel.Audio) {
        media.addOpusCodec(111);
        media.addAudioCodec(108, 'PCMA');
      }
      if (media instanceof nodeDataChannel.Video) media.addH264Codec(107);
      media.addSSRC(rendererSsrc[kind], 'window');
      const track = this.#peer.addTrack(media);
      keeper.hold(track);
      track.onClosed(() => {
        keeper.closed(track);
      });
      track.onMessage((packet) => this.got[kind].push(packet));
      this.#tracks.set(kind, track);
    }
    const gathered = new Promise<void>((resolve) => {
      this.#peer.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    this.#peer.setLocalDescription('offer');
    await gathered;
    // Like a browser that hides its address: the gateway then waits for the browser's first check.
    return (this.#peer.localDescription()?.sdp ?? '').replaceAll(/a=candidate:[^\r]*\r\n/g, '');
  }

  async accept(answerSdp: string): Promise<void> {
    const connected = new Promise<void>((resolve) => {
      this.#peer.onStateChange((state) => {
        if (state === 'connected') resolve();
        if (state === 'closed') keeper.closed(this.#peer);
      });
    });
    keeper.hold(this.#peer);
    // A browser takes unannounced SSRCs; this library wants them announced when lines are bundled.
    const announced = answerSdp.replaceAll(
      /m=(audio|video) [^\r]*\r\n/g,
      (line, kind: MediaKind) => `${line}a=ssrc:${peerSsrc[kind]} cname:peer\r\n`,
    );
    this.#peer.setRemoteDescription(announced, 'answer');
    await connected;
    await vi.waitFor(() => {
      expect([...this.#tracks.values()].every((track) => track.isOpen())).toBe(true);
    });
  }

  send(kind: MediaKind, packet: Buffer): void {
    this.#tracks.get(kind)?.sendMessageBinary(packet);
  }

  close(): void {
    for (const track of this.#tracks.values()) track.close();
    this.#tracks.clear();
    this.#peer.close();
  }
}

/** The SIP peer: a socket for each kind. */
class Peer {
  readonly #sockets = new Map<MediaKind, Socket>();
  readonly #address: string;
  readonly got: Record<MediaKind, Buffer[]> = { audio: [], video: [] };
  #targets: Partial<Record<MediaKind, number>> = {};

  constructor(address: string) {
    this.#address = address;
  }

  /** Answers an offer of ours: PCMA with events, H264. */
  async answer(offerSdp: string): Promise<string> {
    const offer = parseSdp(offerSdp);
    if (!offer.ok) throw new Error(offer.reason);
    const family = this.#address.includes(':') ? 'IP6' : 'IP4';
    const lines = ['v=0', `o=- 1 1 IN ${family} ${this.#address}`, 's=-', `c=IN ${family} ${this.#address}`, 't=0 0'];
    for (const { type, port } of offer.description.media) {
      const kind = type === 'video' ? 'video' : 'audio';
      this.#targets = { ...this.#targets, [kind]: port };
      const own = (await this.#socket(kind)).address().port;
      lines.push(
        ...(kind === 'audio'
          ? [`m=audio ${own} RTP/AVP 8 101`, 'a=rtpmap:101 telephone-event/8000']
          : [`m=video ${own} RTP/AVP 97`, 'a=rtpmap:97 H264/90000']),
      );
    }
    return `${lines.join('\r\n')}\r\n`;
  }

  send(kind: MediaKind, packet: Buffer): void {
    this.#sockets.get(kind)?.send(packet, this.#targets[kind] ?? 0, this.#address);
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close();
  }

  async #socket(kind: MediaKind): Promise<Socket> {
    const known = this.#sockets.get(kind);
    if (known) return known;
    const socket = createSocket(this.#address.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (packet) => {
      if (packet.readUInt8(1) < 192 || packet.readUInt8(1) > 223) this.got[kind].push(packet);
    });
    this.#sockets.set(kind, socket);
    await new Promise<void>((resolve) => {
      socket.bind(0, this.#address, resolve);
    });
    return socket;
  }
}

/** For the connections of this test; those of the gateway are in its own process. */
const keeper = new NativeKeeper();
let gateway: MediaGateway;
let channel: GatewayChannel;
let exitCodes: (number | null)[];
const opened: { close(): void }[] = [];
const track = <T extends { close(): void }>(thing: T): T => {
  opened.push(thing);
  return thing;
};

beforeEach(async () => {
  exitCodes = [];
  gateway = new MediaGateway({
    forkGateway: () => {
      channel = forkGatewayInNode(entryPath, (text) => {
        process.stderr.write(text);
      });
      channel.onExit((code) => exitCodes.push(code));
      return channel;
    },
    clock: systemClock,
    log: silentLogger,
    health: { report: () => undefined },
  });
  await gateway.start();
});

afterEach(async () => {
  for (const thing of opened.splice(0)) thing.close();
  await gateway.stop();
});

afterAll(async () => {
  await keeper.whenEmpty();
});

function open(callId: string, kinds: readonly MediaKind[], localAddress = '127.0.0.1'): MediaSession {
  return gateway.openSession({
    callId,
    localAddress,
    kinds,
    audioCodecs: ['PCMA', 'opus', 'telephone-event'],
    videoCodecs: ['H264'],
  });
}

/** A call that is up on both sides. */
async function established(
  kinds: readonly MediaKind[],
  address = '127.0.0.1',
): Promise<{ session: MediaSession; peer: Peer; renderer: Renderer }> {
  const session = open('call', kinds, address);
  const peer = track(new Peer(address));
  await session.acceptAnswer(await peer.answer(await session.createOffer()));
  const renderer = await connect('call', kinds);
  return { session, peer, renderer };
}

async function connect(callId: string, kinds: readonly MediaKind[]): Promise<Renderer> {
  const renderer = track(new Renderer());
  const { answerSdp } = await gateway.connectRenderer(callId, await renderer.offer(kinds));
  await renderer.accept(answerSdp);
  return renderer;
}

/** Sends both ways until both sides heard it: the last step of DTLS is not seen from outside. */
async function expectSound(peer: Peer, renderer: Renderer, kind: MediaKind = 'audio'): Promise<void> {
  const [sip, web] = kind === 'audio' ? [8, 108] : [97, 107];
  peer.got[kind] = [];
  renderer.got[kind] = [];
  let sequence = Math.floor(Math.random() * 1_000);
  await vi.waitFor(
    () => {
      sequence += 1;
      peer.send(kind, rtp(sip, sequence, peerSsrc[kind]));
      renderer.send(kind, rtp(web, sequence, rendererSsrc[kind]));
      expect(peer.got[kind].length).toBeGreaterThan(0);
      expect(renderer.got[kind].length).toBeGreaterThan(0);
    },
    { timeout: 3_000, interval: 20 },
  );
  const toPeer = peer.got[kind][0] ?? Buffer.alloc(12);
  expect(toPeer).toEqual(rtp(sip, sequenceOf(toPeer), rendererSsrc[kind]));
  const toRenderer = renderer.got[kind].find((packet) => payloadTypeOf(packet) === web) ?? Buffer.alloc(12);
  expect(toRenderer).toEqual(rtp(web, sequenceOf(toRenderer), peerSsrc[kind]));
}

describe('a call through the real process', () => {
  test('sound and picture flow both ways, bundled on one side and on ports of their own on the other', async () => {
    const { session, peer, renderer } = await established(['audio', 'video']);
    await expectSound(peer, renderer, 'audio');
    await expectSound(peer, renderer, 'video');
    const stats = await session.stats();
    expect(stats.rendererLeg).toBe('connected');
    expect(stats.kinds.map(({ kind }) => kind)).toEqual(['audio', 'video']);
    for (const { fromPeer, fromRenderer } of stats.kinds) {
      expect(fromPeer.packets).toBeGreaterThan(0);
      expect(fromRenderer.packets).toBeGreaterThan(0);
    }
    expect(await gateway.usage()).toMatchObject({ sessions: 1 });
    await session.close();
    expect(await gateway.usage()).toMatchObject({ sessions: 0, rendererLegs: 0 });
  });

  test('key tones reach the peer', async () => {
    const { session, peer, renderer } = await established(['audio']);
    await expectSound(peer, renderer);
    await session.sendDtmf('4');
    await vi.waitFor(() => {
      expect(peer.got.audio.filter((packet) => payloadTypeOf(packet) === 101)).toHaveLength(8);
    });
  });

  test('a warm leg is attached with no further connecting', async () => {
    const renderer = track(new Renderer());
    const { answerSdp } = await gateway.prepareRenderer('warm', await renderer.offer(['audio']));
    await renderer.accept(answerSdp);
    const session = open('call', ['audio']);
    const peer = track(new Peer('127.0.0.1'));
    await session.acceptAnswer(await peer.answer(await session.createOffer()));
    await gateway.attach('call', 'warm');
    await expectSound(peer, renderer);
    await expect(gateway.attach('call', 'warm')).rejects.toMatchObject({ code: 'notFound' });
  });

  test.each([[['audio']], [['audio', 'video']]] as const)(
    'ports that were bound before the call carry its %s',
    async (kinds) => {
      const bound = new Promise<number>((resolve) => {
        channel.onMessage((message) => {
          const { result } = message as { result?: { ports?: { audio?: number } } };
          if (result?.ports?.audio !== undefined) resolve(result.ports.audio);
        });
      });
      gateway.expectCalls('127.0.0.1');
      const port = await bound;
      const { session, peer, renderer } = await established(kinds);
      expect(await session.createOffer()).toContain(`m=audio ${port} `);
      for (const kind of kinds) await expectSound(peer, renderer, kind);
      await session.close();
    },
  );

  test('after a reload the window connects anew, and the SIP side keeps its ports', async () => {
    const { session, peer, renderer } = await established(['audio']);
    await expectSound(peer, renderer);
    const before = (await session.stats()).kinds[0]?.remote;
    renderer.close();
    const again = await connect('call', ['audio']);
    await expectSound(peer, again);
    expect((await session.stats()).kinds[0]?.remote).toBe(before);
  });

  test.skipIf(!hasIp6)('a peer with an IPv6 address', async () => {
    const { peer, renderer } = await established(['audio'], '::1');
    await expectSound(peer, renderer);
  });

  test('an offer of the window that is no SDP is refused, and the next one is served', async () => {
    open('call', ['audio']);
    await expect(gateway.connectRenderer('call', 'hello')).rejects.toMatchObject({ code: 'invalid' });
    await expect(gateway.prepareRenderer('warm', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n')).rejects.toMatchObject({
      code: 'invalid',
    });
    await expect(connect('call', ['audio'])).resolves.toBeInstanceOf(Renderer);
  });
});

describe('the life of the process', () => {
  test('it is scheduled in real time where the user may ask for that', async ({ skip }) => {
    skip(process.platform !== 'linux', 'only Linux lets a program ask for it');
    await established(['audio']);
    const pid = gateway.pid ?? 0;
    // What may be asked for, by the system's own tool: root in a container may not be allowed either.
    const isAllowed = spawnSync('chrt', ['--rr', '1', 'true']).status === 0;
    expect(schedulingPolicy(pid, pid)).toBe(isAllowed ? schedRoundRobin : 0);
    // The threads of the native module, too: they carry the window's packets.
    const policies = readdirSync(`/proc/${pid}/task`).map((thread) => schedulingPolicy(pid, Number(thread)));
    expect(policies.filter((policy) => policy === schedRoundRobin).length > 2).toBe(isAllowed);
  });

  test('killed in mid-call: the call is announced, and the new process carries it on', async () => {
    const { session, peer, renderer } = await established(['audio']);
    await expectSound(peer, renderer);
    const announced = new Promise<readonly string[]>((resolve) => {
      gateway.onDied(resolve);
    });
    const before = gateway.pid;
    process.kill(before ?? 0, 'SIGKILL');
    expect(await announced).toEqual(['call']);
    await session.acceptAnswer(await peer.answer(await session.createOffer()));
    expect(gateway.pid).not.toBe(before);
    await expectSound(peer, await connect('call', ['audio']));
  });

  test('a forgotten rejection is told and the sound goes on; after an exception another process carries the call on', async () => {
    await gateway.stop();
    const told: string[] = [];
    const note = (message: string, fields?: LogFields): void => {
      told.push(`${message} ${JSON.stringify(fields)}`);
    };
    gateway = new MediaGateway({
      forkGateway: () => {
        channel = forkGatewayInNode(faultyEntry(), () => undefined);
        return channel;
      },
      clock: systemClock,
      log: { ...silentLogger, error: note },
      health: { report: () => undefined },
    });
    await gateway.start();
    const { session, peer, renderer } = await established(['audio']);
    const before = gateway.pid;
    channel.post({ fault: 'rejection' });
    await vi.waitFor(() => {
      expect(told.join()).toMatch(/unexpected rejection in the media process .*forgotten.*faulty\.mjs/);
    });
    await expectSound(peer, renderer);
    expect(gateway.pid).toBe(before);
    const announced = new Promise<readonly string[]>((resolve) => {
      gateway.onDied(resolve);
    });
    channel.post({ fault: 'exception' });
    expect(await announced).toEqual(['call']);
    expect(told.join()).toMatch(/unexpected exception in the media process .*broken/);
    await session.acceptAnswer(await peer.answer(await session.createOffer()));
    expect(gateway.pid).not.toBe(before);
    await expectSound(peer, await connect('call', ['audio']));
  });

  test('stopped in mid-call it ends by itself, without a fault', async () => {
    const { peer, renderer } = await established(['audio', 'video']);
    await expectSound(peer, renderer);
    await connect('call', ['audio']);
    await gateway.stop();
    expect(exitCodes).toEqual([0]);
  });

  test('when the service process is gone, the gateway ends', async () => {
    const script = `
      import { forkGatewayInNode } from ${JSON.stringify(new URL('node-channel.ts', import.meta.url).href)};
      const channel = forkGatewayInNode(${JSON.stringify(entryPath)}, () => undefined);
      channel.onMessage(() => console.log(channel.pid));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = await new Promise<number>((resolve) => {
      createInterface({ input: parent.stdout }).once('line', (line) => {
        resolve(Number(line));
      });
    });
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await vi.waitFor(
      () => {
        expect(isAlive(pid)).toBe(false);
      },
      { timeout: 3_000, interval: 20 },
    );
  });
});

/** The process itself, and beside it code that fails when it is told to. */
function faultyEntry(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-gateway-'));
  opened.push({
    close: () => {
      rmSync(folder, { recursive: true });
    },
  });
  const entry = join(folder, 'faulty.mjs');
  writeFileSync(
    entry,
    `import ${JSON.stringify(pathToFileURL(entryPath).href)};
    process.on('message', ({ fault }) => {
      if (fault === 'rejection') void Promise.reject(new Error('forgotten'));
      if (fault === 'exception') throw new Error('broken');
    });`,
  );
  return entry;
}

const schedRoundRobin = 2;

/** proc(5): the 41st field of `stat`, the second of which, the name, may contain anything. */
function schedulingPolicy(pid: number, thread: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
