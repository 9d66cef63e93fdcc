import Database from 'better-sqlite3';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { ChatConfig, ServerAddress } from '../../src-main/account/account-config.ts';
import { Archive } from '../../src-main/archive/archive.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { chat } from '../../src-main/core/migrations/010-chat.ts';
import { roster } from '../../src-main/core/migrations/011-roster.ts';
import { deletedChats } from '../../src-main/core/migrations/055-deleted-chats.ts';
import { deletedChatsClock } from '../../src-main/core/migrations/057-deleted-chats-clock.ts';
import { storeOver } from '../../src-main/core/store.ts';
import { ImService } from '../../src-main/im/im-service.ts';
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

/** A chat server for the tests of this file, and for each of them a folder, clients and wires of its own. */
export function chatLab(): { readonly lab: Lab; readonly rig: ChatRig; readonly folder: string } {
  let lab: Lab;
  let folder: string;
  let rig: ChatRig;
  beforeAll(async () => {
    lab = await startLab({ servers: ['prosody', 'colleagues'], online: [] });
  }, 120_000);
  afterAll(async () => {
    await lab.stop();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-im-'));
    rig = new ChatRig(lab, folder);
  });
  afterEach(async () => {
    await rig.end();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get lab() {
      return lab;
    },
    get rig() {
      return rig;
    },
    get folder() {
      return folder;
    },
  };
}

/** A lab, a folder, and the clients and wires of one test. */
export class ChatRig {
  readonly lab: Lab;
  readonly folder: string;
  readonly #clients: TestClient[] = [];
  readonly #proxies: CuttingProxy[] = [];

  constructor(lab: Lab, folder: string) {
    this.lab = lab;
    this.folder = folder;
  }

  get prosody(): ServerAddress {
    return { host: '127.0.0.1', port: this.lab.prosody.ports.c2s };
  }

  get trust(): { readonly extraCa: readonly string[]; readonly useSystemStore: boolean } {
    return { extraCa: [readFileSync(this.lab.certificates.caPath, 'utf8')], useSystemStore: false };
  }

  /** @param server default: the lab's */
  client(user: string, server: ServerAddress = this.prosody, options: TestClientOptions = {}): TestClient {
    const client = new TestClient(this, user, server, options);
    this.#clients.push(client);
    return client;
  }

  proxy(): CuttingProxy {
    const proxy = new CuttingProxy(this.prosody);
    this.#proxies.push(proxy);
    return proxy;
  }

  async end(): Promise<void> {
    for (const client of this.#clients.splice(0)) await client.service.stop();
    for (const proxy of this.#proxies.splice(0)) await proxy.close();
  }
}

export interface TestClientOptions {
  readonly db?: Database.Database;
  readonly directTls?: boolean;
  /** Name of this client's own things, where one person has several. */
  readonly place?: string;
}

/** The chat of one person, as the program has it: only who looks at the screen is missing. */
export class TestClient {
  readonly service: ImService;
  readonly presence: OwnPresence;
  readonly archive: Archive;
  readonly db: Database.Database;
  readonly hub = new TopicHub();
  readonly messages: ChatMessage[] = [];
  readonly health: ServiceHealth[] = [];
  readonly address: string;

  constructor(rig: ChatRig, user: string, server: ServerAddress, options: TestClientOptions = {}) {
    const { folder } = rig;
    this.address = account(user).address;
    this.db = options.db ?? migrated();
    const health = {
      report: (report: ServiceHealth): void => {
        this.health.push(report);
      },
    };
    this.presence = new OwnPresence({
      store: storeOver(this.db),
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
      settings: () => ({ enabled: true, folder: join(folder, options.place ?? user) }),
      health,
      clock: systemClock,
      log: silentLogger,
    });
    this.service = new ImService({
      account: { id: user },
      config: config(user, server, options.directTls),
      store: storeOver(this.db),
      hub: this.hub,
      emit: (name, payload) => {
        if (name === 'chat.message' && 'message' in payload) this.messages.push(payload.message);
      },
      health,
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      transport: new TcpTransport(rig.trust),
      resolve: () => Promise.resolve([]),
      ownPresence: this.presence,
      archive: this.archive,
      names: { byJid: () => undefined },
      sendsTyping: () => true,
    });
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

export function migrated(): Database.Database {
  const db = new Database(':memory:');
  chat.up(db);
  deletedChats.up(db);
  deletedChatsClock.up(db);
  roster.up(db);
  return db;
}

export function config(user: string, server: ServerAddress, directTls = false): ChatConfig {
  return { jid: account(user).address, servers: [server], directTls };
}

/** A wire that can be cut: bytes on their way are lost in both directions. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  connections = 0;
  isDown = false;
  /** What the server says goes nowhere. */
  isDeaf = false;
  /** What the client says goes nowhere. */
  isMute = false;

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
      near.on('data', (chunk) => {
        if (!this.isMute) far.write(chunk);
      });
      far.on('data', (chunk) => {
        if (!this.isDeaf) near.write(chunk);
      });
    });
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
