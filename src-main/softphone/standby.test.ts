import { beforeEach, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { headerValue, parseSipMessage } from './sip-message.ts';
import { Standby } from './standby.ts';
import type { Wire, WireListener } from './wire.ts';

const servers = ['one', 'two', 'three'].map((host) => ({ host, port: 5060 }));
const [one = servers[0], two = servers[1]] = servers;
if (one === undefined || two === undefined) throw new Error('unreachable');

let clock: TestClock;
let opened: string[];
let closed: string[];
let sent: string[];
let isUp: boolean;
let listener: WireListener | undefined;
let standby: Standby;

beforeEach(() => {
  clock = new TestClock();
  opened = [];
  closed = [];
  sent = [];
  isUp = true;
  standby = new Standby({
    aor: 'sip:alice@example.com',
    contactUser: () => 'contact',
    instanceId: '0d6f3f3c-9a4e-4f0c-8a3b-2f5a1c9f7e11',
    product: 'Parley/test',
    clock,
    log: silentLogger,
    makeWire: ({ host }): Wire => ({
      protocol: 'TCP',
      unreliable: false,
      addressed: true,
      open: (heard) => {
        opened.push(host);
        listener = heard;
        return isUp ? Promise.resolve({ address: '192.0.2.7', port: 5070 }) : Promise.reject(new Error('refused'));
      },
      send: (text) => {
        sent.push(text);
        return Promise.resolve();
      },
      close: () => {
        closed.push(host);
        return Promise.resolve();
      },
    }),
  });
});

test('the next node gets a REGISTER that registers nothing, every 115 seconds', async () => {
  standby.keep(servers, one);
  await clock.run();
  expect(opened).toEqual(['two']);
  const request = parseSipMessage(sent[0] ?? '');
  expect(request?.startLine).toBe('REGISTER sip:example.com SIP/2.0');
  expect(request && headerValue(request, 'expires')).toBe('0');
  expect(request && headerValue(request, 'contact')).toMatch(/^<sip:contact@192\.0\.2\.7:5070;.*;cisco-keep-alive$/);
  await clock.run(115_000 * 2);
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map((text) => /CSeq: (\d+)/.exec(text)?.[1])).size).toBe(3);
});

test('it is alive when it answers, whatever it says', async () => {
  standby.keep(servers, one);
  await clock.run();
  expect(standby.isAlive).toBe(false);
  listener?.message('SIP/2.0 401 Unauthorized\r\nCSeq: 1 REGISTER\r\n\r\n');
  expect(standby.isAlive).toBe(true);
  listener?.closed(new Error('reset'));
  expect(standby.isAlive).toBe(false);
});

test('a node that is down is tried again', async () => {
  isUp = false;
  standby.keep(servers, one);
  await clock.run();
  isUp = true;
  await clock.run(115_000);
  expect(opened).toEqual(['two', 'two']);
  expect(sent).toHaveLength(1);
});

test('after a failover the first node is the one that is kept ready', async () => {
  standby.keep(servers, one);
  await clock.run();
  standby.keep(servers, two);
  await clock.run();
  expect(opened).toEqual(['two', 'one']);
  expect(closed).toEqual(['two']);
});

test('without a second node there is nothing to keep, and nothing waits after stop', async () => {
  standby.keep([one], one);
  await clock.run();
  expect(opened).toEqual([]);
  standby.keep(servers, one);
  await clock.run();
  standby.stop();
  await clock.run();
  expect(clock.pending).toBe(0);
});
