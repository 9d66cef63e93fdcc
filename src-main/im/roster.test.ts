import Database from 'better-sqlite3';
import { xml } from '@xmpp/client';
import type { Element } from '@xmpp/xml';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Roster as RosterSnapshot } from '../../src-shared/contract/people.ts';
import { limits } from '../../src-shared/limits.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { roster as migration } from '../core/migrations/011-roster.ts';
import { namespaces } from './namespaces.ts';
import { Roster } from './roster.ts';
import { RosterStore } from './roster-store.ts';
import { storeOver } from '../core/store.ts';

const own = 'alice@example.com';
let store: RosterStore;
let clock: TestClock;
let sent: Element[];
let served: Element[];
let snapshots: RosterSnapshot[];
/** Who asked, as others are told. */
let told: string[];

function item(jid: string, attributes: Record<string, string> = {}, ...groups: string[]): Element {
  return xml('item', { jid, subscription: 'both', ...attributes }, ...groups.map((group) => xml('group', null, group)));
}

function people(count: number): Element[] {
  return Array.from({ length: count }, (_, index) => item(`p${index}@example.com`, { name: `Person ${index}` }));
}

beforeEach(() => {
  const db = new Database(':memory:');
  migration.up(db);
  store = new RosterStore(storeOver(db), 'account');
  clock = new TestClock();
  sent = [];
  served = [];
  snapshots = [];
  told = [];
});

function makeRoster(): Roster {
  return new Roster({
    own,
    store,
    clock,
    wire: {
      isUp: true,
      send: (stanza) => sent.push(stanza),
      iq: (type, payload) => {
        sent.push(payload);
        const answer = xml('iq', { type: 'result' });
        if (type === 'get') answer.append(xml('query', { xmlns: namespaces.roster }, ...served));
        return Promise.resolve(answer);
      },
    },
    publish: (snapshot) => snapshots.push(snapshot),
    fallbackName: (jid) => `(${jid})`,
    onRequest: ({ jid }) => told.push(jid),
  });
}

async function loaded(...items: readonly Element[]): Promise<Roster> {
  served = [...items];
  const roster = makeRoster();
  roster.start();
  await roster.load();
  roster.presenceIsKnown();
  return roster;
}

function last(): RosterSnapshot {
  const snapshot = snapshots.at(-1);
  if (snapshot === undefined) throw new Error('nothing was published');
  return snapshot;
}

function push(...items: readonly Element[]): Element {
  return xml('iq', { type: 'set', id: 'p' }, xml('query', { xmlns: namespaces.roster }, ...items));
}

function presence(from: string, show?: string, priority?: number): Element {
  return xml(
    'presence',
    { from },
    ...(show === undefined ? [] : [xml('show', null, show)]),
    ...(priority === undefined ? [] : [xml('priority', null, String(priority))]),
  );
}

const stateOf = (jid: string): string | undefined =>
  last().contacts.find((contact) => contact.jid === jid)?.presence.state;

test('the cached roster is there before sign-in, with nobody’s presence known', async () => {
  await loaded(item('bob@example.com', { name: 'Bob' }, 'Sales'), item('carol@example.com'));
  snapshots = [];
  told = [];
  const again = makeRoster();
  again.start();
  expect(last()).toMatchObject({
    state: 'ready',
    contacts: [
      { jid: 'bob@example.com', name: 'Bob', groups: ['Sales'], presence: { state: 'unknown' } },
      { jid: 'carol@example.com', name: '(carol@example.com)' },
    ],
  });
});

test('a first start with nothing cached is loading until the server has told', async () => {
  const roster = makeRoster();
  roster.start();
  expect(last().state).toBe('loading');
  await roster.load();
  expect(last()).toMatchObject({ state: 'ready', contacts: [] });
});

test('what the server no longer has is gone from the cache', async () => {
  await loaded(item('bob@example.com'), item('carol@example.com'));
  await loaded(item('carol@example.com'));
  expect(store.all().map(({ jid }) => jid)).toEqual(['carol@example.com']);
});

describe('presence', () => {
  test('is offline for who was not named, unknown for who does not tell us', async () => {
    await loaded(item('bob@example.com'), item('carol@example.com', { subscription: 'from' }));
    expect(stateOf('bob@example.com')).toBe('offline');
    expect(stateOf('carol@example.com')).toBe('unknown');
  });

  test('is that of the resource with the highest priority, then of the one that spoke last', async () => {
    const roster = await loaded(item('bob@example.com'));
    const tell = (stanza: Element): string | undefined => {
      roster.onPresence(stanza);
      roster.flush();
      return stateOf('bob@example.com');
    };
    expect(tell(presence('bob@example.com/pc', 'dnd', 5))).toBe('dnd');
    expect(tell(presence('bob@example.com/phone', 'away', 1))).toBe('dnd');
    expect(tell(presence('bob@example.com/tablet', undefined, 5))).toBe('available');
    expect(tell(xml('presence', { from: 'bob@example.com/tablet', type: 'unavailable' }))).toBe('dnd');
    expect(tell(xml('presence', { from: 'bob@example.com/pc', type: 'unavailable' }))).toBe('away');
    expect(tell(xml('presence', { from: 'bob@example.com/phone', type: 'unavailable' }))).toBe('offline');
  });

  test('of a burst is published once, and rows that did not change keep their identity', async () => {
    const roster = await loaded(...people(100));
    const before = last();
    const count = snapshots.length;
    for (let index = 0; index < 99; index += 1) roster.onPresence(presence(`p${index}@example.com/x`));
    roster.flush();
    roster.flush();
    expect(snapshots).toHaveLength(count + 1);
    expect(last().contacts[99]).toBe(before.contacts[99]);
    expect(last().contacts[0]).not.toBe(before.contacts[0]);
  });

  test('becomes unknown when chat stays offline, and stays through a short cut', async () => {
    const roster = await loaded(item('bob@example.com'));
    roster.onPresence(presence('bob@example.com/pc'));
    roster.connectionLost();
    clock.advance(2_000);
    roster.sessionResumed();
    clock.advance(60_000);
    roster.flush();
    expect(stateOf('bob@example.com')).toBe('available');
    roster.connectionLost();
    clock.advance(10_000);
    expect(stateOf('bob@example.com')).toBe('unknown');
  });
});

describe('the limit of contacts', () => {
  test(`lets number ${limits.contacts} in and refuses the next in plain words`, async () => {
    const roster = await loaded(...people(limits.contacts - 1));
    await roster.add('last@example.com', 'Last', []);
    await expect(roster.add('one-too-many@example.com', 'No', [])).rejects.toMatchObject({
      code: 'limit',
      message: expect.stringContaining('200 people') as string,
    });
    expect(sent.some((stanza) => stanza.toString().includes('one-too-many'))).toBe(false);
  });

  test('does not stand in the way of changing somebody who is there', async () => {
    const roster = await loaded(...people(limits.contacts));
    await roster.update('p7@example.com', 'Seven', ['Lucky']);
    await roster.add('p8@example.com', 'Eight', []);
    expect(last().contacts[7]).toMatchObject({ name: 'Seven', groups: ['Lucky'] });
  });

  test('hides nobody whom the server has beyond it', async () => {
    await loaded(...people(limits.contacts + 5));
    expect(last().contacts).toHaveLength(limits.contacts + 5);
  });
});

describe('a roster push', () => {
  test('of our server changes one contact', async () => {
    const roster = await loaded(item('bob@example.com', { name: 'Bob' }));
    expect(roster.onPush(push(item('bob@example.com', { name: 'Robert', ask: 'subscribe' })))).toBe(true);
    expect(roster.onPush(push(item('carol@example.com', { subscription: 'none' })))).toBe(true);
    roster.flush();
    expect(last().contacts).toMatchObject([{ name: 'Robert', pendingOut: true }, { jid: 'carol@example.com' }]);
    roster.onPush(push(item('bob@example.com', { subscription: 'remove' })));
    roster.flush();
    expect(last().contacts.map(({ jid }) => jid)).toEqual(['carol@example.com']);
    expect(store.all()).toHaveLength(1);
  });

  test.each(['mallory@example.com', 'mallory@example.com/x', 'example.com'])(
    'of %s changes nothing (CVE-2015-8688)',
    async (from) => {
      const roster = await loaded(item('bob@example.com', { name: 'Bob' }));
      const forged = xml(
        'iq',
        { type: 'set', from },
        xml('query', { xmlns: namespaces.roster }, item('mallory@example.com')),
      );
      expect(roster.onPush(forged)).toBe(false);
      roster.flush();
      expect(last().contacts).toHaveLength(1);
    },
  );
});

describe('a request to see our presence', () => {
  const ask = (from: string): Element =>
    xml('presence', { from, type: 'subscribe' }, xml('nick', { xmlns: namespaces.nick }, 'Mal'));

  test('is shown until it is answered', async () => {
    const roster = await loaded();
    roster.onPresence(ask('mallory@example.com'));
    roster.onPresence(ask('oscar@example.com'));
    roster.flush();
    expect(last().requests).toMatchObject([{ jid: 'mallory@example.com', name: 'Mal' }, { jid: 'oscar@example.com' }]);
    roster.deny('mallory@example.com');
    roster.approve('oscar@example.com');
    expect(sent.slice(-2).map((stanza) => [stanza.attrs['to'], stanza.attrs['type']])).toEqual([
      ['mallory@example.com', 'unsubscribed'],
      ['oscar@example.com', 'subscribed'],
    ]);
    expect(last().requests).toEqual([]);
    expect(() => roster.approve('oscar@example.com')).toThrow('not open any more');
  });

  test('is told once until it is answered or taken back, in whichever session the server delivers it', async () => {
    const roster = await loaded(item('bob@example.com'));
    const jid = 'mallory@example.com';
    roster.onPresence(ask(jid));
    roster.onPresence(ask(jid));
    roster.onPresence(ask('bob@example.com'));
    roster.sessionBegins();
    roster.onPresence(ask(jid));
    roster.flush();
    expect(last().requests).toMatchObject([{ jid }]);
    expect(told).toEqual([jid]);
    roster.onPresence(xml('presence', { from: jid, type: 'unsubscribe' }));
    roster.onPresence(ask(jid));
    roster.deny(jid);
    roster.onPresence(ask(jid));
    expect(told).toEqual([jid, jid, jid]);
  });

  test('of somebody who may see it already is answered by itself', async () => {
    const roster = await loaded(item('bob@example.com'));
    roster.onPresence(ask('bob@example.com'));
    roster.flush();
    expect(last().requests).toEqual([]);
    expect(sent.at(-1)?.attrs).toMatchObject({ to: 'bob@example.com', type: 'subscribed' });
  });

  test('of somebody whom we asked ourselves is answered by itself', async () => {
    const roster = await loaded(
      item('bob@example.com', { subscription: 'to' }),
      item('carol@example.com', { subscription: 'none', ask: 'subscribe' }),
      item('dave@example.com', { subscription: 'none' }),
    );
    for (const name of ['bob', 'carol', 'dave']) roster.onPresence(ask(`${name}@example.com`));
    roster.flush();
    expect(sent.slice(-2).map((stanza) => [stanza.attrs['to'], stanza.attrs['type']])).toEqual([
      ['bob@example.com', 'subscribed'],
      ['carol@example.com', 'subscribed'],
    ]);
    expect(last().requests).toMatchObject([{ jid: 'dave@example.com' }]);
  });

  test('is answered by adding who asked', async () => {
    const roster = await loaded();
    roster.onPresence(ask('mallory@example.com'));
    await roster.add('mallory@example.com', 'Mal', []);
    expect(sent.slice(-2).map((stanza) => [stanza.attrs['to'], stanza.attrs['type']])).toEqual([
      ['mallory@example.com', 'subscribe'],
      ['mallory@example.com', 'subscribed'],
    ]);
    expect(last().requests).toEqual([]);
  });

  test('can be returned once it was allowed, and again after a refusal', async () => {
    const roster = await loaded();
    const askedOf = (jid: string): number =>
      sent.filter(({ attrs }) => attrs['to'] === jid && attrs['type'] === 'subscribe').length;
    roster.onPresence(ask('mallory@example.com'));
    roster.approve('mallory@example.com');
    roster.onPush(push(item('mallory@example.com', { subscription: 'from' })));
    roster.askPresence('mallory@example.com');
    expect(askedOf('mallory@example.com')).toBe(1);
    expect(last().contacts).toMatchObject([{ subscription: 'from', pendingOut: true }]);
    // Asked already.
    roster.askPresence('mallory@example.com');
    expect(askedOf('mallory@example.com')).toBe(1);
    // She refuses: the server takes the question back.
    roster.onPush(push(item('mallory@example.com', { subscription: 'from' })));
    roster.askPresence('mallory@example.com');
    expect(askedOf('mallory@example.com')).toBe(2);
    roster.onPush(push(item('mallory@example.com', { subscription: 'both' })));
    roster.askPresence('mallory@example.com');
    expect(askedOf('mallory@example.com')).toBe(2);
    expect(() => roster.askPresence('stranger@example.com')).toThrow('not in your contacts');
  });

  test('of thousands of strangers does not fill the list without end', async () => {
    const roster = await loaded();
    for (let index = 0; index < 5_000; index += 1) roster.onPresence(ask(`spam${index}@evil.example`));
    roster.flush();
    expect(last().requests).toHaveLength(100);
  });
});

test('our own address and what is no address cannot be added; strangers cannot be changed', async () => {
  const roster = await loaded();
  await expect(roster.add(own, 'Me', [])).rejects.toMatchObject({ code: 'invalid' });
  await expect(roster.add('nonsense', 'X', [])).rejects.toMatchObject({ code: 'invalid' });
  await expect(roster.remove('stranger@example.com')).rejects.toMatchObject({ code: 'notFound' });
});
