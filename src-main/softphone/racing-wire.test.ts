import { expect, test, vi } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { ConnectFailure } from '../core/connect-failure.ts';
import type { ServerAddress } from '../core/server-list.ts';
import { RacingWire } from './racing-wire.ts';
import type { Runner } from './racing-wire.ts';
import { signallingLimits } from './signalling-limits.ts';
import type { WireListener } from './wire.ts';

const listener: WireListener = {
  message: () => undefined,
  pong: () => undefined,
  dropped: () => undefined,
  closed: () => undefined,
};

/** An address whose opening ends when the test says so. */
class FakeAddress {
  readonly server: ServerAddress;
  readonly opening = Promise.withResolvers<{ address: string; port: number }>();
  state: 'waiting' | 'opening' | 'closed' = 'waiting';
  listener = listener;

  constructor(address: string) {
    this.server = { host: 'pbx.test', port: 5061, address };
  }

  get runner(): Runner {
    return {
      server: this.server,
      wire: {
        protocol: 'TLS',
        unreliable: false,
        addressed: true,
        open: (told) => {
          this.state = 'opening';
          this.listener = told;
          return this.opening.promise;
        },
        send: () => Promise.resolve(),
        close: () => {
          this.state = 'closed';
          return Promise.resolve();
        },
      },
    };
  }

  opens(): void {
    this.opening.resolve({ address: '192.0.2.7', port: 1 });
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function race(count: number) {
  const clock = new TestClock(0);
  const runners = Array.from({ length: count }, (_, index) => new FakeAddress(`192.0.2.${index + 1}`));
  const wire = new RacingWire(
    runners.map(({ runner }) => runner),
    clock,
  );
  return { clock, runners, wire, states: () => runners.map(({ state }) => state) };
}

test('each address has a head start over the next; the first that opens wins, the others are closed', async () => {
  const { clock, runners, wire, states } = race(3);
  const opened = wire.open(listener);
  await settle();
  clock.advance(signallingLimits.headStartMs - 1);
  expect(states()).toEqual(['opening', 'waiting', 'waiting']);
  clock.advance(1);
  await settle();
  expect(states()).toEqual(['opening', 'opening', 'waiting']);
  runners[1]?.opens();
  await opened;
  expect(wire.server).toEqual(runners[1]?.server);
  expect(states()).toEqual(['closed', 'opening', 'closed']);
  clock.advance(10_000);
  expect(runners[2]?.state).toBe('closed');
});

test('one that fails gives the next its turn at once', async () => {
  const { runners, wire, states } = race(2);
  const opened = wire.open(listener);
  await settle();
  runners[0]?.opening.reject(new Error('refused'));
  await settle();
  expect(states()).toEqual(['closed', 'opening']);
  runners[1]?.opens();
  await opened;
  expect(wire.server).toEqual(runners[1]?.server);
});

test('one that opens too late is closed, and is not heard', async () => {
  const { clock, runners, wire, states } = race(2);
  const told = vi.fn();
  const opened = wire.open({ ...listener, closed: told });
  await settle();
  clock.advance(signallingLimits.headStartMs);
  await settle();
  runners[1]?.opens();
  await opened;
  runners[0]?.opens();
  await settle();
  runners[0]?.listener.closed(new Error('gone'));
  expect(told).not.toHaveBeenCalled();
  expect(states()[0]).toBe('closed');
});

test('when all fail every address is named, and what a person can mend is said first', async () => {
  const { runners, wire } = race(2);
  const opened = wire.open(listener).catch((error: unknown) => error as ConnectFailure);
  await settle();
  runners[0]?.opening.reject(new Error('refused'));
  await settle();
  runners[1]?.opening.reject(Object.assign(new Error('expired'), { code: 'CERT_HAS_EXPIRED' }));
  expect(await opened).toMatchObject({
    advice: 'never',
    message: expect.stringContaining('certificate') as unknown,
    servers: runners.map(({ server }) => server),
  });
});

test('closing before anybody opened ends the race', async () => {
  const { clock, runners, wire, states } = race(2);
  const opened = wire.open(listener).catch((error: unknown) => error);
  await settle();
  await wire.close();
  runners[0]?.opening.reject(new Error('closed'));
  expect(await opened).toBeInstanceOf(Error);
  clock.advance(10_000);
  expect(states()).toEqual(['closed', 'closed']);
  expect(wire.server).toBeUndefined();
});

test('where opening proves nothing, the address that answers first wins', async () => {
  const { clock, runners } = race(2);
  const answer = Promise.withResolvers<undefined>();
  const wire = new RacingWire(
    runners.map(({ runner }, index) => ({
      ...runner,
      prove: () => (index === 0 ? new Promise<never>(() => undefined) : answer.promise),
    })),
    clock,
  );
  runners[1]?.opens();
  const opened = wire.open(listener);
  await settle();
  clock.advance(signallingLimits.headStartMs);
  answer.resolve(undefined);
  await opened;
  expect(wire.server).toEqual(runners[1]?.server);
  expect(runners[0]?.state).toBe('closed');
});
