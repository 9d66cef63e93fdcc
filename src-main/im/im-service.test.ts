import Database from 'better-sqlite3';
import { xml } from '@xmpp/client';
import type { Element } from '@xmpp/xml';
import { afterEach, describe, expect, test } from 'vitest';
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

const own = 'alice@example.com';
const bob = 'bob@example.com';

/** One message in the server's archive. */
interface Archived {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly messageId: string;
  /** UTC milliseconds by the server's clock. */
  readonly atMs?: number;
}

/** Alice's program and her server, with an archive (XEP-0313) unless told otherwise. */
class World {
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

function migrated(): Database.Database {
  const db = new Database(':memory:');
  chat.up(db);
  roster.up(db);
  deletedChats.up(db);
  deletedChatsClock.up(db);
  return db;
}

const worlds: World[] = [];

async function signedIn(db?: Database.Database): Promise<World> {
  const world = new World(db);
  worlds.push(world);
  return world.signIn();
}

afterEach(async () => {
  for (const world of worlds.splice(0)) {
    await world.service.stop();
    expect(world.clock.pending).toBe(0);
  }
});

test('before sign-in the cached people and chats are there, and nothing goes over the network', async () => {
  const db = migrated();
  const first = await signedIn(db);
  first.deliver('hello');
  await first.until('stored', () => first.bodies().length === 1);
  const second = await new World(db).start();
  worlds.push(second);
  expect(second.topic('roster').contacts).toMatchObject([{ jid: bob, name: 'Bob', presence: { state: 'unknown' } }]);
  expect(second.topic('conversations')).toMatchObject({
    unread: 1,
    conversations: [{ peer: bob, name: 'Bob', lastBody: 'hello', unread: 1 }],
  });
  expect(second.server.dialled).toEqual([]);
  expect(second.health.at(-1)?.state).toBe('off');
});

describe('a message of ours', () => {
  test('is stored and shown as sending, and as sent when the server has acknowledged it', async () => {
    const world = await signedIn();
    const { message } = world.service.send({ peer: 'Bob@Example.com', body: 'hi' });
    expect(message).toMatchObject({ peer: bob, state: 'sending' });
    expect(world.bodies('sending')).toEqual(['hi']);
    expect(world.archivedToFile).toEqual([]);
    await world.until('sent', () => world.bodies('sent').length === 1);
    expect(world.shown.map(({ id, state }) => [id, state])).toEqual([
      [message.id, 'sending'],
      [message.id, 'sent'],
    ]);
    expect(world.archivedToFile).toEqual(['hi']);
  });

  test('written while offline waits, over restarts, and goes out in order', async () => {
    const db = migrated();
    const offline = await new World(db).start();
    for (const body of ['one', 'two', 'three']) offline.service.send({ peer: bob, body });
    await offline.service.stop();
    const world = await signedIn(db);
    await world.until('sent', () => world.bodies('sent').length === 3);
    expect(world.takenBodies()).toEqual(['one', 'two', 'three']);
  });

  test('in doubt that the server has is not sent again; one that it has not is, before what was written later', async () => {
    const world = await signedIn();
    world.service.send({ peer: bob, body: 'known' });
    await world.until('sent', () => world.bodies('sent').length === 1);
    const { connection } = world.server.session;
    // The wire takes nothing back any more: acknowledgements are lost, and then what is sent is lost, too.
    if (connection !== undefined) connection.write = () => undefined;
    world.service.send({ peer: bob, body: 'arrived' });
    await world.until('arrived', () => world.takenBodies().includes('arrived'), 0);
    world.server.isReachable = false;
    world.server.sessions.clear();
    world.service.send({ peer: bob, body: 'lost' });
    world.server.cut();
    await world.until('down', () => world.health.at(-1)?.state === 'reconnecting');
    world.service.send({ peer: bob, body: 'later' });
    world.server.isReachable = true;
    await world.until('all sent', () => world.bodies('sent').length === 4, 100);
    expect(world.takenBodies()).toEqual(['known', 'arrived', 'lost', 'later']);
  });

  test('in doubt is found in the archive also when messages to us came after it', async () => {
    const world = await signedIn();
    const receive = async (body: string): Promise<void> => {
      world.archive.push({ id: `a-${body}`, from: bob, to: own, body, messageId: `id-${body}` });
      world.deliver(body, xml('stanza-id', { xmlns: namespaces.stanzaIds, by: own, id: `a-${body}` }));
      await world.until('received', () => world.bodies().includes(body));
    };
    await receive('before');
    const { connection } = world.server.session;
    const write = connection?.write.bind(connection);
    if (connection !== undefined) {
      connection.write = (text) => {
        if (!text.startsWith('<a ')) write?.(text);
      };
    }
    world.service.send({ peer: bob, body: 'arrived' });
    await world.until('arrived', () => world.takenBodies().includes('arrived'), 0);
    await receive('after');
    world.server.sessions.clear();
    world.server.cut();
    await world.until('sent', () => world.bodies('sent').includes('arrived'), 100);
    expect(world.takenBodies()).toEqual(['arrived']);
    expect([...world.bodies()].sort()).toEqual(['after', 'arrived', 'before']);
  });

  test('in doubt at a server without archive is the person’s to send again', async () => {
    const world = new World();
    worlds.push(world);
    world.hasArchive = false;
    await world.signIn();
    const { connection } = world.server.session;
    if (connection !== undefined) connection.write = () => undefined;
    const { message } = world.service.send({ peer: bob, body: 'arrived or not' });
    await world.until('arrived', () => world.takenBodies().length === 1, 0);
    world.server.sessions.clear();
    world.server.cut();
    await world.until('failed', () => world.bodies('failed').length === 1, 100);
    expect(world.shown.at(-1)?.failure).toBe('Not sent, the connection dropped. Try again, or delete.');
    expect(world.takenBodies()).toHaveLength(1);
    world.service.retryMessage({ id: message.id });
    await world.until('sent', () => world.bodies('sent').length === 1);
    expect(world.taken.filter((stanza) => stanza.attrs['id'] === message.id)).toHaveLength(2);
  });

  test('that makes the server hang up each time is given up after three times, and holds nothing else up', async () => {
    const world = await signedIn();
    world.poison = 'poison';
    world.service.send({ peer: bob, body: 'poison' });
    await world.until('given up', () => world.bodies('failed').includes('poison'), 100);
    expect(world.takenBodies()).toEqual(['poison', 'poison', 'poison']);
    world.service.send({ peer: bob, body: 'after it' });
    await world.until('sent', () => world.bodies('sent').includes('after it'), 100);
  });

  test('that comes back fails in plain words, and can be discarded', async () => {
    const world = await signedIn();
    const { message } = world.service.send({ peer: bob, body: 'hi' });
    await world.until('sent', () => world.bodies('sent').length === 1);
    const error = xml('error', { type: 'cancel' }, xml('service-unavailable', { xmlns: namespaces.stanzaErrors }));
    world.server.session.send(xml('message', { from: bob, type: 'error', id: message.id }, error));
    await world.until('failed', () => world.bodies('failed').length === 1);
    expect(world.shown.at(-1)?.failure).toBe('Not delivered. This person cannot be reached by chat now.');
    world.service.discardMessage({ id: message.id });
    expect(world.removed).toEqual([message.id]);
    expect(world.topic('conversations').conversations).toEqual([]);
    expect(() => world.service.discardMessage({ id: message.id })).toThrow('not sent');
    expect(() => world.service.retryMessage({ id: message.id })).toThrow('does not wait');
  });

  test('of a stranger’s error stays as it is', async () => {
    const world = await signedIn();
    const { message } = world.service.send({ peer: bob, body: 'hi' });
    await world.until('sent', () => world.bodies('sent').length === 1);
    world.server.session.send(xml('message', { from: 'mallory@evil.example', type: 'error', id: message.id }));
    world.deliver('after');
    await world.until('taken', () => world.bodies().includes('after'));
    expect(world.bodies('failed')).toEqual([]);
  });

  test('with nothing that can be sent is refused', async () => {
    const world = await signedIn();
    expect(() => world.service.send({ peer: bob, body: ' \u0000 ' })).toThrow('nothing in this message');
  });
});

describe('a message to us', () => {
  test('is stored, archived, shown, counted and told to who looks elsewhere', async () => {
    const world = await signedIn();
    world.deliver('hi');
    await world.until('unread', () => world.topic('conversations').unread === 1);
    expect(world.archivedToFile).toEqual(['hi']);
    expect(world.notified).toEqual(['Bob: hi']);
    const { revision } = world.service.markRead({ peer: bob });
    expect(world.hub.revision('conversations')).toBe(revision);
    expect(world.topic('conversations').unread).toBe(0);
  });

  test('that comes twice by different ways is one', async () => {
    const world = await signedIn();
    const stanzaId = xml('stanza-id', { xmlns: namespaces.stanzaIds, by: own, id: 'a-1' });
    world.deliver('hi', stanzaId);
    world.deliver('hi', stanzaId);
    world.deliver('end');
    await world.until('end', () => world.bodies().includes('end'));
    expect(world.bodies()).toEqual(['hi', 'end']);
  });

  test('is confirmed to a contact who asks, and not to a stranger', async () => {
    const world = await signedIn();
    const request = (): Element => xml('request', { xmlns: namespaces.receipts });
    world.deliver('hi', request());
    world.server.session.send(
      xml('message', { from: 'mallory@evil.example/x', id: 'm' }, xml('body', null, 'spy'), request()),
    );
    await world.until('receipt', () => world.taken.some((stanza) => stanza.getChild('received') !== undefined));
    world.deliver('end');
    await world.until('end', () => world.bodies().includes('end'));
    const receipts = world.taken.filter((stanza) => stanza.getChild('received') !== undefined);
    expect(receipts.map((stanza) => [stanza.attrs['to'], stanza.getChild('received')?.attrs['id']])).toEqual([
      [`${bob}/pc`, 'id-hi'],
    ]);
  });

  test('ends the typing that came before it; typing that is never ended is forgotten', async () => {
    const world = await signedIn();
    const composing = (): void => {
      const state = xml('composing', { xmlns: namespaces.chatStates });
      world.server.session.send(xml('message', { from: `${bob}/pc`, type: 'chat' }, state));
    };
    composing();
    composing();
    world.deliver('hi');
    await world.until('ended', () => world.typing.length === 2);
    composing();
    await world.until('forgotten', () => world.typing.length === 4, 500);
    expect(world.typing).toEqual([true, false, true, false]);
  });
});

describe('the server’s archive', () => {
  const archived = (number: number): Archived => ({
    id: `old-${number}`,
    from: bob,
    to: own,
    body: `old ${number}`,
    messageId: `m-${number}`,
  });

  test('gives the newest messages at the first sign-in, as no news', async () => {
    const world = new World();
    worlds.push(world);
    for (let number = 0; number < 1_000; number += 1) world.archive.push(archived(number));
    await world.signIn();
    await world.until('fetched', () => world.bodies().length === 100);
    expect(world.bodies().at(-1)).toBe('old 999');
    expect(world.bodies()[0]).toBe('old 900');
    expect(world.topic('conversations').unread).toBe(0);
    expect(world.notified).toEqual([]);
  });

  test('gives what was missed while signed out, all of it and once', async () => {
    const db = migrated();
    const first = new World(db);
    first.archive.push(archived(0));
    await first.signIn();
    await first.until('fetched', () => first.bodies().length === 1);
    await first.service.stop();
    const second = new World(db);
    worlds.push(second);
    for (let number = 0; number < 351; number += 1) second.archive.push(archived(number));
    await second.signIn();
    await second.until('fetched', () => second.topic('conversations').unread === 350);
    expect(new Set(second.shown.map(({ body }) => body)).size).toBe(second.shown.length);
  });

  test('that has forgotten our place is read anew', async () => {
    const db = migrated();
    const first = new World(db);
    first.archive.push(archived(0));
    await first.signIn();
    await first.until('fetched', () => first.bodies().length === 1);
    await first.service.stop();
    const second = new World(db);
    worlds.push(second);
    for (let number = 500; number < 520; number += 1) second.archive.push(archived(number));
    await second.signIn();
    await second.until('fetched', () => second.bodies().includes('old 519'));
    expect(second.bodies()).toHaveLength(21);
  });

  test('does not bring back a chat that was deleted here, and what comes later begins a new one', async () => {
    const db = migrated();
    const first = new World(db);
    for (let number = 0; number < 250; number += 1) first.archive.push(archived(number));
    await first.signIn();
    await first.until('fetched', () => first.bodies().length === 100);
    first.service.send({ peer: bob, body: 'mine' });
    await first.until('sent', () => first.bodies('sent').length === 1);
    const { revision } = await first.service.deleteChat({ peer: bob });
    expect(first.hub.revision('conversations')).toBe(revision);
    expect(first.bodies()).toEqual([]);
    expect(first.topic('conversations')).toEqual({ conversations: [], unread: 0 });
    await first.service.stop();
    // The server has forgotten our place: all of it is read anew.
    const second = new World(db);
    worlds.push(second);
    second.archive.push(archived(240), { ...archived(250), from: 'carol@example.com' });
    await second.signIn();
    await second.until('fetched', () => second.topic('conversations').conversations.length > 0);
    expect(second.topic('conversations').conversations.map(({ peer }) => peer)).toEqual(['carol@example.com']);
    second.deliver('a new chat');
    await second.until('received', () => second.bodies().length > 0);
    expect(second.bodies()).toEqual(['a new chat']);
  });

  test.each(['connected', 'offline'])(
    'gives what was written since a chat was deleted, also where this computer’s clock is an hour ahead (%s)',
    async (how) => {
      const db = migrated();
      const first = new World(db);
      const serverMs = first.clock.now() - 3_600_000;
      first.serverAheadMs = -3_600_000;
      first.archive.push({ ...archived(0), atMs: serverMs - 60_000 });
      await first.signIn();
      await first.until('fetched', () => first.bodies().length === 1);
      if (how === 'offline') await first.service.disconnect();
      await first.service.deleteChat({ peer: bob });
      const unsettled = db.prepare('SELECT count(*) FROM chats_deleted WHERE deleted_clock_ms IS NOT NULL').pluck();
      await first.until('told its time', () => how === 'offline' || unsettled.get() === 0);
      await first.service.stop();
      const second = new World(db);
      worlds.push(second);
      second.serverAheadMs = how === 'offline' ? -3_600_000 : undefined;
      // The server has forgotten our place: all of it is read anew.
      second.archive.push({ ...archived(1), atMs: serverMs - 120_000 }, { ...archived(2), atMs: serverMs + 120_000 });
      await second.signIn();
      await second.until('fetched', () => second.bodies().length > 0);
      expect(second.bodies()).toEqual(['old 2']);
    },
  );

  test('is asked now and then by who appears offline, because the server sends them nothing', async () => {
    const world = await signedIn();
    world.service.setPresence({ state: 'offline', text: '' });
    await world.until('gone', () => world.taken.some((stanza) => stanza.attrs['type'] === 'unavailable'));
    expect(world.topic('roster').contacts[0]?.presence.state).toBe('unknown');
    world.archive.push(archived(7));
    await world.until('fetched', () => world.bodies().includes('old 7'), 500);
  });
});

test('presence is sent as chosen, as on the phone during a call, and not twice', async () => {
  const world = await signedIn();
  const presences = (): readonly (string | null)[] =>
    world.taken
      .filter(({ name }) => name === 'presence')
      .map((stanza) => stanza.getChildText('state') ?? stanza.getChildText('show'));
  world.service.setPresence({ state: 'away', text: '' });
  world.presence.setOnPhone(true);
  world.presence.setOnPhone(false);
  world.service.setPresence({ state: 'away', text: '' });
  await world.until('told', () => presences().length >= 4);
  await world.until('rested', () => world.clock.pending === 1);
  expect(presences()).toEqual([null, 'away', 'onphone', 'away']);
  expect(world.topic('ownPresence')).toEqual({ chosen: 'away', shown: 'away', text: '' });
});

test('what others ask is answered: pings and features with what is so, the rest with an error', async () => {
  const world = await signedIn();
  const before = world.server.received.length;
  world.server.writeRaw(
    `<iq type='get' id='q1' from='${bob}/pc'><ping xmlns='urn:xmpp:ping'/></iq>` +
      `<iq type='get' id='q2' from='${bob}/pc'><query xmlns='${namespaces.discoInfo}'/></iq>` +
      `<iq type='set' id='q3' from='${bob}/pc'><query xmlns='jabber:iq:roster'><item jid='x@evil.example'/></query></iq>`,
  );
  await world.until('answered', () => world.server.received.slice(before).includes('q3'));
  const answers = world.server.received.slice(before);
  expect(answers).toMatch(/id="q1"[^>]*type="result"/);
  expect(answers).toContain('urn:xmpp:receipts');
  expect(answers).toMatch(/id="q3"[^>]*type="error"/);
  expect(world.topic('roster').contacts).toHaveLength(1);
});

test('health says in plain words that chat is offline and what happens to messages', async () => {
  const world = await signedIn();
  expect(world.health.at(-1)).toMatchObject({ service: 'chat', state: 'ok', server: 'one:5222' });
  world.server.isReachable = false;
  world.server.cut();
  await world.until('offline', () => world.health.at(-1)?.state === 'reconnecting');
  expect(world.health.at(-1)?.message).toBe(
    'Chat is offline. Messages you write are sent when the connection returns.',
  );
  await world.until('shown as offline', () => world.topic('ownPresence').shown === 'offline', 500);
  await world.service.disconnect();
  expect(world.health.at(-1)?.state).toBe('off');
});
