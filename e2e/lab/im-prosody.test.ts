import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChatConfig, ServerAddress } from '../../src-main/account/account-config.ts';
import { Archive } from '../../src-main/archive/archive.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { chat } from '../../src-main/core/migrations/010-chat.ts';
import { roster } from '../../src-main/core/migrations/011-roster.ts';
import { ImService } from '../../src-main/im/im-service.ts';
import { probeChat } from '../../src-main/im/probe-chat.ts';
import { TcpTransport } from '../../src-main/im/transport.ts';
import { OwnPresence } from '../../src-main/presence/own-presence.ts';
import type { TopicName, TopicSnapshot } from '../../src-shared/contract/contract.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { account } from './accounts.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { until } from './wait.ts';

/** The real server, the real client: only who looks at the screen is missing. */

let lab: Lab;
let folder: string;
const clients: TestClient[] = [];
const proxies: CuttingProxy[] = [];

beforeAll(async () => {
  lab = await startLab({ servers: ['prosody', 'colleagues'], online: [] });
}, 120_000);

afterAll(async () => {
  await lab.stop();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-im-'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.service.stop();
  for (const proxy of proxies.splice(0)) await proxy.close();
  rmSync(folder, { recursive: true, force: true });
});

class TestClient {
  readonly service: ImService;
  readonly presence: OwnPresence;
  readonly archive: Archive;
  readonly db: Database.Database;
  readonly hub = new TopicHub();
  readonly messages: ChatMessage[] = [];
  readonly health: ServiceHealth[] = [];
  readonly address: string;

  constructor(user: string, server: ServerAddress, options: { db?: Database.Database; directTls?: boolean } = {}) {
    this.address = account(user).address;
    this.db = options.db ?? migrated();
    const health = {
      report: (report: ServiceHealth): void => {
        this.health.push(report);
      },
    };
    this.presence = new OwnPresence({
      db: this.db,
      accountId: user,
      publish: (snapshot) => this.hub.publish('ownPresence', snapshot),
    });
    this.archive = new Archive({
      style: 'linux',
      home: folder,
      documents: folder,
      own: this.address,
      ownName: () => account(user).name,
      nameOf: (peer) => peer,
      settings: () => ({ enabled: true, folder: join(folder, user) }),
      health,
      clock: systemClock,
      log: silentLogger,
    });
    this.service = new ImService({
      account: { id: user },
      config: config(user, server, options.directTls),
      store: { db: this.db },
      hub: this.hub,
      emit: (name, payload) => {
        if (name === 'chat.message' && 'message' in payload) this.messages.push(payload.message);
      },
      health,
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      transport: new TcpTransport(trust()),
      resolve: () => Promise.resolve([]),
      ownPresence: this.presence,
      archive: this.archive,
      names: { byJid: () => undefined },
    });
    clients.push(this);
  }

  async signIn(): Promise<this> {
    this.presence.start();
    await this.service.start();
    this.service.connect(account(this.address.split('@')[0] ?? '').password);
    await until('sign-in', () => this.state === 'ok');
    await until('own presence', () => this.topic('ownPresence').shown !== 'offline');
    return this;
  }

  get state(): string | undefined {
    return this.health.filter((report) => report.service === 'chat').at(-1)?.state;
  }

  topic<Name extends TopicName>(name: Name): TopicSnapshot<Name> {
    return this.hub.current(name).snapshot as TopicSnapshot<Name>;
  }

  presenceOf(user: string): string | undefined {
    return this.topic('roster').contacts.find((contact) => contact.jid === account(user).address)?.presence.state;
  }

  /** Bodies as they stand in the store, oldest first. */
  bodies(peer: string, direction: 'in' | 'out', state?: string): readonly string[] {
    return this.db
      .prepare<unknown[], string>(
        `SELECT body FROM messages WHERE peer = ? AND direction = ? AND (? IS NULL OR state = ?) ORDER BY sent_at_ms, row`,
      )
      .pluck()
      .all(account(peer).address, direction, state ?? null, state ?? null);
  }
}

function migrated(): Database.Database {
  const db = new Database(':memory:');
  chat.up(db);
  roster.up(db);
  return db;
}

function trust(): { extraCa: readonly string[]; useSystemStore: boolean } {
  return { extraCa: [readFileSync(lab.certificates.caPath, 'utf8')], useSystemStore: false };
}

function config(user: string, server: ServerAddress, directTls = false): ChatConfig {
  return { jid: account(user).address, servers: [server], directTls };
}

function prosody(): ServerAddress {
  return { host: '127.0.0.1', port: lab.prosody.ports.c2s };
}

/** A wire that can be cut: bytes on their way are lost in both directions. */
class CuttingProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  connections = 0;
  isDown = false;

  constructor(target: ServerAddress) {
    this.#server = createServer((near) => {
      this.connections += 1;
      const far = connect(target);
      const pair = [near, far] as const;
      for (const socket of pair) {
        socket.on('error', () => undefined);
        socket.on('close', () => {
          for (const one of pair) one.destroy();
          this.#pairs.delete(pair);
        });
      }
      this.#pairs.add(pair);
      if (this.isDown) this.cut();
      near.pipe(far);
      far.pipe(near);
    });
    proxies.push(this);
  }

  async listen(): Promise<ServerAddress> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { host: '127.0.0.1', port: address.port };
  }

  /** @returns how many connections there were */
  cut(): number {
    const count = this.#pairs.size;
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    return count;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

test('two people sign in, see each other and chat both ways; the archive has it as text', async () => {
  const alice = await new TestClient('alice', prosody()).signIn();
  const bob = await new TestClient(
    'bob',
    { host: '127.0.0.1', port: lab.prosody.ports.c2sDirectTls },
    { directTls: true },
  ).signIn();
  await until('presence', () => alice.presenceOf('bob') === 'available');
  expect(alice.presenceOf('carol')).toBe('offline');

  bob.service.setPresence({ state: 'busy', text: 'Quarter end' });
  await until('busy', () => alice.presenceOf('bob') === 'busy');
  bob.presence.setOnPhone(true);
  await until('on the phone', () => alice.presenceOf('bob') === 'onphone');
  bob.presence.setOnPhone(false);

  const { message } = alice.service.send({ peer: bob.address, body: 'Grüße & <b>bold</b> 🦜' });
  expect(message.state).toBe('sending');
  await until('delivery', () => bob.bodies('alice', 'in').includes('Grüße & <b>bold</b> 🦜'));
  await until('acknowledgement', () => alice.bodies('bob', 'out', 'sent').length === 1);
  bob.service.send({ peer: alice.address, body: 'two\nlines' });
  await until('answer', () => alice.bodies('bob', 'in').includes('two\nlines'));
  await until('unread', () => alice.topic('conversations').unread === 1);
  alice.service.markRead({ peer: bob.address });
  expect(alice.topic('conversations').unread).toBe(0);

  await alice.archive.stop();
  const file = join(folder, 'alice', alice.address, bob.address);
  const text = readdirSync(file)
    .map((name) => readFileSync(join(file, name), 'utf8'))
    .join('');
  expect(text).toContain('Alice Hargreaves: Grüße & <b>bold</b> 🦜');
  expect(text).toContain('bob@parley.test: two\n    lines');
});

test('2,000 messages each way survive cuts of the wire: none lost, doubled or out of order', async () => {
  const proxy = new CuttingProxy(prosody());
  const alice = await new TestClient('alice', await proxy.listen()).signIn();
  const dave = await new TestClient('dave', prosody()).signIn();
  const count = 2_000;
  const expected = (prefix: string): readonly string[] => Array.from({ length: count }, (_, n) => `${prefix} ${n}`);
  let cuts = 0;
  for (let n = 0; n < count; n += 1) {
    alice.service.send({ peer: dave.address, body: `to dave ${n}` });
    dave.service.send({ peer: alice.address, body: `to alice ${n}` });
    if (n % 400 === 399) {
      const inbound = alice.bodies('dave', 'in').length;
      await until('traffic', () => alice.bodies('dave', 'in').length > inbound);
      cuts += proxy.cut();
    }
  }
  await until('all of alice', () => dave.bodies('alice', 'in').length >= count, 60_000);
  await until('all of dave', () => alice.bodies('dave', 'in').length >= count, 60_000);
  await until('all acknowledged', () => alice.bodies('dave', 'out', 'sent').length === count, 60_000);
  expect(dave.bodies('alice', 'in')).toEqual(expected('to dave'));
  expect(alice.bodies('dave', 'in')).toEqual(expected('to alice'));
  expect(cuts).toBeGreaterThanOrEqual(3);
  expect(proxy.connections).toBeGreaterThan(cuts);
}, 120_000);

test('what was written when the process died is sent once, and what arrived meanwhile is fetched', async () => {
  const proxy = new CuttingProxy(prosody());
  const db = migrated();
  const eve = await new TestClient('eve', prosody()).signIn();
  const first = await new TestClient('alice', await proxy.listen(), { db }).signIn();
  first.service.send({ peer: eve.address, body: 'before' });
  await until('delivery', () => first.bodies('eve', 'out', 'sent').length === 1);
  // The wire goes in the very moment of writing: the server has the message, and its acknowledgement never arrives.
  first.service.send({ peer: eve.address, body: 'in doubt' });
  await until('delivery', () => eve.bodies('alice', 'in').includes('in doubt'));
  db.prepare(`UPDATE messages SET state = 'sending' WHERE body = 'in doubt'`).run();
  proxy.isDown = true;
  proxy.cut();
  first.service.send({ peer: eve.address, body: 'while offline' });
  await first.service.stop();
  eve.service.send({ peer: first.address, body: 'are you there?' });
  await until('sent', () => eve.bodies('alice', 'out', 'sent').includes('are you there?'));

  const second = await new TestClient('alice', prosody(), { db }).signIn();
  await until('the rest', () => eve.bodies('alice', 'in').includes('while offline'));
  await until('catching up', () => second.bodies('eve', 'in').includes('are you there?'));
  await until('settled', () => second.bodies('eve', 'out', 'sent').length === 3);
  expect(eve.bodies('alice', 'in')).toEqual(['before', 'in doubt', 'while offline']);
  expect(second.bodies('eve', 'in')).toEqual(['are you there?']);
});

test('a frozen server is noticed within seconds and the chat goes on when it thaws', async () => {
  const alice = await new TestClient('alice', prosody()).signIn();
  const grace = account('grace').address;
  lab.prosody.freeze();
  try {
    alice.service.send({ peer: grace, body: 'into the ice' });
    await until('notice', () => alice.state === 'reconnecting', 20_000);
  } finally {
    lab.prosody.thaw();
  }
  await until('back', () => alice.state === 'ok', 30_000);
  await until('sent', () => alice.bodies('grace', 'out', 'sent').length === 1, 30_000);
}, 60_000);

test('a wrong password is tried once, and a new one goes on', async () => {
  const proxy = new CuttingProxy(prosody());
  const client = new TestClient('alice', await proxy.listen());
  client.presence.start();
  await client.service.start();
  client.service.connect('wrong');
  await until('refusal', () => client.state === 'failed');
  client.service.networkChanged();
  client.service.wake();
  expect(client.health.at(-1)?.message).toBe(
    'The chat server did not accept your password. Chat is off until you enter it again.',
  );
  expect(proxy.connections).toBe(1);
  client.service.connect(account('alice').password);
  await until('sign-in', () => client.state === 'ok');
});

test('probing tells good from wrong, and a stranger to the domain', async () => {
  const deps = {
    transport: new TcpTransport(trust()),
    resolve: () => Promise.resolve([]),
    clock: systemClock,
    random: Math.random,
  };
  expect(await probeChat(config('alice', prosody()), account('alice').password, deps)).toMatchObject({ outcome: 'ok' });
  expect(await probeChat(config('alice', prosody()), 'wrong', deps)).toMatchObject({ outcome: 'denied' });
  const stranger = { ...config('alice', prosody()), jid: 'alice@elsewhere.test' };
  expect(await probeChat(stranger, 'x', deps)).toMatchObject({ outcome: 'never' });
  const nobody = { ...config('alice', prosody()), servers: [{ host: '127.0.0.1', port: 9 }] };
  expect(await probeChat(nobody, 'x', deps)).toMatchObject({ outcome: 'later' });
  const untrusting = { ...deps, transport: new TcpTransport({ extraCa: [], useSystemStore: false }) };
  const unknown = await probeChat(config('alice', prosody()), 'x', untrusting);
  expect(unknown.outcome).toBe('never');
  expect(unknown.message).toContain('authority');
});

test('contacts are added with a request, approved, renamed and removed', async () => {
  const mallory = await new TestClient('mallory', prosody()).signIn();
  const oscar = await new TestClient('oscar', prosody()).signIn();
  const contact = (client: TestClient, peer: TestClient) =>
    client.topic('roster').contacts.find(({ jid }) => jid === peer.address);
  await mallory.service.addContact({ jid: oscar.address, name: 'Oscar', groups: ['Trainees'] });
  expect(contact(mallory, oscar)).toMatchObject({ name: 'Oscar', groups: ['Trainees'], pendingOut: true });
  await until('request', () => oscar.topic('roster').requests.some(({ jid }) => jid === mallory.address));
  oscar.service.approve({ jid: mallory.address });
  await until('presence', () => contact(mallory, oscar)?.presence.state === 'available');
  expect(oscar.topic('roster').requests).toEqual([]);
  await mallory.service.updateContact({ jid: oscar.address, name: 'Oscar N.', groups: [] });
  expect(contact(mallory, oscar)).toMatchObject({ name: 'Oscar N.', groups: [], subscription: 'to' });
  await mallory.service.removeContact({ jid: oscar.address });
  expect(contact(mallory, oscar)).toBeUndefined();
});

test('a message to nobody fails in plain words and can be discarded', async () => {
  const alice = await new TestClient('alice', prosody()).signIn();
  const { message } = alice.service.send({ peer: 'nobody@parley.test', body: 'hello?' });
  const failed = await until('failure', () =>
    alice.messages.find(({ id, state }) => id === message.id && state === 'failed'),
  );
  expect(failed.failure).toMatch(/^Not delivered\. /);
  alice.service.discardMessage({ id: message.id });
  expect(alice.service.page({ peer: 'nobody@parley.test', limit: 10 }).messages).toEqual([]);
});

test('an expired certificate is refused in plain words, and the password is not sent', async () => {
  const other = await startLab({ servers: ['prosody'], certificates: { prosody: 'expired' } });
  try {
    const server = { host: '127.0.0.1', port: other.prosody.ports.c2s };
    const deps = {
      transport: new TcpTransport(trust()),
      resolve: () => Promise.resolve([]),
      clock: systemClock,
      random: Math.random,
    };
    const result = await probeChat(config('alice', server), account('alice').password, deps);
    expect(result.outcome).toBe('never');
    expect(result.message).toContain('has expired');
    expect(other.prosody.log()).not.toContain('Authenticated as');
  } finally {
    await other.stop();
  }
}, 60_000);
