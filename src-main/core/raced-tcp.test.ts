import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { familiesInTurn, headStartMs, openRacedTcp, racedLookup } from './raced-tcp.ts';
import { SilentListener } from './silent-listener.test-support.ts';

const here = '127.0.0.1';
let clock: TestClock;
let server: Server;
let port: number;
let accepted: Socket[];
const undo: (() => void)[] = [];

beforeEach(async () => {
  clock = new TestClock();
  accepted = [];
  server = createServer((socket) => accepted.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, here, resolve));
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  for (const step of undo.splice(0)) step();
  for (const socket of accepted) socket.destroy();
  server.close();
});

function open(addresses: readonly string[], signal?: AbortSignal): Promise<Socket> {
  const tools = { clock, addresses: () => Promise.resolve(addresses), ...(signal === undefined ? {} : { signal }) };
  const socket = openRacedTcp({ host: 'two.example', port, ...tools });
  void socket.then(
    (won) => undo.push(() => won.destroy()),
    () => undefined,
  );
  return socket;
}

/** Nothing answers there, on the port of our server. */
async function silent(address: string): Promise<SilentListener> {
  const listener = await SilentListener.open(address, port);
  undo.push(() => {
    listener.close();
  });
  return listener;
}

async function started(timers: number): Promise<void> {
  await vi.waitFor(() => {
    expect(clock.pending).toBe(timers);
  });
}

// The system of the test must have more than one loopback address, and drop what a full queue cannot take.
describe.runIf(process.platform === 'linux')('several addresses', () => {
  test('a dead first one costs its head start and no more', async () => {
    await silent('127.0.0.9');
    const opening = open(['127.0.0.9', here]);
    await started(1);
    clock.advance(headStartMs - 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(accepted).toEqual([]);
    clock.advance(1);
    expect((await opening).remoteAddress).toBe(here);
    expect(clock.pending).toBe(0);
  });

  test('one that refuses costs nothing', async () => {
    expect((await open(['127.0.0.8', here])).remoteAddress).toBe(here);
    expect(clock.pending).toBe(0);
  });

  test('one that answers late is still taken where the others lead nowhere', async () => {
    const slow = await silent('127.0.0.9');
    await silent('127.0.0.10');
    const opening = open(['127.0.0.9', '127.0.0.10']);
    await started(1);
    clock.advance(60_000);
    slow.wake();
    expect((await opening).remoteAddress).toBe('127.0.0.9');
  });

  test('when all refuse, the first refusal is told', async () => {
    server.close();
    await expect(open(['127.0.0.8', here])).rejects.toThrow(`connect ECONNREFUSED 127.0.0.8:${port}`);
    expect(clock.pending).toBe(0);
  });

  test('given up, nothing is tried any more', async () => {
    await silent('127.0.0.9');
    const abort = new AbortController();
    const opening = open(['127.0.0.9', here], abort.signal);
    await started(1);
    abort.abort();
    await expect(opening).rejects.toThrow('given up');
    expect(clock.pending).toBe(0);
    clock.advance(headStartMs);
    expect(accepted).toEqual([]);
  });

  test('who connects by himself is told the one that won', async () => {
    await silent('127.0.0.9');
    const lookup = racedLookup(port, { clock, addresses: () => Promise.resolve(['127.0.0.9', here]) });
    const told = new Promise((resolve) => {
      lookup('two.example', { all: true }, (error, addresses) => {
        resolve(error ?? addresses);
      });
    });
    await started(1);
    clock.advance(headStartMs);
    expect(await told).toEqual([{ address: here, family: 4 }]);
  });
});

test('one address is told without a connection', async () => {
  const lookup = racedLookup(port, { clock, addresses: () => Promise.resolve([here]) });
  const told = new Promise((resolve) => {
    lookup('one.example', {}, (_error, address, family) => {
      resolve([address, family]);
    });
  });
  expect(await told).toEqual([here, 4]);
  expect(accepted).toEqual([]);
});

test('no address, or none that is known, is told as an error', async () => {
  await expect(open([])).rejects.toThrow('two.example has no address');
  const lookup = racedLookup(port, { addresses: () => Promise.reject(new Error('ENOTFOUND')) });
  const told = new Promise((resolve) => {
    lookup('none.example', {}, (error) => {
      resolve(error?.message);
    });
  });
  expect(await told).toBe('ENOTFOUND');
});

test('an address needs no name service', async () => {
  const addresses = (): Promise<readonly string[]> => Promise.reject(new Error('asked'));
  const socket = await openRacedTcp({ host: here, port, clock, addresses });
  expect(socket.remotePort).toBe(port);
  socket.destroy();
});

test('families take turns, the first one first', () => {
  expect(familiesInTurn(['::1', '::2', '127.0.0.1'])).toEqual(['::1', '127.0.0.1', '::2']);
  expect(familiesInTurn(['127.0.0.1', '127.0.0.2', '::1'])).toEqual(['127.0.0.1', '::1', '127.0.0.2']);
});
