import { EventEmitter } from 'node:events';
import { getCACertificates } from 'node:tls';
import { expect, test, vi } from 'vitest';

test('the system’s store is read in a thread of its own, once, and is the one that Node reads', async () => {
  vi.resetModules();
  const { loadSystemStore, systemCertificates } = await import('./system-store.ts');
  const first = loadSystemStore();
  expect(loadSystemStore()).toBe(first);
  await first;
  const loaded = systemCertificates();
  expect(loaded).toEqual(getCACertificates('system'));
  // What came over from a thread is no text of this one's own list.
  expect(loaded).not.toBe(getCACertificates('system'));
  expect(systemCertificates()).toBe(loaded);
});

test('who does not wait for the thread gets the same', async () => {
  vi.resetModules();
  const { loadSystemStore, systemCertificates } = await import('./system-store.ts');
  const loading = loadSystemStore();
  const atOnce = systemCertificates();
  expect(atOnce).toEqual(getCACertificates('system'));
  await loading;
  expect(systemCertificates()).toBe(atOnce);
});

test('where the system gives no thread, or the thread ends early, nobody waits for it and the store is read all the same', async () => {
  for (const start of [
    () => {
      throw new Error('no thread');
    },
    (worker: EventEmitter) => {
      setImmediate(() => worker.emit('exit', 1));
    },
  ]) {
    vi.resetModules();
    vi.doMock('node:worker_threads', () => ({
      Worker: class extends EventEmitter {
        constructor() {
          super();
          start(this);
        }
      },
    }));
    const { loadSystemStore, systemCertificates } = await import('./system-store.ts');
    await loadSystemStore();
    expect(systemCertificates()).toEqual(getCACertificates('system'));
  }
  vi.doUnmock('node:worker_threads');
});
