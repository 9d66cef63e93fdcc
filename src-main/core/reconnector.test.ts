import { describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { Attempt, Connection } from './dial.ts';
import { Reconnector } from './reconnector.ts';
import type { ReconnectorOptions, ReconnectorStatus } from './reconnector-options.ts';
import { formatServer } from './server-list.ts';
import type { ServerAddress } from './server-list.ts';

const a: ServerAddress = { host: 'a', port: 1 };
const b: ServerAddress = { host: 'b', port: 1 };
const c: ServerAddress = { host: 'c', port: 1 };

const later = new ConnectFailure('later', 'down');
const wrongPassword = new ConnectFailure('never', 'wrong password', { credentialRefused: true });

type Answer = 'accept' | 'hang' | ConnectFailure | Error;

/** The far end: servers by host, what each does with the next attempts, and what reached it. */
class FakeNetwork {
  readonly clock = new TestClock(0);
  readonly attempts: string[] = [];
  readonly closed: string[] = [];
  readonly open = new Map<string, Attempt>();
  readonly hung: (() => void)[] = [];
  readonly aborted: string[] = [];
  readonly answers = new Map<string, Answer>();
  readonly probes: string[] = [];
  readonly statuses: ReconnectorStatus[] = [];
  servers: readonly ServerAddress[] | Error = [a, b];
  resolves = 0;
  checkAnswer: 'alive' | 'dead' | 'silent' = 'alive';
  checks = 0;

  make(options: Partial<ReconnectorOptions> = {}): Reconnector {
    return new Reconnector({
      clock: this.clock,
      random: () => 0.5,
      servers: () => {
        this.resolves += 1;
        return this.servers instanceof Error ? Promise.reject(this.servers) : Promise.resolve(this.servers);
      },
      connect: (server, attempt) => this.#connect(server, attempt),
      probe: (server) => {
        this.probes.push(server.host);
        return this.answers.get(server.host) === undefined ? Promise.resolve() : Promise.reject(new Error('dead'));
      },
      onStatus: (status) => this.statuses.push(status),
      fallBack: 'never',
      ...options,
    });
  }

  lose(server: ServerAddress, failure: ConnectFailure): void {
    this.open.get(server.host)?.lost(failure);
  }

  get states(): string[] {
    return this.statuses.map((status) =>
      status.state === 'up' || (status.state === 'connecting' && status.server !== undefined)
        ? `${status.state} ${formatServer(status.server ?? a)}`
        : status.state,
    );
  }

  get last(): ReconnectorStatus | undefined {
    return this.statuses.at(-1);
  }

  async #connect(server: ServerAddress, attempt: Attempt): Promise<Connection> {
    this.attempts.push(`${server.host}@${this.clock.now()}`);
    attempt.signal.addEventListener('abort', () => this.aborted.push(server.host));
    const answer = this.answers.get(server.host) ?? 'accept';
    if (answer instanceof Error) throw answer;
    if (answer === 'hang') {
      await new Promise<void>((resolve) => {
        this.hung.push(resolve);
      });
    }
    this.open.set(server.host, attempt);
    return {
      close: () => {
        if (this.open.get(server.host) === attempt) this.open.delete(server.host);
        this.closed.push(server.host);
        return Promise.resolve();
      },
      check: () => {
        this.checks += 1;
        if (this.checkAnswer === 'silent') return new Promise(() => undefined);
        return this.checkAnswer === 'alive' ? Promise.resolve() : Promise.reject(new Error('no pong'));
      },
    };
  }
}

describe('connecting', () => {
  test('takes the first server in order', async () => {
    const net = new FakeNetwork();
    const reconnector = net.make();
    reconnector.start();
    await net.clock.run();
    expect(net.states).toEqual(['connecting', 'connecting a:1', 'up a:1']);
    expect(reconnector.server).toEqual(a);
  });

  test('goes to the next server at once when one fails', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', later);
    net.make().start();
    await net.clock.run();
    expect(net.attempts).toEqual(['a@0', 'b@0']);
    expect(net.last).toEqual({ state: 'up', server: b });
  });

  test('gives a silent server up at the deadline, aborts the attempt, and closes what comes late', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', 'hang');
    net.make().start();
    await net.clock.run(9_999);
    expect(net.attempts).toEqual(['a@0']);
    await net.clock.run(1);
    expect(net.attempts).toEqual(['a@0', 'b@10000']);
    expect(net.aborted).toEqual(['a']);
    net.hung[0]?.();
    await net.clock.run();
    expect(net.closed).toEqual(['a']);
    expect(net.last).toEqual({ state: 'up', server: b });
  });

  test('with all servers down it waits with growing, jittered, capped pauses', async () => {
    const net = new FakeNetwork();
    net.servers = [a];
    net.answers.set('a', later);
    net.make({ backoff: { firstMs: 1_000, capMs: 4_000 } }).start();
    await net.clock.run(20_000);
    // Three quarters of 1000, 2000, 4000, 4000...
    expect(net.attempts).toEqual(['a@0', 'a@750', 'a@2250', 'a@5250', 'a@8250', 'a@11250', 'a@14250', 'a@17250']);
    expect(net.last).toMatchObject({ state: 'waiting', retryAtMs: 20_250, failure: { message: 'down' } });
  });

  test('jitter spreads clients that lost the same server', async () => {
    const retryAt = async (draw: number): Promise<number> => {
      const net = new FakeNetwork();
      net.servers = [a];
      net.answers.set('a', later);
      net.make({ random: () => draw }).start();
      await net.clock.run();
      return net.last?.state === 'waiting' ? net.last.retryAtMs : -1;
    };
    expect(await retryAt(0)).toBe(500);
    expect(await retryAt(0.999)).toBeCloseTo(999.5);
  });

  test('an unexpected error of an attempt counts as later', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', new Error('ECONNREFUSED'));
    net.make().start();
    await net.clock.run();
    expect(net.last).toEqual({ state: 'up', server: b });
  });

  test('asks for the servers again before each round, and keeps the old ones when nobody answers', async () => {
    const net = new FakeNetwork();
    net.servers = [a];
    net.answers.set('a', later);
    net.make().start();
    await net.clock.run();
    net.servers = new Error('no name service');
    await net.clock.run(750);
    expect(net.attempts).toEqual(['a@0', 'a@750']);
    net.servers = [c];
    await net.clock.run(2_000);
    expect(net.attempts.at(-1)).toBe('c@2250');
    expect(net.resolves).toBe(3);
  });

  test('with no server known it waits and asks again', async () => {
    const net = new FakeNetwork();
    net.servers = [];
    net.make().start();
    await net.clock.run();
    expect(net.last).toMatchObject({ state: 'waiting', retryAtMs: 750 });
    net.servers = [b];
    await net.clock.run(750);
    expect(net.last).toEqual({ state: 'up', server: b });
  });
});

describe('advice', () => {
  test('a refused password is tried on no other server and never again', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', wrongPassword);
    const reconnector = net.make();
    reconnector.start();
    await net.clock.run(3_600_000);
    reconnector.kick();
    await net.clock.run(3_600_000);
    expect(net.attempts).toEqual(['a@0']);
    expect(net.last).toMatchObject({ state: 'failed', failure: { message: 'wrong password' } });
    expect(net.clock.pending).toBe(0);
  });

  test('a new credential starts again', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', wrongPassword);
    const reconnector = net.make();
    reconnector.useCredential('1');
    reconnector.start();
    await net.clock.run();
    net.answers.delete('a');
    reconnector.useCredential('2');
    await net.clock.run();
    expect(net.last).toEqual({ state: 'up', server: a });
  });

  test('a certificate that is not believed leaves out that server only', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', new ConnectFailure('never', 'certificate expired'));
    net.answers.set('b', later);
    net.make().start();
    await net.clock.run(10_000);
    expect(net.attempts.filter((attempt) => attempt.startsWith('a'))).toEqual(['a@0']);
    expect(net.attempts.filter((attempt) => attempt.startsWith('b')).length).toBeGreaterThan(3);
  });

  test('when a person asks, what was refused gets one more attempt', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', wrongPassword);
    const reconnector = net.make();
    reconnector.start();
    await net.clock.run();
    reconnector.retry();
    await net.clock.run(60_000);
    expect(net.attempts).toEqual(['a@0', 'a@0']);
    expect(net.last?.state).toBe('failed');
  });

  test('`now` on a stable connection returns to the same server at once', async () => {
    const net = new FakeNetwork();
    net.make().start();
    await net.clock.run(20_000);
    net.lose(a, new ConnectFailure('now', 'restarting'));
    await net.clock.run();
    expect(net.attempts).toEqual(['a@0', 'a@20000']);
  });

  test('`later` on a lost connection goes to the next server at once', async () => {
    const net = new FakeNetwork();
    net.make().start();
    await net.clock.run(20_000);
    net.lose(a, later);
    await net.clock.run();
    expect(net.attempts).toEqual(['a@0', 'b@20000']);
    expect(net.statuses.find((status) => status.state === 'connecting' && status.everUp)).toBeDefined();
  });

  test('a server that accepts and drops at once is not hammered', async () => {
    const net = new FakeNetwork();
    net.servers = [a];
    net.make().start();
    for (let ms = 0; ms < 60_000; ms += 10) {
      await net.clock.run(10);
      net.lose(a, later);
    }
    // Pauses of 0.75, 1.5, 3, 6, 12, 24 and 45 s: seven attempts a minute, not six thousand.
    expect(net.attempts.length).toBeLessThan(8);
  });

  test('a connection that held resets the pauses', async () => {
    const net = new FakeNetwork();
    net.servers = [a];
    net.answers.set('a', later);
    net.make().start();
    await net.clock.run(5_000);
    net.answers.delete('a');
    await net.clock.run(30_000);
    const before = net.attempts.length;
    const lostAtMs = net.clock.now();
    net.lose(a, later);
    await net.clock.run(1_000);
    expect(net.attempts.slice(before)).toEqual([`a@${lostAtMs + 750}`]);
  });

  test('an attempt that is lost before it resolves counts as failed, and once', async () => {
    const net = new FakeNetwork();
    const reconnector = net.make({
      connect: (server, attempt) => {
        net.attempts.push(server.host);
        if (server === b) return Promise.resolve({ close: () => Promise.resolve() });
        attempt.lost(later);
        attempt.lost(later);
        return Promise.reject(new Error('closed'));
      },
    });
    reconnector.start();
    await net.clock.run();
    expect(net.attempts).toEqual(['a', 'b']);
    expect(net.last).toEqual({ state: 'up', server: b });
  });
});

describe('falling back to the preferred server', () => {
  async function onSecondServer(options: Partial<ReconnectorOptions>): Promise<[FakeNetwork, Reconnector]> {
    const net = new FakeNetwork();
    net.answers.set('a', later);
    const reconnector = net.make(options);
    reconnector.start();
    await net.clock.run();
    expect(reconnector.server).toEqual(b);
    net.answers.delete('a');
    return [net, reconnector];
  }

  test('never: it stays', async () => {
    const [net, reconnector] = await onSecondServer({ fallBack: 'never' });
    await net.clock.run(3_600_000);
    expect(reconnector.server).toEqual(b);
    expect(net.clock.pending).toBe(0);
  });

  test('whenIdle: connects to the preferred one, then closes the other', async () => {
    const [net, reconnector] = await onSecondServer({ fallBack: 'whenIdle' });
    await net.clock.run(59_999);
    expect(reconnector.server).toEqual(b);
    await net.clock.run(1);
    expect(reconnector.server).toEqual(a);
    expect(net.closed).toEqual(['b']);
    expect(net.states.slice(-2)).toEqual(['up b:1', 'up a:1']);
  });

  test('whenIdle: while the preferred one stays down the other is not touched', async () => {
    const [net, reconnector] = await onSecondServer({ fallBack: 'whenIdle' });
    net.answers.set('a', later);
    await net.clock.run(600_000);
    expect(reconnector.server).toEqual(b);
    expect(net.closed).toEqual([]);
    expect(net.attempts.filter((attempt) => attempt.startsWith('b'))).toEqual(['b@0']);
    expect(net.attempts.filter((attempt) => attempt.startsWith('a')).length).toBeGreaterThan(4);
    net.answers.delete('a');
    await net.clock.run(120_000);
    expect(reconnector.server).toEqual(a);
  });

  test('probe: asks first, closes the other, then connects', async () => {
    const [net, reconnector] = await onSecondServer({ fallBack: 'probe' });
    net.answers.set('a', later);
    await net.clock.run(60_000);
    expect(net.probes).toEqual(['a']);
    expect(net.closed).toEqual([]);
    expect(net.attempts).toEqual(['a@0', 'b@0']);
    net.answers.delete('a');
    await net.clock.run(60_000);
    expect(net.probes).toEqual(['a', 'a']);
    expect(net.closed).toEqual(['b']);
    expect(net.attempts.at(-1)).toBe('a@120000');
    expect(reconnector.server).toEqual(a);
  });

  test('a call holds the move off; it happens when the call ends', async () => {
    const [net, reconnector] = await onSecondServer({ fallBack: 'whenIdle' });
    const release = reconnector.holdOff();
    const releaseSecond = reconnector.holdOff();
    await net.clock.run(600_000);
    expect(reconnector.server).toEqual(b);
    // Not even tried: a second registration could disturb the call.
    expect(net.attempts).toEqual(['a@0', 'b@0']);
    release();
    release();
    await net.clock.run(1_000);
    expect(reconnector.server).toEqual(b);
    releaseSecond();
    await net.clock.run();
    expect(reconnector.server).toEqual(a);
  });

  test('a call that begins while the move is under way keeps its connection', async () => {
    const [net, reconnector] = await onSecondServer({ fallBack: 'whenIdle' });
    net.answers.set('a', 'hang');
    await net.clock.run(60_000);
    const release = reconnector.holdOff();
    net.hung[0]?.();
    await net.clock.run();
    expect(reconnector.server).toEqual(b);
    expect(net.closed).toEqual(['a']);
    net.answers.delete('a');
    release();
    await net.clock.run();
    expect(reconnector.server).toEqual(a);
  });

  test('a lost connection is repaired during a call all the same', async () => {
    const [net, reconnector] = await onSecondServer({ fallBack: 'whenIdle' });
    reconnector.holdOff();
    net.lose(b, later);
    // The preferred one still pauses (0.75 s), and so does the lost one.
    await net.clock.run(1_000);
    expect(reconnector.server).toEqual(a);
  });

  test('the connection is lost while the better one is dialled: the ordinary order applies', async () => {
    const [net, reconnector] = await onSecondServer({ fallBack: 'whenIdle' });
    net.answers.set('a', 'hang');
    await net.clock.run(60_000);
    net.answers.delete('a');
    net.lose(b, later);
    await net.clock.run();
    expect(reconnector.server).toEqual(a);
    net.hung[0]?.();
    await net.clock.run();
    // The connection that came late is closed, not the one in use.
    expect(net.closed).toEqual(['b', 'a']);
    expect(reconnector.server).toEqual(a);
  });

  test('on the preferred server nothing is armed', async () => {
    const net = new FakeNetwork();
    net.make({ fallBack: 'whenIdle' }).start();
    await net.clock.run();
    expect(net.clock.pending).toBe(0);
  });
});

describe('wake and change of network', () => {
  test('a pause ends at once', async () => {
    const net = new FakeNetwork();
    net.servers = [a];
    net.answers.set('a', later);
    const reconnector = net.make();
    reconnector.start();
    await net.clock.run(30_000);
    net.answers.delete('a');
    const atMs = net.clock.now();
    reconnector.kick();
    await net.clock.run();
    expect(net.attempts.at(-1)).toBe(`a@${atMs}`);
    expect(net.last).toEqual({ state: 'up', server: a });
  });

  test('a connection that shows life stays', async () => {
    const net = new FakeNetwork();
    const reconnector = net.make();
    reconnector.start();
    await net.clock.run();
    reconnector.kick();
    await net.clock.run(10_000);
    expect(net.checks).toBe(1);
    expect(net.attempts).toEqual(['a@0']);
  });

  test.each(['dead', 'silent'] as const)('a connection that is %s is made anew at once', async (answer) => {
    const net = new FakeNetwork();
    const reconnector = net.make();
    reconnector.start();
    await net.clock.run(1_000);
    net.checkAnswer = answer;
    reconnector.kick();
    reconnector.kick();
    await net.clock.run(3_000);
    expect(net.checks).toBe(1);
    expect(net.closed).toEqual(['a']);
    expect(net.attempts).toEqual(['a@0', answer === 'dead' ? 'a@1000' : 'a@4000']);
    expect(net.last).toEqual({ state: 'up', server: a });
  });

  test('an old attempt is begun anew, a fresh one is left alone', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', 'hang');
    const reconnector = net.make();
    reconnector.start();
    await net.clock.run(500);
    reconnector.kick();
    await net.clock.run(4_500);
    expect(net.attempts).toEqual(['a@0']);
    reconnector.kick();
    await net.clock.run();
    expect(net.attempts).toEqual(['a@0', 'a@5000']);
    expect(net.aborted).toEqual(['a']);
  });
});

describe('stopping', () => {
  test.each([
    ['while finding servers', (net: FakeNetwork) => (net.servers = new Error('slow'))],
    ['while connecting', (net: FakeNetwork) => net.answers.set('a', 'hang')],
    ['while waiting', (net: FakeNetwork) => net.answers.set('a', later).set('b', later)],
    ['while up', (net: FakeNetwork) => net.answers.set('a', later)],
    ['while failed', (net: FakeNetwork) => net.answers.set('a', wrongPassword)],
  ])('%s leaves no timer, no connection and no attempt', async (_, arrange) => {
    const net = new FakeNetwork();
    arrange(net);
    const reconnector = net.make({ fallBack: 'whenIdle' });
    reconnector.start();
    await net.clock.run();
    await reconnector.stop();
    await reconnector.stop();
    for (const resolve of net.hung) resolve();
    await net.clock.run();
    const attempts = net.attempts.length;
    expect(net.clock.pending).toBe(0);
    expect(net.open.size).toBe(0);
    reconnector.kick();
    reconnector.retry();
    await net.clock.run(3_600_000);
    expect(net.attempts.length).toBe(attempts);
    expect(net.last).toEqual({ state: 'stopped' });
  });

  test('while the name service is silent leaves no timer', async () => {
    const net = new FakeNetwork();
    const reconnector = net.make({ servers: () => new Promise(() => undefined) });
    reconnector.start();
    await net.clock.run();
    await reconnector.stop();
    await net.clock.run();
    expect(net.clock.pending).toBe(0);
  });

  test('a connection that does not close does not hold it up', async () => {
    const net = new FakeNetwork();
    const reconnector = net.make({
      connect: () => Promise.resolve({ close: () => new Promise<void>(() => undefined) }),
    });
    reconnector.start();
    await net.clock.run();
    let stopped = false;
    void reconnector.stop().then(() => (stopped = true));
    await net.clock.run(1_999);
    expect(stopped).toBe(false);
    await net.clock.run(1);
    expect(stopped).toBe(true);
  });

  test('it can be started again', async () => {
    const net = new FakeNetwork();
    net.answers.set('a', wrongPassword);
    const reconnector = net.make();
    reconnector.start();
    await net.clock.run();
    await reconnector.stop();
    net.answers.delete('a');
    reconnector.start();
    await net.clock.run();
    expect(net.last).toEqual({ state: 'up', server: a });
  });
});
