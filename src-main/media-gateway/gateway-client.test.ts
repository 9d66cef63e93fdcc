import { beforeEach, describe, expect, test } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import type { GatewayChannel } from '../host.ts';
import { MediaGateway } from './gateway-client.ts';
import type { FromGateway, GatewayMethod, ToGateway } from './protocol.ts';

/** One gateway process at the wire: answers what it should, dies when told. */
class FakeChannel implements GatewayChannel {
  readonly pid = 4711;
  readonly asked: ToGateway[] = [];
  /** Methods that it does not answer. */
  readonly deaf = new Set<GatewayMethod>();
  isKilled = false;
  /** A frozen process can only be killed. */
  isFrozen = false;
  #message: (message: unknown) => void = () => undefined;
  #exit: (code: number | null) => void = () => undefined;

  post(message: unknown): void {
    const request = message as ToGateway;
    this.asked.push(request);
    if (this.isFrozen || this.deaf.has(request.method)) return;
    queueMicrotask(() => {
      this.say({ id: request.id, ok: true, result: results[request.method] ?? null });
      if (request.method === 'stop') this.exit(0);
    });
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#message = listener;
  }

  onExit(listener: (code: number | null) => void): void {
    this.#exit = listener;
  }

  kill(): void {
    this.isKilled = true;
    this.exit(null);
  }

  say(message: FromGateway): void {
    if (!this.isFrozen) this.#message(message);
  }

  exit(code: number | null): void {
    this.#exit(code);
  }
}

const results: Partial<Record<GatewayMethod, unknown>> = {
  open: { ports: { audio: 16_400 } },
  reserve: { ports: { audio: 16_500 } },
  connectRenderer: { answerSdp: 'v=0' },
};
const call = { localAddress: '192.0.2.1', kinds: ['audio'], audioCodecs: ['PCMA', 'telephone-event'] } as const;

let clock: TestClock;
let channels: FakeChannel[];
let health: ServiceHealth[];
let died: (readonly string[])[];
let gateway: MediaGateway;
let prepare: (channel: FakeChannel) => void;

function createGateway(startAfterMs: number): MediaGateway {
  return new MediaGateway({
    forkGateway: () => {
      const channel = new FakeChannel();
      prepare(channel);
      channels.push(channel);
      return channel;
    },
    clock,
    log: silentLogger,
    health: { report: (report) => health.push(report) },
    startAfterMs,
  });
}

beforeEach(() => {
  clock = new TestClock();
  channels = [];
  health = [];
  died = [];
  prepare = () => undefined;
  gateway = createGateway(0);
  gateway.onDied((callIds) => died.push(callIds));
});

const current = (): FakeChannel => {
  const channel = channels.at(-1);
  if (!channel) throw new Error('no process');
  return channel;
};
async function started(): Promise<void> {
  await gateway.start();
  await clock.run();
}
/** Time passes while the process says every second that it lives. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.run(1_000);
    current().say({ event: 'alive' });
  }
}

describe('start and stop', () => {
  test('starting, then ok; the settings go first', async () => {
    await started();
    expect(health.map(({ state }) => state)).toEqual(['starting', 'ok']);
    expect(current().asked[0]).toMatchObject({ method: 'start', params: { markPackets: true } });
  });

  test('a process that is to start later does so when its time comes', async () => {
    gateway = createGateway(1_000);
    await gateway.start();
    await clock.run(999);
    expect(channels).toHaveLength(0);
    await clock.run(1);
    expect(health.map(({ state }) => state)).toEqual(['starting', 'ok']);
    await clock.run(5_000);
    expect(channels).toHaveLength(1);
  });

  test('or at the first request, and then not again', async () => {
    gateway = createGateway(1_000);
    await gateway.start();
    await expect(gateway.prepareRenderer('leg-1', 'offer')).resolves.toEqual({ answerSdp: 'v=0' });
    await clock.run(2_000);
    expect(channels).toHaveLength(1);
    await gateway.stop();
    expect(clock.pending).toBe(0);
  });

  test('stopped before its time, it never starts, and may be started again', async () => {
    gateway = createGateway(1_000);
    await gateway.start();
    await gateway.stop();
    expect(clock.pending).toBe(0);
    await expect(gateway.usage()).rejects.toThrow('not running');
    await gateway.start();
    await clock.run(1_000);
    expect(channels).toHaveLength(1);
  });

  test('requests made before the process runs wait for it', async () => {
    await gateway.start();
    const offer = gateway.openSession({ ...call, callId: 'a' }).createOffer();
    await clock.run();
    expect(await offer).toContain('m=audio 16400');
  });

  test('stop lets the process end by itself and leaves no timer', async () => {
    await started();
    await gateway.stop();
    expect(current().isKilled).toBe(false);
    expect(clock.pending).toBe(0);
    expect(health.at(-1)?.state).toBe('off');
    expect(died).toEqual([]);
    await gateway.stop();
  });

  test('a process that does not end is killed after its grace', async () => {
    prepare = (channel) => channel.deaf.add('stop');
    await started();
    const stopped = gateway.stop();
    await clock.run(799);
    expect(current().isKilled).toBe(false);
    await clock.run(1);
    expect(current().isKilled).toBe(true);
    await stopped;
    expect(clock.pending).toBe(0);
  });

  test('after stop everything is refused in words, and start works again', async () => {
    await started();
    await gateway.stop();
    await expect(gateway.prepareRenderer('warm', 'v=0')).rejects.toMatchObject({ code: 'media' });
    await started();
    expect(channels).toHaveLength(2);
    expect(health.at(-1)?.state).toBe('ok');
  });

  test('stopped while it was starting: what waited is refused', async () => {
    prepare = (channel) => channel.deaf.add('start');
    await gateway.start();
    const offer = gateway.openSession({ ...call, callId: 'a' }).createOffer();
    const refused = expect(offer).rejects.toMatchObject({ name: 'AppError' });
    await clock.run();
    await gateway.stop();
    await refused;
    expect(clock.pending).toBe(0);
  });
});

describe('when the process dies', () => {
  test('the calls are announced at once, a new process is already starting, and the next offer is served', async () => {
    await started();
    const session = gateway.openSession({ ...call, callId: 'a' });
    gateway.openSession({ ...call, callId: 'unused' });
    await session.createOffer();
    const diedAtMs = clock.now();
    current().exit(null);
    expect(died).toEqual([['a']]);
    expect(channels).toHaveLength(2);
    expect(health.at(-1)).toMatchObject({ state: 'reconnecting' });
    const again = session.createOffer();
    await clock.run();
    expect(await again).toContain('m=audio');
    // Of the two seconds that a call has for its new sound, nothing is spent here.
    expect(clock.now()).toBe(diedAtMs);
    expect(health.at(-1)?.state).toBe('ok');
  });

  test('a call that only had the window connected is announced too', async () => {
    await started();
    gateway.openSession({ ...call, callId: 'a' });
    await gateway.connectRenderer('a', 'v=0');
    current().exit(1);
    expect(died).toEqual([['a']]);
  });

  test('requests in flight are refused at once, not at their deadline', async () => {
    prepare = (channel) => channel.deaf.add('open');
    await started();
    const offer = gateway.openSession({ ...call, callId: 'a' }).createOffer();
    const refused = expect(offer).rejects.toMatchObject({ code: 'media' });
    await clock.run();
    current().exit(null);
    await refused;
  });

  test('a closed call is announced no more', async () => {
    await started();
    const session = gateway.openSession({ ...call, callId: 'a' });
    await session.createOffer();
    await session.close();
    current().exit(null);
    expect(died).toEqual([[]]);
  });

  test('dying again and again is answered with pauses that double up to 30 s, and said so', async () => {
    await started();
    for (let death = 0; death < 3; death += 1) {
      current().exit(1);
      await clock.run();
    }
    expect(channels).toHaveLength(4);
    expect(health.at(-1)?.state).toBe('ok');
    const pausesMs: number[] = [];
    for (let death = 0; death < 7; death += 1) {
      const before = channels.length;
      current().exit(1);
      expect(health.at(-1)?.state).toBe('failed');
      let pauseMs = 0;
      while (channels.length === before) {
        await clock.run(500);
        pauseMs += 500;
      }
      pausesMs.push(pauseMs);
    }
    expect(pausesMs).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    // Whoever does not want to wait asks for it; while it is up or starts there is nothing to ask for.
    const before = channels.length;
    current().exit(1);
    gateway.retry();
    gateway.retry();
    expect(channels).toHaveLength(before + 1);
  });

  test('a death after a long life is restarted at once, whatever was before', async () => {
    await started();
    for (let life = 0; life < 6; life += 1) {
      await pass(31);
      current().exit(1);
      expect(health.at(-1)?.state).toBe('reconnecting');
      await clock.run();
    }
    expect(channels).toHaveLength(7);
  });

  test('a request during a pause is refused after its deadline, in words', async () => {
    prepare = (channel) => channel.deaf.add('start');
    await gateway.start();
    const offer = gateway.openSession({ ...call, callId: 'a' }).createOffer();
    const refused = expect(offer).rejects.toMatchObject({ code: 'media' });
    await clock.run(2_000);
    await refused;
  });

  test('a process that cannot even be started counts as dead', async () => {
    prepare = () => {
      throw new Error('no such file');
    };
    await gateway.start();
    expect(died).toHaveLength(4);
    expect(health.at(-1)?.state).toBe('failed');
    await gateway.stop();
    expect(clock.pending).toBe(0);
  });
});

describe('a frozen process', () => {
  test('is killed after five seconds without a word, and replaced', async () => {
    await started();
    await pass(20);
    expect(channels).toHaveLength(1);
    const frozen = current();
    frozen.isFrozen = true;
    await clock.run(5_999);
    expect(frozen.isKilled).toBe(false);
    await clock.run(1);
    expect(frozen.isKilled).toBe(true);
    expect(channels).toHaveLength(2);
  });

  test('a computer that slept does not count as frozen', async () => {
    await started();
    clock.jump(3_600_000);
    await clock.run(1_000);
    current().say({ event: 'alive' });
    await pass(3);
    expect(channels).toHaveLength(1);
  });

  test('one that never answers `start` is killed and replaced', async () => {
    prepare = (channel) => {
      if (channels.length === 0) channel.deaf.add('start');
    };
    await gateway.start();
    await clock.run(5_000);
    expect(channels[0]?.isKilled).toBe(true);
    await clock.run();
    expect(health.at(-1)?.state).toBe('ok');
  });
});

describe('sessions and announcements', () => {
  test('one session for each call id, at most sixteen; closing makes room', async () => {
    await started();
    const first = gateway.openSession({ ...call, callId: '0' });
    expect(() => gateway.openSession({ ...call, callId: '0' })).toThrow(/already/);
    for (let id = 1; id < 16; id += 1) gateway.openSession({ ...call, callId: String(id) });
    expect(() => gateway.openSession({ ...call, callId: '16' })).toThrow(/Too many/);
    await first.close();
    gateway.openSession({ ...call, callId: '16' });
  });

  test('an unknown call gets no window', async () => {
    await started();
    await expect(gateway.connectRenderer('x', 'v=0')).rejects.toMatchObject({ code: 'notFound' });
    await expect(gateway.attach('x', 'warm')).rejects.toMatchObject({ code: 'notFound' });
  });

  test('picture requests and renderer states reach their listeners until those leave', async () => {
    await started();
    const heard: string[] = [];
    const leave = gateway.onKeyframeWanted((callId) => heard.push(callId));
    gateway.onRendererState((callId, state) => heard.push(`${callId} ${state}`));
    current().say({ event: 'keyframeWanted', callId: 'a' });
    current().say({ event: 'rendererState', callId: 'a', state: 'connected' });
    leave();
    current().say({ event: 'keyframeWanted', callId: 'b' });
    expect(heard).toEqual(['a', 'a connected']);
  });

  test('an error of the process arrives with its code and words', async () => {
    prepare = (channel) => channel.deaf.add('connectRenderer');
    await started();
    const connected = gateway.prepareRenderer('warm', 'v=0');
    const refused = expect(connected).rejects.toMatchObject({ code: 'invalid', message: 'no', detail: 'why' });
    await clock.run();
    const id = current().asked.at(-1)?.id ?? 0;
    current().say({ id, ok: false, error: { code: 'invalid', message: 'no', detail: 'why' } });
    await refused;
  });
});

describe('ports kept for the next call', () => {
  const asked = (channel = current()): readonly string[] =>
    channel.asked.filter(({ method }) => method !== 'start').map(({ method }) => method);

  test('are in its offer without a word to the process, and claimed ahead of its next request', async () => {
    await started();
    gateway.expectCalls(call.localAddress);
    await clock.run();
    expect(asked()).toEqual(['reserve']);
    const session = gateway.openSession({ callId: 'call', ...call });
    expect(await session.createOffer()).toContain('m=audio 16500');
    expect(asked()).toEqual(['reserve']);
    await gateway.attach('call', 'leg');
    expect(asked()).toEqual(['reserve', 'open', 'attach']);
    expect(current().asked.find(({ method }) => method === 'open')?.params).toMatchObject({
      callId: 'call',
      reservationId: 'spare-1',
    });
  });

  test('are followed by others a moment later; a second call meanwhile asks for its own', async () => {
    await started();
    gateway.expectCalls(call.localAddress);
    await clock.run();
    await gateway.openSession({ callId: 'first', ...call }).createOffer();
    expect(await gateway.openSession({ callId: 'second', ...call }).createOffer()).toContain('m=audio 16400');
    expect(asked()).toEqual(['reserve', 'open']);
    await clock.run(1_500);
    expect(asked()).toEqual(['reserve', 'open', 'reserve']);
  });

  test('follow the address of this computer, and are given back when no calls are expected', async () => {
    await started();
    gateway.expectCalls(call.localAddress);
    await clock.run();
    gateway.expectCalls('192.0.2.9');
    await clock.run();
    expect(asked()).toEqual(['reserve', 'release', 'reserve']);
    const session = gateway.openSession({ callId: 'old address', ...call });
    expect(await session.createOffer()).toContain('m=audio 16400');
    gateway.expectCalls(undefined);
    await clock.run();
    expect(asked()).toEqual(['reserve', 'release', 'reserve', 'open', 'release']);
    await gateway.stop();
    expect(clock.pending).toBe(0);
  });

  test('that came too late are given back', async () => {
    prepare = (channel) => channel.deaf.add('reserve');
    await started();
    gateway.expectCalls(call.localAddress);
    const late = current().asked.at(-1)?.id ?? 0;
    gateway.expectCalls(undefined);
    current().say({ id: late, ok: true, result: { ports: { audio: 16_500 } } });
    await clock.run();
    expect(asked()).toEqual(['reserve', 'release']);
  });

  test('die with the process and are asked for anew', async () => {
    await started();
    gateway.expectCalls(call.localAddress);
    await clock.run();
    const before = current();
    before.exit(1);
    await clock.run();
    expect(current()).not.toBe(before);
    expect(asked()).toEqual(['reserve']);
    expect(await gateway.openSession({ callId: 'call', ...call }).createOffer()).toContain('m=audio 16500');
  });

  test('are done without where there are none', async () => {
    prepare = (channel) => channel.deaf.add('reserve');
    await started();
    gateway.expectCalls(call.localAddress);
    const { id } = current().asked.at(-1) ?? { id: 0 };
    current().say({ id, ok: false, error: { code: 'limit', message: 'No port is free.' } });
    await clock.run();
    expect(await gateway.openSession({ callId: 'call', ...call }).createOffer()).toContain('m=audio 16400');
  });

  test('of a call that ended before it used them are claimed and closed with it', async () => {
    await started();
    gateway.expectCalls(call.localAddress);
    await clock.run();
    const session = gateway.openSession({ callId: 'call', ...call });
    await session.createOffer();
    await session.close();
    expect(asked()).toEqual(['reserve', 'open', 'closeSession']);
  });
});
