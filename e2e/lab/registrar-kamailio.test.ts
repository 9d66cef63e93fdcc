import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Clock } from '../../src-shared/clock.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { PhoneConfig, SipTransportKind } from '../../src-main/account/account-config.ts';
import type { DeviceCallEvent } from '../../src-main/calls/call-device.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { fakePhoneConfig } from '../../src-main/softphone/fake-phone.test-support.ts';
import { FakeMediaFactory, FakeWindow } from '../../src-main/softphone/fake-window.test-support.ts';
import { Softphone } from '../../src-main/softphone/softphone.ts';
import { DOMAIN, account } from './accounts.ts';
import type { KamailioServer } from './kamailio.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { until } from './wait.ts';

/** The times of minutes that registrations have would make these tests take as long: the phone's clock runs faster. */
const hurry = 10;
const clock: Clock = {
  now: () => performance.now() * hurry,
  setTimeout: (task, delayMs) => setTimeout(task, delayMs / hurry),
  clearTimeout: (handle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
};

/** The phone of alice, registered; what it tells is kept. Sound has tests of its own. */
class Phone {
  readonly health: ServiceHealth[] = [];
  readonly events: DeviceCallEvent[] = [];
  readonly softphone: Softphone;

  constructor(transport: SipTransportKind, servers: readonly KamailioServer[], config: Partial<PhoneConfig> = {}) {
    const window = new FakeWindow();
    this.softphone = new Softphone({
      config: {
        ...fakePhoneConfig('alice', transport),
        aor: `sip:alice@${DOMAIN}`,
        servers: servers.map(({ ports }) => ({ host: '127.0.0.1', port: ports[transport] })),
        tlsName: DOMAIN,
        ...config,
      },
      trust: { extraCa: [readFileSync(lab.certificates.caPath, 'utf8')], useSystemStore: false },
      product: 'Parley/test',
      clock,
      random: Math.random,
      log: silentLogger,
      health: { report: (report) => this.health.push(report) },
      window,
      media: new FakeMediaFactory(window),
    });
  }

  async connect(): Promise<this> {
    await this.softphone.start();
    await this.softphone.connect(account('alice').password);
    return this;
  }

  async registered(): Promise<this> {
    await this.connect();
    await until('the line to come up', () => this.softphone.line().state === 'registered', 8_000, 5);
    return this;
  }

  /** Calls bob, who answers at once. */
  async callBob(): Promise<{ hangUp(): Promise<void> }> {
    const dialled = `sip:bob@${DOMAIN}`;
    const call = this.softphone.place('call', { kind: 'uri', shown: 'bob', dialled }, (event) =>
      this.events.push(event),
    );
    await until('the call to be established', () => this.told('established'), 8_000, 5);
    return call;
  }

  told(type: DeviceCallEvent['type']): boolean {
    return this.events.some((event) => event.type === type);
  }
}

let lab: Lab;
let phone: Phone | undefined;

beforeAll(async () => {
  lab = await startLab({ servers: ['kamailio', 'standby', 'bob'] });
}, 60_000);
afterAll(async () => {
  await lab.stop();
}, 30_000);

beforeEach(async () => {
  for (const server of [lab.kamailio, lab.standby]) {
    if (server.state === 'stopped') await server.start();
    await server.unregister('alice');
  }
}, 30_000);
afterEach(async () => {
  await phone?.softphone.stop();
  phone = undefined;
}, 30_000);

/** Restarts the second proxy as another make of server. */
async function standbyAs(change: (server: KamailioServer) => void): Promise<KamailioServer> {
  change(lab.standby);
  await lab.standby.restart();
  return lab.standby;
}

async function seenOnce(server: KamailioServer, method: string, count: number, withinMs = 20_000): Promise<void> {
  await until(`${String(count)} ${method}`, async () => (await server.seen('alice', method)) >= count, withinMs, 20);
}

test('a registrar that wants SHA-256 gets it, also where it offers MD5 beside and last', async () => {
  const server = await standbyAs((one) => {
    one.useDigest('SHA-256');
  });
  phone = await new Phone('tls', [server]).registered();
  expect(await server.isRegistered('alice')).toBe(true);
  await phone.softphone.disconnect();
  await server.unregister('alice');
  await server.behave('challenges', 'two');
  await phone.softphone.connect(account('alice').password);
  await server.whenRegistered('alice');
  // An INVITE is challenged as well.
  await server.shareContacts(lab.kamailio, 'bob');
  await (await phone.callBob()).hangUp();
  await standbyAs((one) => {
    one.useDigest('MD5');
  });
}, 60_000);

test('a registrar that knows flows (RFC 5626) has the flow, and its Flow-Timer sets the pace', async () => {
  const server = await standbyAs((one) => {
    one.useOutbound(true);
  });
  phone = await new Phone('udp', [server]).registered();
  const fromMs = clock.now();
  const before = await server.seen('alice', 'OPTIONS');
  await seenOnce(server, 'OPTIONS', before + 3);
  const tookMs = clock.now() - fromMs;
  // Between 80 and 100 percent of 20 s each; our own pace would be 24 to 30 s.
  expect(tookMs).toBeGreaterThan(3 * 0.8 * 20_000 * 0.95);
  expect(tookMs).toBeLessThan(3 * 24_000);
  await standbyAs((one) => {
    one.useOutbound(false);
  });
}, 60_000);

test('an idle phone costs its server one question in half a minute, a call one in two seconds', async () => {
  const server = lab.kamailio;
  phone = await new Phone('udp', [server]).registered();
  const registers = await server.seen('alice', 'REGISTER');
  const before = await server.seen('alice', 'OPTIONS');
  const fromMs = clock.now();
  await seenOnce(server, 'OPTIONS', before + 2);
  expect(clock.now() - fromMs).toBeGreaterThan(2 * 24_000 * 0.95);
  // No renewal and no other question meanwhile.
  expect(await server.seen('alice', 'REGISTER')).toBe(registers);
  expect(await server.seen('alice', 'OPTIONS')).toBe(before + 2);
  const call = await phone.callBob();
  const callFromMs = clock.now();
  await seenOnce(server, 'OPTIONS', before + 7);
  expect(clock.now() - callFromMs).toBeLessThan(24_000);
  await call.hangUp();
}, 60_000);

test('Unified CM mode: renewed shortly before its short end, and the next server kept ready without a binding', async () => {
  const { kamailio, standby } = lab;
  const [first, second] = [await kamailio.seen('alice', 'REGISTER'), await standby.seen('alice', 'REGISTER')];
  phone = await new Phone('tcp', [kamailio, standby], { keepAlive: 'unifiedCm', registerExpiresS: 30 }).registered();
  const fromMs = clock.now();
  await seenOnce(standby, 'REGISTER', second + 1);
  expect(await standby.isRegistered('alice')).toBe(false);
  // The first one is challenged; the renewal has its credentials with it.
  await seenOnce(kamailio, 'REGISTER', first + 3);
  expect(clock.now() - fromMs).toBeGreaterThan(24_000);
  await seenOnce(standby, 'REGISTER', second + 2);
  expect(await standby.isRegistered('alice')).toBe(false);
  expect(phone.softphone.line().state).toBe('registered');
  // The standby is registered at once when the first one dies.
  await kamailio.kill();
  await standby.whenRegistered('alice');
}, 60_000);

test('falls back to the preferred server when idle, and never during a call', async () => {
  const { kamailio, standby, bob } = lab;
  await kamailio.whenRegistered(bob.account.user, 60_000);
  await standby.shareContacts(kamailio, bob.account.user);
  phone = await new Phone('tcp', [kamailio, standby]).registered();
  await kamailio.kill();
  await standby.whenRegistered('alice');
  const call = await phone.callBob();
  await kamailio.start();
  const backMs = clock.now();
  // Idle it would have moved by then: 60 s and a quarter, and as long again should the first try come too early.
  await until('the time of falling back to pass', () => clock.now() - backMs > 150_000, 30_000, 50);
  expect(await kamailio.isRegistered('alice')).toBe(false);
  expect(await standby.isRegistered('alice')).toBe(true);
  await call.hangUp();
  await kamailio.whenRegistered('alice');
  expect(await standby.isRegistered('alice')).toBe(false);
}, 90_000);
