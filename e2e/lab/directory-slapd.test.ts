import Database from 'better-sqlite3';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { Person } from '../../src-shared/model/contact.ts';
import type { DirectoryConfig, ServerAddress, TrustConfig } from '../../src-main/account/account-config.ts';
import { systemClock } from '../../src-main/core/clock.ts';
import { silentLogger } from '../../src-main/core/log.ts';
import { people as peopleMigration } from '../../src-main/core/migrations/030-people.ts';
import { DirectoryService } from '../../src-main/directory/directory.ts';
import { probeDirectory } from '../../src-main/directory/probe-directory.ts';
import { PeopleStore } from '../../src-main/directory/people-store.ts';
import { LDAP_READER, LDAP_SUFFIX, account } from './accounts.ts';
import { countingProxy } from './counting-proxy.test-support.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';
import { makePeople } from './people.ts';
import { SEARCH_BASES } from './slapd.ts';
import { until } from './wait.ts';
import { storeOver } from '../../src-main/core/store.ts';

const alice = account('alice');
let lab: Lab;
const running: DirectoryService[] = [];

beforeAll(async () => {
  lab = await startLab({ servers: ['slapd'] });
}, 120_000);

afterAll(async () => {
  for (const service of running) await service.stop();
  await lab.stop();
});

function trust(): TrustConfig {
  return { extraCa: [readFileSync(lab.certificates.caPath, 'utf8')], useSystemStore: false };
}

function ldaps(): ServerAddress {
  return { host: '127.0.0.1', port: lab.slapd.ports.ldaps };
}

function ldap(): ServerAddress {
  return { host: '127.0.0.1', port: lab.slapd.ports.ldap };
}

/** Signed in as alice herself. */
function config(changes: Partial<DirectoryConfig> = {}): DirectoryConfig {
  return {
    servers: [ldaps()],
    encryption: 'ldaps',
    bindDn: '',
    userDnTemplate: `uid={user},ou=Europe,${LDAP_SUFFIX}`,
    searchBases: SEARCH_BASES,
    baseFilter: '(objectClass=inetOrgPerson)',
    timeoutMs: 5_000,
    ...changes,
  };
}

interface Client {
  readonly service: DirectoryService;
  readonly health: ServiceHealth[];
  search(
    query: string,
  ): Promise<{ readonly people: readonly Person[]; readonly truncated: boolean; readonly problem?: string }>;
  /** Waits for this state of health. */
  reaches(state: ServiceHealth['state']): Promise<ServiceHealth>;
}

function makeClient(directory: DirectoryConfig | undefined, trusted = trust()): Client {
  const db = new Database(':memory:');
  peopleMigration.up(db);
  const region = (): string => 'GB';
  const health: ServiceHealth[] = [];
  const store = new PeopleStore(storeOver(db), 'alice', {
    clock: systemClock,
    monotonicMs: () => performance.now(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    region,
  });
  const service = new DirectoryService({
    config: directory,
    address: alice.address,
    trust: trusted,
    store,
    clock: systemClock,
    random: Math.random,
    log: silentLogger,
    health: { report: (one) => health.push(one) },
    region,
    dialable: (text) => ({ dial: text, shown: text, isEmergency: false }),
  });
  running.push(service);
  return {
    service,
    health,
    search: async (query) => await service.handlers['people.search']({ query, scope: 'directory' }, 'window'),
    reaches: (state) =>
      until(`directory ${state}`, () => health.findLast((one) => one.state === state && one === health.at(-1)), 15_000),
  };
}

describe('a directory of ten thousand people', () => {
  let client: Client;

  beforeAll(async () => {
    client = makeClient(config());
    await client.service.connect(alice.password);
    await client.reaches('ok');
  });

  test('any of them is found by name, by mail, by number and by the end of the number', async () => {
    const all = makePeople();
    const some = all.filter((_, index) => index % 509 === 0);
    for (const person of some) {
      const uid = `${person.uid}@parley.test`;
      for (const query of [
        `${person.surname} ${person.givenName}`,
        person.mail,
        person.number,
        person.number.slice(-7),
      ]) {
        const answer = await client.search(query);
        expect(answer.problem).toBeUndefined();
        expect(answer.truncated || answer.people.some((found) => found.mail === uid), query).toBe(true);
      }
    }
  }, 60_000);

  test('a colleague is found by extension, with numbers, title and photo', async () => {
    const bob = account('bob');
    const { people } = await client.search(bob.extension);
    expect(people[0]).toMatchObject({ name: bob.name, jid: bob.address, title: bob.title, hasPhoto: true });
    expect(people[0]?.numbers.map(({ e164 }) => e164)).toContain(bob.number);
    const { dataUrl } = await client.service.handlers['people.photo']({ jid: bob.address }, 'window');
    expect(dataUrl).toMatch(/^data:image\/jpeg;base64,\/9j\//);
  });

  test('what the directory answered is in the cache afterwards, and calls show the name', async () => {
    const carol = account('carol');
    await client.search('Lindqvist');
    const cached = await client.service.handlers['people.search']({ query: 'lindq', scope: 'cache' }, 'window');
    expect(cached.people.map(({ name }) => name)).toContain(carol.name);
    expect(client.service.byNumber(carol.number)).toEqual({ name: carol.name, jid: carol.address, e164: carol.number });
    expect(client.service.byNumber(carol.extension)?.name).toBe(carol.name);
    expect(client.service.byNumber('020 7946 0102')?.name).toBe(carol.name);
  });

  test('a search with more results than a list can show says so', async () => {
    const many = await client.search('a');
    expect(many.truncated).toBe(true);
    expect(many.people).toHaveLength(50);
  });

  test('names are found without the accents that they carry', async () => {
    for (const [typed, name] of [
      ['maria fernandez', 'María Fernández'],
      ['hamalainen', 'Hämäläinen'],
      ['jurgen muller', 'Jürgen Müller'],
      ['lukasz', 'Łukasz'],
    ] as const) {
      const { people } = await client.search(typed);
      expect(
        people.some((person) => person.name.includes(name)),
        typed,
      ).toBe(true);
    }
  });

  test('contacts of the roster get their numbers and titles', async () => {
    const dave = account('dave');
    client.service.setContacts([{ jid: dave.address, name: 'Dave from Sales' }]);
    const card = await until('the card of dave', async () => {
      const { person } = await client.service.handlers['people.card']({ jid: dave.address }, 'window');
      return person?.title === undefined ? undefined : person;
    });
    expect(card).toMatchObject({ source: 'contacts', name: 'Dave from Sales', title: dave.title });
    expect(client.service.byNumber(dave.number)?.name).toBe('Dave from Sales');
  });

  test('text that is syntax of a filter finds nobody and breaks nothing', async () => {
    for (const query of ['*)(uid=*', '*', '(|(cn=*))', '\\2a', 'x\0y', '")) OR 1', '😀', '&', "O'Neill) (cn=*"]) {
      const answer = await client.search(query);
      expect(answer.problem, query).toBeUndefined();
    }
    expect((await client.search('*')).people).toEqual([]);
  });
});

describe('ways to sign in', () => {
  const deps = () => ({ trust: trust(), clock: systemClock, region: () => 'GB', log: silentLogger });

  test('as the person over LDAPS, over StartTLS, and with a reading account', async () => {
    const works = { outcome: 'ok', message: 'The directory works.' };
    expect(await probeDirectory(config(), alice.address, alice.password, deps())).toEqual(works);
    const startTls = config({ servers: [ldap()], encryption: 'starttls' });
    expect(await probeDirectory(startTls, alice.address, alice.password, deps())).toEqual(works);
    const reader = config({ bindDn: LDAP_READER.dn });
    expect(await probeDirectory(reader, alice.address, LDAP_READER.password, deps())).toEqual(works);
  });

  test('without encryption it works and warns', async () => {
    const plain = config({ servers: [ldap()], encryption: 'none' });
    const result = await probeDirectory(plain, alice.address, alice.password, deps());
    expect(result.outcome).toBe('ok');
    expect(result.message).toContain('not encrypted');
  });

  test('a wrong password, an unknown base, a dead port and a foreign certificate are told apart', async () => {
    expect(await probeDirectory(config(), alice.address, 'wrong', deps())).toMatchObject({ outcome: 'denied' });
    expect(await probeDirectory(config(), alice.address, '', deps())).toMatchObject({ outcome: 'denied' });
    const nowhere = await probeDirectory(
      config({ searchBases: ['ou=nowhere,dc=parley,dc=test'] }),
      alice.address,
      alice.password,
      deps(),
    );
    expect(nowhere).toMatchObject({ outcome: 'never' });
    expect(nowhere.message).toContain('none of the search bases');
    const partly = await probeDirectory(
      config({ searchBases: [SEARCH_BASES[0] ?? '', 'ou=x,dc=parley,dc=test'] }),
      alice.address,
      alice.password,
      deps(),
    );
    expect(partly.message).toContain('not all of the search bases');
    const dead = config({ servers: [{ host: '127.0.0.1', port: 1 }] });
    expect(await probeDirectory(dead, alice.address, alice.password, deps())).toMatchObject({ outcome: 'later' });
    const stranger = await probeDirectory(config(), alice.address, alice.password, {
      ...deps(),
      trust: { extraCa: [], useSystemStore: false },
    });
    expect(stranger.outcome).toBe('never');
    expect(stranger.message).toContain('authority this computer does not know');
  });

  test('a missing base among good ones is tolerated and said', async () => {
    const client = makeClient(config({ searchBases: [SEARCH_BASES[0] ?? '', 'ou=nowhere,dc=parley,dc=test'] }));
    await client.service.connect(alice.password);
    await client.reaches('ok');
    const answer = await client.search('okafor');
    expect(answer.people.map(({ name }) => name)).toContain(account('bob').name);
    expect(answer.problem).toContain('Part of the directory');
    await client.service.stop();
  });
});

describe('a directory in trouble', () => {
  test('a wrong password is tried once, on one server only, and never again by itself', async () => {
    const first = await countingProxy(ldaps());
    const second = await countingProxy(ldaps());
    const client = makeClient(config({ servers: [first.address, second.address] }));
    await client.service.connect('not her password');
    const health = await client.reaches('failed');
    expect(health.message).toBe(
      'The directory did not accept your password. Search shows only your own contacts until you enter it.',
    );
    client.service.kick();
    expect((await client.search('okafor')).problem).toBe(health.message);
    expect([first.count(), second.count()]).toEqual([1, 0]);
    // The right password is taken without a restart.
    await client.service.connect(alice.password);
    await client.reaches('ok');
    expect((await client.search('okafor')).people.length).toBeGreaterThan(0);
    await client.service.stop();
    first.close();
    second.close();
  });

  test('killed and started again: the cache answers meanwhile, then the search works signed in', async () => {
    const client = makeClient(config());
    await client.service.connect(alice.password);
    await client.reaches('ok');
    await client.search('okafor');
    await lab.slapd.kill();
    const health = await client.reaches('reconnecting');
    expect(health.message).toContain('The directory cannot be reached');
    const offline = await client.search('okafor');
    expect(offline.people.map(({ name }) => name)).toContain(account('bob').name);
    expect(offline.problem).toContain('cannot be reached');
    await lab.slapd.start();
    client.service.kick();
    await client.reaches('ok');
    const back = await client.search('lindqvist');
    expect(back.problem).toBeUndefined();
    expect(back.people.map(({ name }) => name)).toContain(account('carol').name);
    await client.service.stop();
  });

  test('the second server takes over when the first is not there', async () => {
    const client = makeClient(config({ servers: [{ host: '127.0.0.1', port: 1 }, ldaps()] }));
    await client.service.connect(alice.password);
    const health = await client.reaches('ok');
    expect(health.server).toBe(`127.0.0.1:${lab.slapd.ports.ldaps}`);
    await client.service.stop();
  });

  test('frozen: the search says so and shows what is known; thawed, it is connected again', async () => {
    const client = makeClient(config({ timeoutMs: 700 }));
    await client.service.connect(alice.password);
    await client.reaches('ok');
    await client.search('okafor');
    lab.slapd.freeze();
    try {
      const stalled = await client.search('okafor');
      expect(stalled.people.map(({ name }) => name)).toContain(account('bob').name);
      expect(stalled.problem).toContain('The directory does not answer');
      await client.reaches('reconnecting');
    } finally {
      lab.slapd.thaw();
    }
    client.service.kick();
    await client.reaches('ok');
    expect((await client.search('okafor')).problem).toBeUndefined();
    await client.service.stop();
  });

  test('an expired certificate and one for another name are refused in plain words', async () => {
    for (const [kind, expected] of [
      ['expired', 'has expired'],
      ['wrong-host', 'for another name'],
    ] as const) {
      const other = await startLab({ servers: ['slapd'], people: 0, certificates: { slapd: kind } });
      try {
        const client = makeClient(config({ servers: [{ host: '127.0.0.1', port: other.slapd.ports.ldaps }] }));
        await client.service.connect(alice.password);
        const health = await client.reaches('failed');
        expect(health.message).toContain(expected);
        await client.service.stop();
      } finally {
        await other.stop();
      }
    }
  });
});
