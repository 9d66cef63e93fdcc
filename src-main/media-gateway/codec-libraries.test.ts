import { expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import type { OptionalCodec } from '../../src-shared/model/audio-codecs.ts';
import { silentLogger } from '../core/log.ts';
import { CodecLibraries, type CodecLibrariesOptions } from './codec-libraries.ts';

const found: OptionalCodec = { name: 'G729', available: true, library: '/opt/bcg729.so' };

test('is asked when the gateway runs, when it runs again and when the setting changes; no answer changes nothing', async () => {
  const running = new Set<() => void>();
  const changed = new Set<() => void>();
  const asked: string[] = [];
  const told: (readonly OptionalCodec[])[] = [];
  let path = '';
  let isAway = false;
  const listenTo =
    (listeners: Set<() => void>) =>
    (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    };
  const settings: Pick<CodecLibrariesOptions['settings'], 'get' | 'onChange'> = {
    // The one setting that is read.
    get: (() => path) as CodecLibrariesOptions['settings']['get'],
    onChange: (_keys, listener) => listenTo(changed)(listener),
  };
  const service = new CodecLibraries({
    gateway: {
      onRunning: listenTo(running),
      findCodecs: (library) => {
        asked.push(library);
        return isAway ? Promise.reject(new AppError('media', 'It does not run.')) : Promise.resolve([found]);
      },
    },
    settings,
    hub: {
      publish: (_topic, snapshot) => {
        told.push((snapshot as { optional: readonly OptionalCodec[] }).optional);
        return told.length;
      },
    },
    log: silentLogger,
  });
  const tell = async (listeners: Set<() => void>): Promise<void> => {
    for (const listener of listeners) listener();
    await Promise.resolve();
    await Promise.resolve();
  };
  await service.start();
  expect(told).toEqual([[{ name: 'G729', available: false, library: '' }]]);
  await tell(running);
  expect(told.at(-1)).toEqual([found]);
  path = '/opt/bcg729.so';
  await tell(changed);
  isAway = true;
  await tell(running);
  expect(asked).toEqual(['', '/opt/bcg729.so', '/opt/bcg729.so']);
  expect(told).toHaveLength(3);
  await service.stop();
  expect([running.size, changed.size]).toEqual([0, 0]);
});
