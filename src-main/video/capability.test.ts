import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import type { Capability } from '../../src-shared/model/capability.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { emptyPolicy, parsePolicy } from '../config/policy-file.ts';
import type { Policy } from '../config/policy-file.ts';
import { Settings } from '../config/settings.ts';
import { SettingsStore } from '../config/settings-store.ts';
import { silentLogger } from '../core/log.ts';
import { settingsStep } from '../core/migrations/001-settings.ts';
import { capabilityStep } from '../core/migrations/040-capability.ts';
import { openMemoryStore } from '../core/store.ts';
import type { Store } from '../core/store.ts';
import { CapabilityService } from './capability.ts';
import type { VideoMeasurement } from './capability.ts';
import { CapabilityStore } from './capability-store.ts';

let store: Store;
let clock: TestClock;
let hub: TopicHub;
let settings: Settings;
let order: string[];
let video: VideoMeasurement | AppError | Error;
let abortedBy: AbortSignal | undefined;
const started: CapabilityService[] = [];

const goodVideo: VideoMeasurement = {
  parts: [
    { part: 'encode', framesPerSecond: 60, processorShare: 0.5, note: 'H.264.' },
    { part: 'decode', framesPerSecond: 120, processorShare: 0.25, note: '' },
  ],
};

beforeEach(() => {
  store = openMemoryStore([settingsStep, capabilityStep]);
  clock = new TestClock();
  hub = new TopicHub();
  order = [];
  video = goodVideo;
});

afterEach(async () => {
  for (const service of started.splice(0)) await service.stop();
  store.close();
});

async function start(machine = 'this', policy: Policy = emptyPolicy): Promise<CapabilityService> {
  settings = new Settings({
    store: new SettingsStore(store),
    hub,
    clock,
    log: silentLogger,
    readPolicy: () => policy,
  });
  await settings.start();
  const service = new CapabilityService({
    store: new CapabilityStore(store),
    settings,
    hub,
    clock,
    log: silentLogger,
    machine,
    measureProcessor: (signal) => {
      abortedBy = signal;
      order.push('processor');
      return Promise.resolve({ encryption: 500, hashing: 300, compression: 40 });
    },
    measureVideo: () => {
      order.push('video');
      return video instanceof Error ? Promise.reject(video) : Promise.resolve(video);
    },
  });
  started.push(service);
  await service.start();
  return service;
}

function shown(): Capability {
  return hub.current('capability').snapshot as Capability;
}

describe('the capability service', () => {
  test('measures the processor, then the window, and shows the score with its parts', async () => {
    const service = await start();
    expect(shown()).toMatchObject({ state: 'unmeasured', parts: [], video: { format: 'cif' } });
    const { revision } = await service.handlers['capability.measure'](null, 'w');
    expect(hub.revision('capability')).toBe(revision);
    expect(shown().state).toBe('measuring');
    service.measure();
    await clock.run();
    expect(order).toEqual(['processor', 'video']);
    expect(shown()).toEqual({
      state: 'measured',
      score: 5.9,
      measuredAtMs: clock.now(),
      parts: [
        { part: 'encode', score: 5.9, measured: '720p: 60 frames a second at most; 30 take 50 %. H.264.' },
        { part: 'decode', score: 7.9, measured: '720p: 120 frames a second at most; 30 take 25 %.' },
        { part: 'encryption', score: 5.9, measured: '500 MB a second on one thread' },
        { part: 'hashing', score: 5.9, measured: '300 MB a second on one thread' },
        { part: 'compression', score: 5.9, measured: '40 MB a second on one thread' },
      ],
      video: { format: '720p30', maxBitrateKbps: 2_000, reasons: [] },
    });
  });

  test('remembers the result for this machine only', async () => {
    const service = await start();
    service.measure();
    await clock.run();
    await start();
    expect(shown()).toMatchObject({ state: 'measured', score: 5.9 });
    await start('another machine');
    expect(shown()).toMatchObject({ state: 'unmeasured', parts: [] });
  });

  test.each(['{"x":', '[]', '[{"part":"encode","score":99,"measured":""}]'])(
    'garbage %s in the database counts as unmeasured',
    async (garbage) => {
      store.db.prepare("INSERT INTO capability VALUES ('this', ?, 0)").run(garbage);
      await start();
      expect(shown()).toMatchObject({ state: 'unmeasured', parts: [] });
    },
  );

  test('a coder that cannot be measured scores lowest and says why; no HD is promised', async () => {
    video = { parts: [{ part: 'encode', framesPerSecond: 0, processorShare: 0, note: 'No H.264 here.' }] };
    const service = await start();
    service.measure();
    await clock.run();
    expect(shown()).toMatchObject({ state: 'measured', score: 1, video: { format: 'cif' } });
    expect(shown().parts[0]).toEqual({ part: 'encode', score: 1, measured: 'Not measured. No H.264 here.' });
    expect(shown().parts[1]?.measured).toContain('Not measured.');
  });

  test('a window that does not answer is said; an earlier score stays, and it can be tried again', async () => {
    const service = await start();
    service.measure();
    await clock.run();
    video = new AppError('timeout', 'That took too long.');
    service.measure();
    await clock.run();
    expect(shown()).toMatchObject({
      state: 'failed',
      score: 5.9,
      failure: 'This computer could not be measured: That took too long.',
    });
    video = goodVideo;
    service.measure();
    await clock.run();
    expect(shown().state).toBe('measured');
    expect(shown().failure).toBeUndefined();
    video = new Error('a bug');
    service.measure();
    await clock.run();
    expect(shown().failure).toContain('The log has the details');
    expect(shown().failure).not.toContain('a bug');
  });

  test('a disk that takes nothing costs the memory of it, not the result', async () => {
    const service = await start();
    store.db.exec('DROP TABLE capability');
    service.measure();
    await clock.run();
    expect(shown()).toMatchObject({ state: 'measured', score: 5.9 });
  });

  test('stopping in the middle ends it', async () => {
    const service = await start();
    service.measure();
    await service.stop();
    const revision = hub.revision('capability');
    await clock.run();
    expect(abortedBy?.aborted).toBe(true);
    expect(hub.revision('capability')).toBe(revision);
    expect(store.db.prepare('SELECT count(*) FROM capability').pluck().get()).toBe(0);
  });
});

describe('the decision about video', () => {
  async function measured(policy?: Policy): Promise<CapabilityService> {
    const service = await start('this', policy);
    service.measure();
    await clock.run();
    return service;
  }

  test('follows the person’s settings as they change', async () => {
    await measured();
    settings.set('video.maxFormat', 'vga');
    expect(shown().video).toMatchObject({ format: 'vga', reasons: ['Your settings allow at most VGA (640 × 480).'] });
    settings.set('video.enabled', false);
    expect(shown().video).toEqual({ format: 'none', maxBitrateKbps: 0, reasons: ['Your settings allow no video.'] });
  });

  test('names the organization where it holds the value', async () => {
    await measured(
      parsePolicy('{"version":1,"lock":{"video.maxBitrateKbps":800,"video.enabled":true},"seed":{}}', 'p'),
    );
    expect(shown().video).toEqual({
      format: 'vga',
      maxBitrateKbps: 800,
      reasons: ['Your organization allows 800 kbit/s for video, enough for VGA (640 × 480).'],
    });
  });

  test('a lock of everything leaves nothing to the person', async () => {
    await measured(
      parsePolicy(
        '{"version":1,"lock":{"video.maxBitrateKbps":2000,"video.enabled":false,"video.maxFormat":"cif"}}',
        'p',
      ),
    );
    expect(shown().video).toMatchObject({ format: 'none', reasons: ['Your organization allows no video.'] });
  });

  test('of a call takes the far end, the camera and the network into account', async () => {
    const service = await measured();
    expect(
      service.decide({
        peerLevelIdc: 13,
        camera: { width: 1280, height: 720, framesPerSecond: 30 },
        bandwidthKbps: 10_000,
      }),
    ).toMatchObject({ format: 'cif', maxBitrateKbps: 768 });
  });
});
