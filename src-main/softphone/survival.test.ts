import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeviceCall } from '../calls/call-device.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePhone } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import { headerKey, headerValue, headerValues, isResponse, methodOf } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const servers = [
  { host: 'one.example.com', port: 5060 },
  { host: 'two.example.com', port: 5060 },
];
const empty: SipMessage = { startLine: '', headers: [], body: '' };

/** alice at the first of two servers, bob beside her, in a call whose dialog names the first server as its proxy. */
class Survivor {
  readonly server = new FakeSipServer();
  readonly alice = new FakePhone(this.server, 'alice', { servers });
  readonly bob = new FakePhone(this.server, 'bob');

  constructor() {
    this.server.rewrites = (_from, message) => withRecordRoute(message);
  }

  async establish(): Promise<DeviceCall> {
    for (const phone of [this.alice, this.bob]) {
      await phone.softphone.start();
      await phone.softphone.connect('secret');
    }
    await eventually(() => {
      expect([this.alice, this.bob].map((phone) => phone.softphone.line().state)).toEqual(['registered', 'registered']);
    });
    const call = this.alice.place('sip:bob@example.com');
    await eventually(() => {
      expect(this.bob.incoming).toHaveLength(1);
    });
    await this.bob.incoming[0]?.call.answer();
    await eventually(() => {
      expect(this.alice.told).toContain('established');
    });
    return call;
  }

  /** The first server dies under alice; she is at the second one when this resolves. */
  async loseServer(): Promise<void> {
    this.server.disconnect('alice');
    await eventually(() => {
      expect(this.alice.health.at(-1)).toMatchObject({ state: 'ok', server: 'two.example.com:5060' });
    });
  }

  /** Requests of alice with this method, in order. */
  requests(method: string): readonly SipMessage[] {
    return this.server.passages
      .filter(({ from, message }) => from === 'alice' && !isResponse(message) && methodOf(message) === method)
      .map(({ message }) => message);
  }
}

/** As a proxy would, on the way of an INVITE that begins a dialog; the far end copies it into its answers. */
function withRecordRoute(message: SipMessage): SipMessage {
  const isFirst = !(headerValue(message, 'to') ?? '').includes('tag=');
  if (isResponse(message) || methodOf(message) !== 'INVITE' || !isFirst) return message;
  const route = { name: 'Record-Route', value: '<sip:one.example.com;transport=tcp;lr>' };
  return { ...message, headers: [route, ...message.headers] };
}

describe('a call whose server dies', () => {
  test('is refreshed over the next server, with the new contact and the way led around the dead one', async () => {
    const line = new Survivor();
    await line.establish();
    await line.loseServer();
    await eventually(() => {
      expect(line.requests('INVITE')).toHaveLength(2);
    });
    // Some note a new address in a re-INVITE only.
    const refresh = line.requests('INVITE').at(-1) ?? empty;
    expect(refresh.body).toContain('m=audio');
    expect(headerValues(refresh, 'route')).toEqual(['<sip:two.example.com:5060;transport=tcp;lr>']);
    const contactOf = (message: SipMessage): string => headerValue(message, 'contact')?.split(';')[0] ?? '';
    expect(contactOf(refresh)).toBe(contactOf(line.requests('REGISTER').at(-1) ?? empty));
    expect(line.alice.end).toBeUndefined();
  });

  test('ends for the far end when it is hung up afterwards', async () => {
    const line = new Survivor();
    const call = await line.establish();
    await line.loseServer();
    await call.hangUp();
    await eventually(() => {
      expect(line.bob.end?.reason).toBe('remoteHungUp');
    });
    expect(headerValues(line.requests('BYE').at(-1) ?? empty, 'route')[0]).toContain('two.example.com');
  });

  test('is refreshed again and again, and ends when the far end knows it no longer', async () => {
    const line = new Survivor();
    await line.establish();
    await line.loseServer();
    await eventually(() => {
      expect(line.requests('INVITE')).toHaveLength(2);
    });
    await vi.advanceTimersByTimeAsync(100);
    line.server.loses = (from, message) => {
      if (from !== 'alice' || methodOf(message) !== 'UPDATE' || isResponse(message)) return false;
      line.server.deliver('alice', gone(message));
      return true;
    };
    await vi.advanceTimersByTimeAsync(29_000);
    expect(line.alice.end).toBeUndefined();
    await eventually(() => {
      expect(line.alice.end?.reason).toBe('remoteHungUp');
    });
  });

  test('goes on when nothing answers the refresh: its sound does not need the server', async () => {
    const line = new Survivor();
    await line.establish();
    const lost: string[] = [];
    line.server.loses = (from, message) => {
      const isRefresh = from === 'alice' && !isResponse(message) && ['INVITE', 'UPDATE'].includes(methodOf(message));
      if (isRefresh) lost.push(methodOf(message));
      return isRefresh;
    };
    await line.loseServer();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(lost.length).toBeGreaterThan(1);
    expect(line.alice.end).toBeUndefined();
    expect(line.alice.media.opened.map(({ isClosed }) => isClosed)).toEqual([false]);
  });

  test('ends in words when it was not answered yet', async () => {
    const line = new Survivor();
    for (const phone of [line.alice, line.bob]) {
      await phone.softphone.start();
      await phone.softphone.connect('secret');
    }
    await eventually(() => {
      expect(line.alice.softphone.line().state).toBe('registered');
    });
    line.alice.place('sip:bob@example.com');
    await eventually(() => {
      expect(line.alice.told).toContain('farEndRings');
    });
    await line.loseServer();
    expect(line.alice.end).toMatchObject({ reason: 'network' });
    expect(line.alice.end?.notice).toContain('Call again');
  });

  test.each([
    ['the same server', 1, 'established'],
    ['another server', 2, 'network'],
  ] as const)('rings on here, to be answered, where the connection comes back to %s', async (_what, count, becomes) => {
    const line = new Survivor();
    const phone = new FakePhone(line.server, 'alice', { servers: servers.slice(0, count) });
    for (const one of [phone, line.bob]) {
      await one.softphone.start();
      await one.softphone.connect('secret');
    }
    await eventually(() => {
      expect(phone.softphone.line().state).toBe('registered');
    });
    line.bob.place('sip:alice@example.com');
    await eventually(() => {
      expect(line.bob.told).toContain('farEndRings');
    });
    line.server.disconnect('alice');
    await eventually(() => {
      expect(phone.softphone.line().state).toBe('registered');
    }, 10_000);
    await phone.incoming[0]?.call.answer().catch(() => undefined);
    await eventually(() => {
      expect(becomes === 'network' ? phone.end?.reason : line.bob.told.at(-1)).toBe(becomes);
    });
    expect(phone.told.includes('established')).toBe(becomes === 'established');
  });

  test('finds a server that hangs within five seconds', async () => {
    const line = new Survivor();
    await line.establish();
    await vi.advanceTimersByTimeAsync(10_000);
    // The second server is another process: it answers.
    line.server.loses = (from, message) =>
      from === 'server' && (headerValue(message, 'cseq') ?? '').endsWith('OPTIONS');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(line.alice.health.at(-1)).toMatchObject({ state: 'ok', server: 'two.example.com:5060' });
    expect(line.alice.end).toBeUndefined();
  });
});

test('nothing waits any more after the phone was stopped in a call', async () => {
  const line = new Survivor();
  await line.establish();
  for (const phone of [line.alice, line.bob]) {
    await Promise.all([phone.softphone.stop(), vi.advanceTimersByTimeAsync(5_000)]);
  }
  expect(vi.getTimerCount()).toBe(0);
});

/** 481 to a request (RFC 3261 section 12.2.2). */
function gone(request: SipMessage): string {
  const copied = request.headers.filter(({ name }) =>
    ['via', 'from', 'to', 'call-id', 'cseq'].includes(headerKey(name)),
  );
  const lines = copied.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
  return `SIP/2.0 481 Call Does Not Exist\r\n${lines}Content-Length: 0\r\n\r\n`;
}
