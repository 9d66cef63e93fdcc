import Database from 'better-sqlite3';
import { xml } from '@xmpp/client';
import type { Element } from '@xmpp/xml';
import { expect } from 'vitest';
import type { TopicName, TopicSnapshot } from '../../src-shared/contract/contract.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { chat } from '../core/migrations/010-chat.ts';
import { roster } from '../core/migrations/011-roster.ts';
import { deletedChats } from '../core/migrations/055-deleted-chats.ts';
import { deletedChatsClock } from '../core/migrations/057-deleted-chats-clock.ts';
import { OwnPresence } from '../presence/own-presence.ts';
import { ImService } from './im-service.ts';
import { namespaces } from './namespaces.ts';
import { ScriptedServer, emptyResult } from './scripted-server.ts';
import type { ServerSession } from './scripted-server.ts';
import { storeOver } from '../core/store.ts';

export const own = 'alice@example.com';
export const bob = 'bob@example.com';

/** One message in the server's archive. */
export interface Archived {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly messageId: string;
  /** UTC milliseconds by the server's clock. */
  readonly atMs?: number;
}

/** Alice's program and her server, with an archive (XEP-0313) unless told otherwise. */
export class World {
  readonly clock = new TestClock();
  readonly hub = new TopicHub();
  readonly health: ServiceHealth[] = [];
  readonly shown: ChatMessage[] = [];
  readonly removed: string[] = [];
  readonly typing: boolean[] = [];
  readonly archivedToFile: string[] = [];
  readonly notified: string[] = [];
  readonly server: ScriptedServer;
  readonly presence: OwnPresence;
  readonly service: ImService;
  /** The server's archive, and whether it has one. */
  readonly archive: Archived[] = [];
  hasArchive = true;
  /** How far the server's clock is ahead of this computer's, where the server tells its time. */
  serverAheadMs: number | undefined;
  /** Stanzas that the server took, but for iqs. */
  readonly taken: Element[] = [];
  /** A message with this body makes the server hang up: it neither takes it nor remembers the session. */
  poison = '';
  readonly contacts: Element[] = [xml('item', { jid: bob, name: 'Bob', subscription: 'both' })];

  constructor(db: Database.Database = migrated()) {
    this.server = new ScriptedServer({
      domain: 'example.com',
      passwords: { alice: 'pw' },
      onIq: (iq, session) => this.#answer(iq, session),
      onStanza: (stanza) => {
        this.taken.push(stanza);
        const body = stanza.getChildText('body');
        const id = stanza.attrs['id'] ?? '';
        if (body !== null && body === this.poison) {
          this.server.sessions.clear();
          this.server.cut();
          return;
        }
        if (body !== null)
          this.archive.push({ id: `a-${id}`, from: own, to: stanza.attrs['to'] ?? '', body, messageId: id });
      },
    });
    this.presence = new OwnPresence({
      store: storeOver(db),
      accountId: 'account',
      publish: (snapshot) => this.hub.publish('ownPresence', snapshot),
    });
    this.service = new ImService({
      account: { id: 'account' },
      config: { jid: own, servers: [{ host: 'one', port: 5222 }], directTls: false },
      store: storeOver(db),
      hub: this.hub,
      emit: (name, payload) => {
        if (name === 'chat.typing' && 'typing' in payload) this.typing.push(payload.typing);
        if (name !== 'chat.message' || !('message' in payload)) return;
        if ('removed' in payload && payload.removed) this.removed.push(payload.message.id);
        else this.shown.push(payload.message);
      },
      health: { report: (report) => this.health.push(report) },
      clock: this.clock,
      random: () => 0.5,
      log: silentLogger,
      transport: this.server,
      resolve: () => Promise.resolve([]),
      ownPresence: this.presence,
      archive: { append: (messages) => this.archivedToFile.push(...messages.map(({ body }) => body)) },
      names: { byJid: (jid) => (jid === 'carol@example.com' ? { name: 'Carol Lindqvist' } : undefined) },
      sendsTyping: () => true,
      onIncoming: (message, name) => this.notified.push(`${name}: ${message.body}`),
    });
  }

  async start(): Promise<this> {
    this.presence.start();
    await this.service.start();
    return this;
  }

  async signIn(): Promise<this> {
    await this.start();
    this.service.connect('pw');
    await this.until('signed in', () =>
      this.topic('roster').contacts.some(({ presence }) => presence.state === 'offline'),
    );
    return this;
  }

  async until(what: string, isSo: () => boolean, stepMs = 5): Promise<void> {
    for (let turn = 0; turn < 5_000; turn += 1) {
      if (isSo()) return;
      await new Promise((resolve) => setImmediate(resolve));
      // Hashing takes real time, in threads: the test's time waits for it.
      while (this.server.awaitsResponse) await new Promise((resolve) => setImmediate(resolve));
      await this.clock.run(stepMs);
    }
    throw new Error(`never: ${what}`);
  }

  topic<Name extends TopicName>(name: Name): TopicSnapshot<Name> {
    return this.hub.current(name).snapshot as TopicSnapshot<Name>;
  }

  /** The server delivers a message of somebody. */
  deliver(body: string, ...children: Element[]): void {
    this.server.session.send(
      xml(
        'message',
        { from: `${bob}/pc`, to: own, type: 'chat', id: `id-${body}` },
        xml('body', null, body),
        ...children,
      ),
    );
  }

  bodies(state?: string): readonly string[] {
    return this.service
      .page({ peer: bob, limit: 100 })
      .messages.filter((message) => state === undefined || message.state === state)
      .map(({ body }) => body);
  }

  takenBodies(): readonly string[] {
    return this.taken.map((stanza) => stanza.getChildText('body')).filter((body) => body !== null);
  }

  #answer(iq: Element, session: ServerSession): Element | undefined {
    const disco = iq.getChild('query', namespaces.discoInfo);
    if (disco !== undefined && iq.attrs['to'] === own) {
      const features = this.hasArchive ? [namespaces.archive, namespaces.stanzaIds] : [];
      const query = xml(
        'query',
        { xmlns: namespaces.discoInfo },
        ...features.map((name) => xml('feature', { var: name })),
      );
      return emptyResult(iq, query);
    }
    if (iq.attrs['type'] === 'get' && iq.getChild('query', namespaces.roster) !== undefined) {
      return emptyResult(iq, xml('query', { xmlns: namespaces.roster }, ...this.contacts));
    }
    if (iq.getChild('time', namespaces.time) !== undefined && this.serverAheadMs !== undefined) {
      const utc = new Date(this.clock.now() + this.serverAheadMs).toISOString().replace(/\.\d+/, '');
      return emptyResult(iq, xml('time', { xmlns: namespaces.time }, xml('utc', null, utc)));
    }
    const query = iq.getChild('query', namespaces.archive);
    return query === undefined ? undefined : this.#page(iq, query, session);
  }

  /** XEP-0313 with XEP-0059, as far as it is asked for. */
  #page(iq: Element, query: Element, session: ServerSession): Element {
    const set = query.getChild('set', namespaces.resultSet);
    const max = Number(set?.getChildText('max'));
    const after = set?.getChildText('after');
    const before = set?.getChildText('before') ?? undefined;
    const position = (id: string): number => this.archive.findIndex((archived) => archived.id === id);
    if (after !== null && after !== undefined && position(after) < 0) {
      const error = xml('error', { type: 'cancel' }, xml('item-not-found', { xmlns: namespaces.stanzaErrors }));
      return xml('iq', { type: 'error', id: iq.attrs['id'] }, error);
    }
    const end = before === undefined || before === '' ? this.archive.length : position(before);
    const start = before === undefined ? position(after ?? '') + 1 : Math.max(0, end - max);
    const page = this.archive.slice(start, before === undefined ? start + max : end);
    for (const { id, from, to, body, messageId, atMs = Date.UTC(2026, 0, 1) } of page) {
      const message = xml(
        'message',
        { xmlns: namespaces.client, from, to, type: 'chat', id: messageId },
        xml('body', null, body),
      );
      const delay = xml('delay', { xmlns: namespaces.delay, stamp: new Date(atMs).toISOString() });
      const forwarded = xml('forwarded', { xmlns: namespaces.forward }, delay, message);
      const result = xml('result', { xmlns: namespaces.archive, queryid: query.attrs['queryid'], id }, forwarded);
      session.send(xml('message', { from: own, to: session.jid }, result));
    }
    const isComplete = before === undefined ? start + max >= this.archive.length : start === 0;
    const ids =
      page.length === 0 ? [] : [xml('first', null, page[0]?.id ?? ''), xml('last', null, page.at(-1)?.id ?? '')];
    const fin = xml(
      'fin',
      { xmlns: namespaces.archive, complete: String(isComplete) },
      xml('set', { xmlns: namespaces.resultSet }, ...ids),
    );
    return emptyResult(iq, fin);
  }
}

/** An empty database that has what chat needs. */
export function migrated(): Database.Database {
  const db = new Database(':memory:');
  chat.up(db);
  roster.up(db);
  deletedChats.up(db);
  deletedChatsClock.up(db);
  return db;
}

/** Those of the test that runs. */
const worlds: World[] = [];

/** A world that the test's end stops. */
export function newWorld(db?: Database.Database): World {
  const world = new World(db);
  worlds.push(world);
  return world;
}

export async function signedIn(db?: Database.Database): Promise<World> {
  return newWorld(db).signIn();
}

/** After each test: every world stops, and none leaves a timer behind. */
export async function endWorlds(): Promise<void> {
  for (const world of worlds.splice(0)) {
    await world.service.stop();
    expect(world.clock.pending).toBe(0);
  }
}
