import { describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { ConnectFailure } from './connect-failure.ts';
import { Reconnector } from './reconnector.ts';
import type { ReconnectorOptions } from './reconnector-options.ts';
import type { ServerAddress } from './server-list.ts';

describe('several addresses of one server', () => {
  const first: ServerAddress = { host: 'a', port: 1, address: '192.0.2.1' };
  const second: ServerAddress = { host: 'a', port: 1, address: '192.0.2.2' };
  const b: ServerAddress = { host: 'b', port: 1 };

  /** A server that is reached at its second address. */
  function reachedAtSecond(options: Partial<ReconnectorOptions> = {}) {
    const clock = new TestClock(0);
    const probes: ServerAddress[] = [];
    const asked: (readonly (ServerAddress | undefined)[])[] = [];
    let lose: ((failure: ConnectFailure) => void) | undefined;
    const reconnector = new Reconnector({
      clock,
      random: () => 0.5,
      servers: () => Promise.resolve([first, second, b]),
      probe: (server) => {
        probes.push(server);
        return Promise.resolve();
      },
      onStatus: () => undefined,
      fallBack: 'never',
      connect: (server, { others = [], lost }) => {
        asked.push([server, ...others]);
        lose = lost;
        return Promise.resolve({ server: server.host === 'a' ? second : server, close: () => Promise.resolve() });
      },
      ...options,
    });
    return { clock, probes, reconnector, asked, lose: (failure: ConnectFailure) => lose?.(failure) };
  }
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('are handed over together, and the one that was reached serves', async () => {
    const { reconnector, asked } = reachedAtSecond();
    reconnector.start();
    await settle();
    expect(asked).toEqual([[first, second]]);
    expect(reconnector.server).toEqual(second);
    await reconnector.stop();
  });

  test('are no better servers: nothing moves to the first one', async () => {
    const { clock, probes, reconnector } = reachedAtSecond({ fallBack: 'probe' });
    reconnector.start();
    await settle();
    clock.advance(200_000);
    await settle();
    expect(probes).toEqual([]);
    await reconnector.stop();
  });

  test('that all failed pause together: the next server is tried', async () => {
    const failure = new ConnectFailure('later', 'down', { servers: [first, second] });
    const { reconnector, asked } = reachedAtSecond({
      connect: (server, { others = [] }) => {
        asked.push([server, ...others]);
        return server.host === 'a' ? Promise.reject(failure) : Promise.resolve({ close: () => Promise.resolve() });
      },
    });
    reconnector.start();
    await settle();
    expect(asked).toEqual([[first, second], [b]]);
    expect(reconnector.server).toEqual(b);
    await reconnector.stop();
  });

  test('the one that was lost pauses, and runs beside the first one all the same', async () => {
    const { reconnector, asked, lose } = reachedAtSecond();
    reconnector.start();
    await settle();
    lose(new ConnectFailure('later', 'down'));
    await settle();
    expect(asked.at(-1)).toEqual([first, second]);
    await reconnector.stop();
  });
});
