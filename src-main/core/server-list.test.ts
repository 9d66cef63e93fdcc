import { describe, expect, test } from 'vitest';
import { ServerList, backoffMs, formatServer, orderBySrv } from './server-list.ts';
import type { ServerAddress, SrvRecord } from './server-list.ts';

const a: ServerAddress = { host: 'a.test', port: 1 };
const b: ServerAddress = { host: 'b.test', port: 1 };
const backoff = { firstMs: 1_000, capMs: 8_000 };
/** The middle of every draw: pauses are three quarters of the whole. */
const middle = (): number => 0.5;

function srv(priority: number, weight: number, name: string): SrvRecord {
  return { priority, weight, name, port: 5222 };
}

function hosts(records: readonly SrvRecord[], random: () => number): string[] {
  return orderBySrv(records, random).map((server) => server.host);
}

/** Park and Miller's generator: the same draws in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('the order of SRV targets', () => {
  test('lower priority numbers come first whatever their weight', () => {
    const records = [srv(20, 1000, 'backup'), srv(10, 0, 'first'), srv(30, 5, 'last')];
    for (const draw of [0, 0.5, 0.999]) expect(hosts(records, () => draw)).toEqual(['first', 'backup', 'last']);
  });

  test('within a priority the running sum of weights decides', () => {
    const records = [srv(10, 60, 'heavy'), srv(10, 30, 'middle'), srv(10, 10, 'light')];
    expect(hosts(records, () => 0)).toEqual(['heavy', 'middle', 'light']);
    // floor(0.7 * 101) = 70 falls into `middle` (61 to 90); of the 71 left, 49 falls into `heavy`.
    expect(hosts(records, () => 0.7)).toEqual(['middle', 'heavy', 'light']);
    expect(hosts(records, () => 0.999)).toEqual(['light', 'middle', 'heavy']);
  });

  test('over many draws each target comes first as often as its weight says', () => {
    const records = [srv(1, 60, 'heavy'), srv(1, 30, 'middle'), srv(1, 10, 'light')];
    const random = seeded(42);
    const first = new Map<string, number>();
    for (let run = 0; run < 10_000; run += 1) {
      const host = hosts(records, random)[0] ?? '';
      first.set(host, (first.get(host) ?? 0) + 1);
    }
    expect((first.get('heavy') ?? 0) / 10_000).toBeCloseTo(0.6, 1);
    expect((first.get('middle') ?? 0) / 10_000).toBeCloseTo(0.3, 1);
    expect((first.get('light') ?? 0) / 10_000).toBeCloseTo(0.1, 1);
  });

  test('weight 0 keeps a small chance: only the draw of zero takes it first', () => {
    const records = [srv(1, 10, 'weighted'), srv(1, 0, 'zero')];
    expect(hosts(records, () => 0)).toEqual(['zero', 'weighted']);
    expect(hosts(records, () => 0.5)).toEqual(['weighted', 'zero']);
  });

  test('targets all of weight 0 are all kept', () => {
    expect(hosts([srv(1, 0, 'x'), srv(1, 0, 'y')], () => 0.9).sort()).toEqual(['x', 'y']);
  });

  test('a target of "." means not offered; a final dot is no part of the name', () => {
    expect(hosts([srv(0, 0, '.')], middle)).toEqual([]);
    expect(hosts([srv(0, 0, 'x.test.')], middle)).toEqual(['x.test']);
  });

  test('no target is lost or doubled by any draw', () => {
    const random = seeded(7);
    const records = Array.from({ length: 12 }, (_, index) => srv(index % 3, (index * 7) % 5, `h${index}`));
    for (let run = 0; run < 500; run += 1) {
      expect(new Set(hosts(records, random)).size).toBe(12);
    }
  });
});

describe('the pause after a failure', () => {
  test('doubles up to the cap', () => {
    const longest = [1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, backoff, () => 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
  });

  test('is drawn from the upper half, so never above the cap and never near nothing', () => {
    const random = seeded(3);
    for (let failures = 1; failures < 40; failures += 1) {
      const wholeMs = Math.min(8_000, 1_000 * 2 ** (failures - 1));
      const pauseMs = backoffMs(failures, backoff, random);
      expect(pauseMs).toBeGreaterThanOrEqual(wholeMs / 2);
      expect(pauseMs).toBeLessThanOrEqual(wholeMs);
    }
  });
});

describe('what to try next', () => {
  test('the first server in order, again and again while it is well', () => {
    const list = new ServerList([a, b], middle, backoff);
    expect(list.next(0)).toEqual({ kind: 'server', server: a });
    list.succeeded(a);
    expect(list.next(1)).toEqual({ kind: 'server', server: a });
  });

  test('`later` goes to the next server at once, then waits for the first that may be tried', () => {
    const list = new ServerList([a, b], middle, backoff);
    list.failed(a, 'later', 0);
    expect(list.next(0)).toEqual({ kind: 'server', server: b });
    list.failed(b, 'later', 100);
    expect(list.next(100)).toEqual({ kind: 'wait', untilMs: 750 });
    expect(list.next(750)).toEqual({ kind: 'server', server: a });
  });

  test('each server has a pause of its own', () => {
    const list = new ServerList([a, b], middle, backoff);
    list.failed(a, 'later', 0);
    list.failed(a, 'later', 0);
    list.failed(b, 'later', 0);
    // a: 1500, b: 750
    expect(list.next(0)).toEqual({ kind: 'wait', untilMs: 750 });
    expect(list.next(800)).toEqual({ kind: 'server', server: b });
    expect(list.next(1_500)).toEqual({ kind: 'server', server: a });
  });

  test('a success forgets the failures: the next pause is the first one again', () => {
    const list = new ServerList([a], middle, backoff);
    list.failed(a, 'later', 0);
    list.failed(a, 'later', 0);
    list.succeeded(a);
    list.failed(a, 'later', 0);
    expect(list.next(0)).toEqual({ kind: 'wait', untilMs: 750 });
  });

  test('`now` may be tried at once, but a second time in a row it waits', () => {
    const list = new ServerList([a], middle, backoff);
    list.failed(a, 'now', 0);
    expect(list.next(0)).toEqual({ kind: 'server', server: a });
    list.failed(a, 'now', 0);
    expect(list.next(0)).toEqual({ kind: 'wait', untilMs: 750 });
    list.succeeded(a);
    list.failed(a, 'now', 0);
    expect(list.next(0)).toEqual({ kind: 'server', server: a });
  });

  test('`never` leaves that server out; when no other is left there is nothing to try', () => {
    const list = new ServerList([a, b], middle, backoff);
    list.failed(a, 'never', 0);
    expect(list.next(0)).toEqual({ kind: 'server', server: b });
    list.failed(b, 'never', 0);
    expect(list.next(1e12)).toEqual({ kind: 'none' });
  });

  test('`never` holds for the credential that got it, and holds again when that one comes back', () => {
    const list = new ServerList([a], middle, backoff);
    list.useCredential('first');
    list.failed(a, 'never', 0);
    list.useCredential('second');
    expect(list.next(0)).toEqual({ kind: 'server', server: a });
    list.useCredential('first');
    expect(list.next(0)).toEqual({ kind: 'none' });
  });

  test('a refused credential is tried on no server', () => {
    const list = new ServerList([a, b], middle, backoff);
    list.useCredential('typo');
    list.refuseCredential();
    expect(list.next(0)).toEqual({ kind: 'none' });
    expect(list.mayTry(b, 0)).toBe(false);
    list.useCredential('right');
    expect(list.next(0)).toEqual({ kind: 'server', server: a });
  });

  test('after a change of network pauses are forgotten and `never` is not', () => {
    const list = new ServerList([a, b], middle, backoff);
    list.failed(a, 'never', 0);
    list.failed(b, 'later', 0);
    list.forgetPauses();
    expect(list.next(0)).toEqual({ kind: 'server', server: b });
  });

  test('when a person asks, everything is forgotten', () => {
    const list = new ServerList([a], middle, backoff);
    list.failed(a, 'never', 0);
    list.refuseCredential();
    list.forgetAll();
    expect(list.next(0)).toEqual({ kind: 'server', server: a });
  });

  test('a new order keeps what is known of the servers that stay', () => {
    const list = new ServerList([a, b], middle, backoff);
    list.failed(a, 'later', 0);
    list.replace([
      { host: 'A.TEST', port: 1 },
      { host: 'c.test', port: 1 },
    ]);
    expect(list.next(0)).toEqual({ kind: 'server', server: { host: 'c.test', port: 1 } });
    list.replace([b]);
    list.replace([a]);
    expect(list.next(0)).toEqual({ kind: 'server', server: a });
  });

  test('a computer clock that is set back does not lengthen a pause beyond the longest', () => {
    const list = new ServerList([a], middle, backoff);
    list.failed(a, 'later', 1_000_000_000);
    expect(list.next(0)).toEqual({ kind: 'server', server: a });
  });

  test('an empty list has nothing to try', () => {
    expect(new ServerList([], middle).next(0)).toEqual({ kind: 'none' });
  });
});

test('addresses are written as people write them', () => {
  expect(formatServer({ host: 'pbx.test', port: 5060 })).toBe('pbx.test:5060');
  expect(formatServer({ host: '::1', port: 5060 })).toBe('[::1]:5060');
});
