import Database from 'better-sqlite3';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { people as migration } from '../core/migrations/030-people.ts';
import { peopleMerge } from '../core/migrations/053-people-merge.ts';
import { personIdOf } from './entry.ts';
import type { DirectoryEntry } from './entry.ts';
import { PeopleStore } from './people-store.ts';
import type { PeopleStoreOptions } from './people-store.ts';
import { storeOver } from '../core/store.ts';

const domain = 'example.test';
const given = [
  'Élodie',
  'Jürgen',
  'Łukasz',
  'Olivia',
  'Thabo',
  'Wei',
  'José',
  'Anna',
  'Johanna',
  'Björn',
  '秀英',
  'محمد',
];
const surnames = [
  'Müller',
  "O'Neill",
  'García',
  'Smith',
  'Nakamura',
  'Ødegård',
  'Kowalski',
  'Weiß',
  'Van der Berg',
  '王',
];

function entry(name: string, changes: Partial<DirectoryEntry> = {}): DirectoryEntry {
  const dn = `cn=${name},dc=example,dc=test`;
  return { id: personIdOf(dn), dn, name, numbers: [], hasPhoto: false, aliases: [], ...changes };
}

/** The same people every time; numbers and mails are unique. */
function makeEntries(count: number): readonly DirectoryEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${given[index % given.length] ?? ''} ${surnames[(index * 7) % surnames.length] ?? ''} ${index}`;
    const mail = `user${index}@${domain}`;
    return entry(name, {
      jid: mail,
      mail,
      title: `Title ${index % 9}`,
      numbers: [
        { kind: 'work', shown: `+44 20 7${String(100_000 + index)}0` },
        { kind: 'mobile', shown: `07700 9${String(10_000 + index)}` },
      ],
      aliases: [`login${index}`],
    });
  });
}

function makeStore(db: Database.Database, account = 'a', changes: Partial<PeopleStoreOptions> = {}): PeopleStore {
  return new PeopleStore(storeOver(db), account, {
    clock: new TestClock(),
    monotonicMs: () => 0,
    pause: () => Promise.resolve(),
    region: () => 'GB',
    ...changes,
  });
}

function makeDatabase(): Database.Database {
  const db = new Database(':memory:');
  db.pragma('foreign_keys = ON');
  migration.up(db);
  peopleMerge.up(db);
  return db;
}

/** A clock that says after every so many looks that the time of a transaction is over. */
function tickOnceIn(looks: number): () => number {
  let nowMs = 0;
  let looked = 0;
  return () => {
    looked += 1;
    // One look at the start of a transaction, and one after each row.
    if (looked % (looks + 1) === 0) nowMs += 10;
    return nowMs;
  };
}

function names(store: PeopleStore, query: string): readonly string[] {
  return store.search(query).people.map(({ name }) => name);
}

describe('five thousand people', () => {
  let store: PeopleStore;
  const all = makeEntries(5_000);

  beforeAll(async () => {
    store = makeStore(makeDatabase());
    await store.putEntries(all);
  });

  test('every one of a sample is found by each word, by mail, login name, number, end of number', () => {
    expect(store.count()).toBe(5_000);
    for (let index = 0; index < all.length; index += 211) {
      const person = all[index];
      if (person === undefined) throw new Error('no person');
      const [first = '', ...rest] = person.name.split(' ');
      const number = person.numbers[0]?.shown ?? '';
      for (const query of [
        person.name,
        [...rest, first].join(' '),
        person.name.toUpperCase(),
        person.mail ?? '',
        person.aliases[0] ?? '',
        number,
        number.replace('+44 ', '0'),
        number.replace('+44 ', '0044'),
        number.replace(/\D/g, '').slice(-7),
        person.numbers[1]?.shown ?? '',
      ]) {
        expect(names(store, query), query).toContain(person.name);
      }
    }
  });

  test('accents, case and order of words do not matter', () => {
    expect(names(store, 'muller elodie')).toEqual(names(store, 'ÉLODIE Müller'));
    expect(names(store, 'muller elodie').length).toBeGreaterThan(0);
    expect(names(store, 'oneill')).toEqual(names(store, "O'Neill"));
    expect(names(store, 'odegard').length).toBe(50);
  });

  test('three letters from the inside of a word are enough, two are not', () => {
    expect(names(store, 'kamur').every((name) => name.includes('Nakamura'))).toBe(true);
    expect(names(store, 'kamur').length).toBe(50);
    expect(names(store, 'ka').some((name) => name.includes('Nakamura'))).toBe(false);
  });

  test('a list is never longer than it shows, and says when it is not all', () => {
    expect(store.search('smith')).toMatchObject({ truncated: true });
    expect(store.search('smith').people).toHaveLength(50);
    expect(store.search('login4999')).toMatchObject({ truncated: false });
  });

  test('the number of a caller gives the name, however it is written; an unknown one nothing', () => {
    const person = all[1234];
    const digits = (person?.numbers[0]?.shown ?? '').replace(/\D/g, '');
    const known = { name: person?.name, jid: person?.jid, e164: `+${digits}` };
    expect(store.byNumber(`+${digits}`)).toEqual(known);
    expect(store.byNumber(`sip:+${digits}@pbx.test`)).toEqual(known);
    expect(store.byNumber(`0${digits.slice(2)}`)).toEqual(known);
    expect(store.byNumber(`9${digits}`)).toMatchObject({ name: person?.name });
    expect(store.byNumber('+442089999999')).toBeUndefined();
    expect(store.byNumber('anonymous')).toBeUndefined();
    expect(store.byJid('USER7@example.test')?.name).toBe(all[7]?.name);
  });

  test.each([
    ['quotes', '"smith" "'],
    ['syntax of the full-text search', 'smith* OR (NEAR words:x) NOT ^a {b}'],
    ['syntax of SQL', "'; DROP TABLE directory_people; --"],
    ['emoji', '😀👩‍👩‍👧'],
    ['NUL', 'smi\0th'],
    ['a lone surrogate', 'smith \ud800'],
    ['wildcards', '% _ * ?'],
    ['a long text', 'smith '.repeat(5_000)],
    ['many digits', '1'.repeat(255)],
    ['nothing', '   '],
  ])('%s in the search box is data', (_, query) => {
    expect(() => store.search(query)).not.toThrow();
    expect(store.count()).toBe(5_000);
  });

  test('NUL separates words and syntax loses its meaning', () => {
    expect(names(store, '"smith"')).toEqual(names(store, 'smith'));
    expect(names(store, 'smith OR nakamura')).toEqual([]);
    expect(names(store, 'login12*')).toEqual(names(store, 'login12'));
  });
});

describe('what is kept', () => {
  let db: Database.Database;
  let store: PeopleStore;

  beforeEach(() => {
    db = makeDatabase();
    store = makeStore(db);
  });

  test('an entry that changed is found by its new name and number only', async () => {
    const dn = 'uid=x,dc=example,dc=test';
    const same = { id: personIdOf(dn), dn };
    await store.putEntries([entry('Maria Old', { ...same, numbers: [{ kind: 'work', shown: '+442071000001' }] })]);
    await store.putEntries([entry('Maria New', { ...same, numbers: [{ kind: 'work', shown: '+442071000002' }] })]);
    expect(names(store, 'maria')).toEqual(['Maria New']);
    expect(names(store, 'old')).toEqual([]);
    expect(store.byNumber('+442071000001')).toBeUndefined();
    expect(store.byNumber('+442071000002')?.name).toBe('Maria New');
    expect(store.count()).toBe(1);
  });

  test('a DN in other case is the same entry', () => {
    expect(personIdOf('UID=Alice,DC=Example')).toBe(personIdOf('uid=alice,dc=example'));
  });

  test('accounts do not see each other, even those with many people before', async () => {
    const other = makeStore(db, 'b');
    await store.putEntries(makeEntries(300));
    await other.putEntries([
      entry('Smith of B', { numbers: [{ kind: 'work', shown: '6100' }], mail: 'b@example.test' }),
    ]);
    expect(names(other, 'smith')).toEqual(['Smith of B']);
    expect(names(store, 'smith of')).toEqual([]);
    expect(store.byNumber('6100')).toBeUndefined();
    expect(other.byJid('user1@example.test')).toBeUndefined();
    await store.forget();
    expect(store.count()).toBe(0);
    expect(names(store, 'smith')).toEqual([]);
    expect(names(other, 'smith')).toEqual(['Smith of B']);
  });

  test('a contact shows once, by the name of the roster, with what the directory knows', async () => {
    await store.putEntries([
      entry('Robert Okafor', {
        mail: 'bob@example.test',
        title: 'Director',
        numbers: [{ kind: 'work', shown: '+442079460101' }],
      }),
      entry('Robert Other'),
    ]);
    store.setContacts([{ jid: 'bob@example.test', name: 'Bob' }]);
    const { people } = store.search('robert');
    expect(people.map(({ name, source }) => [name, source])).toEqual([
      ['Bob', 'contacts'],
      ['Robert Other', 'directory'],
    ]);
    expect(people[0]).toMatchObject({ id: 'jid:bob@example.test', title: 'Director', jid: 'bob@example.test' });
    expect(store.byNumber('+442079460101')).toEqual({ name: 'Bob', jid: 'bob@example.test', e164: '+442079460101' });
    expect(store.byId('jid:bob@example.test')?.name).toBe('Bob');
    store.setContacts([]);
    expect(names(store, 'robert')).toEqual(['Robert Okafor', 'Robert Other']);
  });

  test('contacts without an entry are found too, and are named as missing', () => {
    store.setContacts([{ jid: 'zoe@elsewhere.test', name: '' }]);
    expect(names(store, 'zoe')).toEqual(['zoe@elsewhere.test']);
    expect(store.withoutEntry(['zoe@elsewhere.test'])).toEqual(['zoe@elsewhere.test']);
  });

  test('a roster beyond the limit is written once, not each time somebody comes or goes', () => {
    const writes = (): unknown => db.prepare('SELECT total_changes()').pluck().get();
    const roster = Array.from({ length: 201 }, (_, index) => ({ jid: `c${index}@example.test`, name: `C ${index}` }));
    store.setContacts(roster);
    const before = writes();
    store.setContacts(roster);
    expect(writes()).toBe(before);
  });

  test('people talked to lately come before strangers; the oldest of two hundred is forgotten', async () => {
    await store.putEntries([
      entry('Ann Stranger'),
      entry('Ann Known', { numbers: [{ kind: 'work', shown: '+442079460105' }] }),
    ]);
    store.noteRecent({ name: 'whatever the network said', number: '+442079460105', atMs: 5 });
    expect(store.search('ann').people.map(({ name, source }) => [name, source])).toEqual([
      ['Ann Known', 'recent'],
      ['Ann Stranger', 'directory'],
    ]);
    for (let index = 0; index < 200; index += 1) {
      store.noteRecent({ name: `Caller ${index}`, number: `+44208100${String(1_000 + index)}`, atMs: 100 + index });
    }
    expect(store.search('ann').people[0]?.source).toBe('directory');
    expect(names(store, 'caller 199')).toEqual(['Caller 199']);
  });

  test('a switchboard number is nobody’s, unless one contact has it', async () => {
    const numbers = [{ kind: 'work', shown: '+442079460000' }] as const;
    await store.putEntries([
      entry('Ann', { numbers, mail: 'ann@example.test' }),
      entry('Ben', { numbers, mail: 'ben@example.test' }),
    ]);
    expect(store.byNumber('+442079460000')).toBeUndefined();
    store.setContacts([{ jid: 'ben@example.test', name: 'Ben' }]);
    expect(store.byNumber('+442079460000')?.name).toBe('Ben');
  });

  test('an extension finds and names the person, alone or beside the name', async () => {
    await store.putEntries([
      entry('Alice', { numbers: [{ kind: 'work', shown: '+44 20 7946 0100 ext. 6100' }] }),
      entry('Alice Other', { numbers: [{ kind: 'work', shown: '6200' }] }),
    ]);
    expect(store.byNumber('6100')?.name).toBe('Alice');
    expect(names(store, '6200')).toEqual(['Alice Other']);
    expect(names(store, 'alice 6100')).toEqual(['Alice']);
  });

  test('a photo is kept, and that there is none is kept as well', async () => {
    const alice = entry('Alice', { hasPhoto: true, mail: 'alice@example.test' });
    await store.putEntries([alice]);
    const bytes = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
    store.putPhoto('jid:alice@example.test', { mimeType: 'image/jpeg', bytes });
    expect(store.photo(alice.id)).toEqual({ mimeType: 'image/jpeg', bytes });
    store.putPhoto(alice.id, undefined);
    expect(store.photo(alice.id)).toBeUndefined();
    expect(store.byId(alice.id)?.hasPhoto).toBe(false);
  });

  test('a contact found by login name stays found when the entry comes again with its mail address only', async () => {
    store.setContacts([{ jid: 'al@example.test', name: 'Al' }]);
    const plain = entry('Alice', { mail: 'alice.long@example.test', jid: 'alice.long@example.test', title: 'Boss' });
    await store.putEntries([{ ...plain, jid: 'al@example.test' }]);
    await store.putEntries([{ ...plain, title: 'Chief' }]);
    expect(store.byId('jid:al@example.test')).toMatchObject({ title: 'Chief', name: 'Al' });
  });
});

describe('the process is never held for long', () => {
  test('at most 200 rows in one transaction, with a pause after each', async () => {
    let pauses = 0;
    const store = makeStore(makeDatabase(), 'a', {
      pause: () => {
        pauses += 1;
        return Promise.resolve();
      },
    });
    await store.putEntries(makeEntries(1_000));
    // One before the full-text tables are merged, one after it, and none at the end.
    expect(pauses).toBe(9);
  });

  test('full-text tables are merged a little at a time, and stay in few segments all the same', async () => {
    const db = makeDatabase();
    const changes = db.prepare('SELECT total_changes()').pluck();
    const written = { rows: [] as number[], merges: [] as number[] };
    const store = storeOver(db);
    let isMerge = false;
    const people = new PeopleStore(
      {
        ...store,
        db,
        write: (work) => {
          const before = Number(changes.get());
          const result = store.write(work);
          (isMerge ? written.merges : written.rows).push(Number(changes.get()) - before);
          isMerge = !isMerge;
          return result;
        },
      },
      'a',
      {
        clock: new TestClock(),
        // Ten people a transaction: many small segments, as where the time is short.
        monotonicMs: tickOnceIn(10),
        pause: () => Promise.resolve(),
        region: () => 'GB',
      },
    );
    await people.putEntries(makeEntries(2_000));
    expect(written.rows.length).toBe(200);
    // FTS5 left to itself writes a thousand rows of its own in one of them.
    expect(Math.max(...written.rows)).toBeLessThan(250);
    expect(Math.max(...written.merges)).toBeLessThan(250);
    for (const table of ['directory_words', 'directory_infixes']) {
      const { segments } = db.prepare(`SELECT count(DISTINCT segid) AS segments FROM ${table}_idx`).get() as {
        segments: number;
      };
      expect(segments, table).toBeLessThan(25);
    }
  });

  test('a slow disk makes transactions shorter, never endless', async () => {
    let nowMs = 0;
    let pauses = 0;
    const store = makeStore(makeDatabase(), 'a', {
      monotonicMs: () => (nowMs += 50),
      pause: () => {
        pauses += 1;
        return Promise.resolve();
      },
    });
    await store.putEntries(makeEntries(10));
    expect(pauses).toBe(19);
    expect(store.count()).toBe(10);
  });
});
