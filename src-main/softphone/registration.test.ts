import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../core/clock.ts';
import { silentLogger } from '../core/log.ts';
import { eventually } from './eventually.test-support.ts';
import { FakePhone, fakeInstanceId, fakePhoneConfig } from './fake-phone.test-support.ts';
import { FakeSipServer } from './fake-sip-server.test-support.ts';
import type { RegistrarAnswer } from './fake-sip-server.test-support.ts';
import { probePhone } from './probe-phone.ts';
import { headerValue, headerValues, methodOf } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start(server: FakeSipServer, password = 'secret'): FakePhone {
  const phone = new FakePhone(server, 'alice');
  void phone.softphone.start();
  void phone.softphone.connect(password);
  return phone;
}

function registers(server: FakeSipServer): readonly SipMessage[] {
  return server.passages
    .filter(({ from, message }) => from === 'alice' && methodOf(message) === 'REGISTER')
    .map(({ message }) => message);
}

async function up(phone: FakePhone, withinMs = 5_000): Promise<void> {
  await eventually(() => {
    expect(phone.softphone.line().state).toBe('registered');
  }, withinMs);
}

/** A registrar that wants `password`, by these challenges. */
function guarded(password: string, challenges: readonly string[]): (request: SipMessage) => RegistrarAnswer {
  return (request) => {
    const authorization = headerValue(request, 'authorization');
    if (authorization !== undefined && isRight(authorization, password)) return { status: 200, reason: 'OK' };
    return {
      status: 401,
      reason: 'Unauthorized',
      headers: challenges.map((value) => ({ name: 'WWW-Authenticate', value })),
    };
  };
}

function isRight(authorization: string, password: string): boolean {
  const field = (name: string): string => new RegExp(`(?:^|[ ,])${name}="?([^",]*)"?`).exec(authorization)?.[1] ?? '';
  const hash = (text: string): string =>
    createHash(field('algorithm') === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const ha1 = hash(`alice:${field('realm')}:${password}`);
  const ha2 = hash(`REGISTER:${field('uri')}`);
  const expected = hash(`${ha1}:${field('nonce')}:${field('nc')}:${field('cnonce')}:auth:${ha2}`);
  return field('response') === expected;
}

const md5 = 'Digest realm="example.com", nonce="m", qop="auth", algorithm=MD5';
const sha256 = 'Digest realm="example.com", nonce="s", qop="auth", algorithm=SHA-256, opaque="o"';

describe('registration', () => {
  test("names the socket's own address, asks for no GRUU, and makes the line ready", async () => {
    const server = new FakeSipServer();
    const phone = start(server);
    await up(phone);
    const [request] = registers(server);
    expect(headerValue(request ?? empty, 'contact')).toMatch(/^<sip:[^@]+@192\.0\.2\.7:5070;transport=tcp>/);
    expect(headerValue(request ?? empty, 'via')).toMatch(/^SIP\/2\.0\/TCP 192\.0\.2\.7:5070;branch=z9hG4bK/);
    expect(headerValue(request ?? empty, 'supported')).not.toContain('gruu');
    expect(phone.health.at(-1)).toEqual({ service: 'phone', state: 'ok', message: '', server: 'sip.example.com:5060' });
  });

  test('is renewed when three quarters of the granted time have passed', async () => {
    const server = new FakeSipServer();
    await up(start(server));
    await vi.advanceTimersByTimeAsync(449_000);
    expect(registers(server)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(registers(server)).toHaveLength(2);
  });

  test('asks for the longer time that the registrar wants (423)', async () => {
    const server = new FakeSipServer();
    server.registrar = (request) =>
      headerValue(request, 'contact')?.includes('expires=600') === true
        ? { status: 423, reason: 'Interval Too Brief', headers: [{ name: 'Min-Expires', value: '1800' }] }
        : { status: 200, reason: 'OK' };
    await up(start(server));
    expect(registers(server).map((request) => headerValue(request, 'contact')?.split('expires=')[1])).toEqual([
      '600',
      '1800',
    ]);
  });

  test('is the same phone and flow after every restart, and asks for what NAT and proxies need (RFC 5626)', async () => {
    const server = new FakeSipServer('UDP');
    const phone = start(server);
    await up(phone);
    const first = registers(server)[0] ?? empty;
    expect(headerValue(first, 'contact')).toContain(`+sip.instance="<urn:uuid:${fakeInstanceId}>";reg-id=1;`);
    expect(headerValue(first, 'via')).toContain(';rport');
    const supported = headerValue(first, 'supported') ?? '';
    expect(['path', 'outbound'].every((tag) => supported.includes(tag))).toBe(true);
    await Promise.all([phone.softphone.disconnect(), vi.advanceTimersByTimeAsync(2_000)]);
    void phone.softphone.connect('secret');
    await up(phone);
    expect(headerValue(registers(server).at(-1) ?? empty, 'contact')).toContain(fakeInstanceId);
  });

  test('gives the way of calls (Service-Route, RFC 3608), and never its own', async () => {
    const server = new FakeSipServer();
    const route = '<sip:edge.example.com;lr>';
    server.registrar = () => ({ status: 200, reason: 'OK', headers: [{ name: 'Service-Route', value: route }] });
    const phone = start(server);
    await up(phone);
    phone.softphone.wake();
    await vi.advanceTimersByTimeAsync(10);
    expect(registers(server).flatMap((request) => headerValues(request, 'route'))).toEqual([]);
    phone.place('sip:bob@example.com');
    await vi.advanceTimersByTimeAsync(10);
    const invite = server.passages.find(({ message }) => methodOf(message) === 'INVITE')?.message;
    expect(headerValues(invite ?? empty, 'route')).toEqual([route]);
    expect(headerValue(invite ?? empty, 'contact')).toContain(';ob');
  });

  test('at Unified CM is renewed 5 s before its short end, and the next node is kept ready', async () => {
    const server = new FakeSipServer();
    const wires: string[] = [];
    const phone = new FakePhone(server, 'alice', {
      keepAlive: 'unifiedCm',
      registerExpiresS: 120,
      servers: [
        { host: 'cm1.example.com', port: 5060 },
        { host: 'cm2.example.com', port: 5060 },
      ],
    });
    phone.makesWire = ({ host }) => {
      wires.push(host);
      return server.wireOf(host === 'cm1.example.com' ? 'alice' : 'standby');
    };
    void phone.softphone.start();
    void phone.softphone.connect('secret');
    await up(phone);
    await vi.advanceTimersByTimeAsync(114_000);
    expect(registers(server)).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(registers(server)).toHaveLength(2);
    expect(wires).toEqual(['cm1.example.com', 'cm2.example.com']);
    const kept = server.passages.filter(({ from, message }) => from === 'standby' && methodOf(message) === 'REGISTER');
    expect(kept).toHaveLength(2);
    expect(headerValue(kept[0]?.message ?? empty, 'contact')).toContain('cisco-keep-alive');
    expect(headerValue(kept[0]?.message ?? empty, 'expires')).toBe('0');
    await Promise.all([phone.softphone.stop(), vi.advanceTimersByTimeAsync(5_000)]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is taken off when the person signs out', async () => {
    const server = new FakeSipServer();
    const phone = start(server);
    await up(phone);
    await Promise.all([phone.softphone.disconnect(), vi.advanceTimersByTimeAsync(2_000)]);
    expect(headerValue(registers(server).at(-1) ?? empty, 'contact')).toContain('expires=0');
    expect(phone.softphone.line()).toEqual({ state: 'off', message: '' });
  });

  test('is made at once after the computer woke', async () => {
    const server = new FakeSipServer();
    const phone = start(server);
    await up(phone);
    phone.softphone.wake();
    await vi.advanceTimersByTimeAsync(10);
    expect(registers(server)).toHaveLength(2);
  });

  test('is made over a new connection when the old one does not answer after a change of network', async () => {
    const server = new FakeSipServer();
    const phone = start(server);
    await up(phone);
    server.loses = (from) => from === 'alice';
    phone.softphone.networkChanged();
    await eventually(() => {
      expect(phone.softphone.line().state).toBe('registering');
    });
    server.loses = () => false;
    await up(phone, 15_000);
  });

  test('finds a server that hangs while nothing happens, and says so', async () => {
    const server = new FakeSipServer();
    const phone = start(server);
    await up(phone);
    server.loses = () => true;
    await vi.advanceTimersByTimeAsync(33_000);
    expect(phone.softphone.line().state).toBe('registering');
    expect(phone.health.at(-1)?.state).toBe('reconnecting');
  });

  test.each([
    [403, [], 'failed', /does not let this phone in/],
    [503, [], 'reconnecting', /cannot register phones at the moment/],
    [503, [{ name: 'Retry-After', value: '30 (maintenance);duration=60' }], 'reconnecting', /asked for a pause/],
    [420, [], 'reconnecting', /refused to register this phone/],
    [423, [], 'reconnecting', /refused to register this phone/],
  ] as const)('tells a refusal by %i in words', async (status, headers, state, words) => {
    const server = new FakeSipServer();
    server.registrar = () => ({ status, reason: 'No', headers });
    const phone = start(server);
    await eventually(() => {
      const last = phone.health.at(-1);
      expect(last?.state).toBe(state);
      expect(last?.message).toMatch(words);
    });
  });

  test('comes back no sooner than the server asked for (Retry-After)', async () => {
    const server = new FakeSipServer();
    const headers = [{ name: 'Retry-After', value: '120' }];
    server.registrar = () => ({ status: 503, reason: 'Service Unavailable', headers });
    const phone = start(server);
    await vi.advanceTimersByTimeAsync(119_000);
    expect(registers(server)).toHaveLength(1);
    server.registrar = () => ({ status: 200, reason: 'OK' });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(phone.softphone.line().state).toBe('registered');
  });

  test('tells a server that takes connections and never answers', async () => {
    const server = new FakeSipServer();
    server.loses = () => true;
    const phone = start(server);
    await eventually(() => {
      expect(phone.health.at(-1)?.message).toMatch(/is there, but does not answer/);
    }, 10_000);
  });

  test('says that the phone is offline while no server can be reached', async () => {
    const server = new FakeSipServer();
    server.isUp = false;
    const phone = start(server);
    await eventually(() => {
      expect(phone.health.at(-1)).toMatchObject({
        state: 'reconnecting',
        message: 'Phone is offline. Parley keeps trying. Check your network, or use your deskphone.',
        detail: 'connection refused',
      });
    });
    server.isUp = true;
    await eventually(() => {
      expect(phone.health.at(-1)?.state).toBe('ok');
    }, 120_000);
  });
});

describe('the password', () => {
  test('is proven by the topmost challenge that we know (RFC 8760)', async () => {
    const server = new FakeSipServer();
    server.registrar = guarded('secret', [
      'Digest realm="example.com", nonce="x", qop="auth", algorithm=SHA3-512',
      sha256,
      md5,
    ]);
    await up(start(server));
    const authorization = headerValue(registers(server).at(-1) ?? empty, 'authorization');
    expect(authorization).toContain('algorithm=SHA-256');
    expect(authorization).toContain('opaque="o"');
  });

  test('that is wrong is sent once, and never again by itself', async () => {
    const server = new FakeSipServer();
    server.registrar = guarded('right', [md5]);
    const phone = start(server, 'wrong');
    await vi.advanceTimersByTimeAsync(3_600_000);
    const withPassword = registers(server).filter((request) => headerValues(request, 'authorization').length > 0);
    expect(withPassword).toHaveLength(1);
    expect(phone.health.at(-1)).toMatchObject({
      state: 'failed',
      message: 'The phone server did not accept your password. Calls are off until you enter it again.',
    });
    phone.softphone.networkChanged();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(registers(server)).toHaveLength(2);
    await phone.softphone.connect('right');
    await up(phone);
  });

  test('does not appear in any message', async () => {
    const server = new FakeSipServer();
    server.registrar = guarded('canary-4711', [md5]);
    await up(start(server, 'canary-4711'));
    expect(JSON.stringify(server.passages)).not.toContain('canary-4711');
  });

  test('goes with a new nonce when the old one is stale', async () => {
    const server = new FakeSipServer();
    let asked = 0;
    server.registrar = (request) => {
      asked += 1;
      if (asked === 1) return guarded('secret', [md5])(request);
      const stale = 'Digest realm="example.com", nonce="n2", qop="auth", algorithm=MD5, stale=true';
      return asked === 2
        ? { status: 401, reason: 'Stale', headers: [{ name: 'WWW-Authenticate', value: stale }] }
        : guarded('secret', [md5])(request);
    };
    await up(start(server));
    expect(headerValue(registers(server).at(-1) ?? empty, 'authorization')).toContain('nonce="n2"');
  });
});

describe('the test of the settings', () => {
  async function probe(server: FakeSipServer, password: string) {
    const result = probePhone(fakePhoneConfig('alice', 'tcp'), password, {
      trust: { extraCa: [], useSystemStore: false },
      product: 'Parley/test',
      clock: systemClock,
      random: () => 0.5,
      log: silentLogger,
      makeWire: () => server.wireOf('alice'),
    });
    await vi.advanceTimersByTimeAsync(30_000);
    return await result;
  }

  test('registers, takes the registration off and says that all is well', async () => {
    const server = new FakeSipServer();
    expect(await probe(server, 'secret')).toEqual({ outcome: 'ok', message: 'The phone server accepts you.' });
    expect(headerValue(registers(server).at(-1) ?? empty, 'contact')).toContain('expires=0');
  });

  test('tells a refused password from a server that is away and from an unknown address', async () => {
    const refusing = new FakeSipServer();
    refusing.registrar = guarded('right', [md5]);
    expect(await probe(refusing, 'wrong')).toMatchObject({ outcome: 'denied', detail: 'REGISTER: 401 Unauthorized' });
    const away = new FakeSipServer();
    away.isUp = false;
    expect(await probe(away, 'secret')).toMatchObject({ outcome: 'later', detail: 'connection refused' });
    const unknown = new FakeSipServer();
    unknown.registrar = () => ({ status: 404, reason: 'Not Found' });
    expect((await probe(unknown, 'secret')).outcome).toBe('never');
    const silent = new FakeSipServer();
    silent.loses = () => true;
    expect((await probe(silent, 'secret')).outcome).toBe('later');
  });
});

const empty: SipMessage = { startLine: '', headers: [], body: '' };
