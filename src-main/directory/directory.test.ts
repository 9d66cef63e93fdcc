import Database from 'better-sqlite3';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import type { DirectoryConfig } from '../account/account-config.ts';
import { silentLogger } from '../core/log.ts';
import { people as migration } from '../core/migrations/030-people.ts';
import { DirectoryService } from './directory.ts';
import { personIdOf } from './entry.ts';
import { PeopleStore } from './people-store.ts';
import { storeOver } from '../core/store.ts';

let clock: TestClock;
let store: PeopleStore;
let health: ServiceHealth[];

beforeEach(() => {
  clock = new TestClock();
  health = [];
  const db = new Database(':memory:');
  migration.up(db);
  store = new PeopleStore(storeOver(db), 'a', {
    clock,
    monotonicMs: () => 0,
    pause: () => Promise.resolve(),
    region: () => 'GB',
  });
});

/** Nobody listens on this port (tcpmux, RFC 1078, refused by all that matters). */
const unreachable: DirectoryConfig = {
  servers: [{ host: '127.0.0.1', port: 1 }],
  encryption: 'none',
  bindDn: '',
  userDnTemplate: '',
  searchBases: ['dc=x'],
  baseFilter: '',
  timeoutMs: 5_000,
};

function makeService(config: DirectoryConfig | undefined): DirectoryService {
  return new DirectoryService({
    config,
    address: 'alice@example.test',
    trust: { extraCa: [], useSystemStore: false },
    store,
    clock,
    random: () => 0.5,
    log: silentLogger,
    health: { report: (one) => health.push(one) },
    region: () => 'GB',
    dialable: (text) =>
      /^\d+$/.test(text)
        ? { dial: `tel:${text}`, shown: text, isEmergency: false }
        : { dial: null, shown: null, isEmergency: false },
  });
}

async function putBob(): Promise<void> {
  const dn = 'uid=bob,dc=x';
  await store.putEntries([
    {
      id: personIdOf(dn),
      dn,
      name: 'Bob Okafor',
      mail: 'bob@example.test',
      jid: 'bob@example.test',
      numbers: [{ kind: 'work', shown: '020 7946 0101' }],
      hasPhoto: true,
      aliases: [],
    },
  ]);
}

describe('without a directory', () => {
  test('the cache answers and says that there is no more', async () => {
    await putBob();
    const service = makeService(undefined);
    await service.start();
    await service.connect('password');
    const answer = await service.handlers['people.search']({ query: 'bob', scope: 'directory' }, 'w');
    expect(answer.people.map(({ name }) => name)).toEqual(['Bob Okafor']);
    expect(answer.problem).toContain('No directory is set up');
    expect(health.map(({ state }) => state)).toEqual(['off']);
    expect(clock.pending).toBe(0);
  });

  test('before signing in it says so', async () => {
    const service = makeService(unreachable);
    await service.start();
    const answer = await service.handlers['people.search']({ query: 'bob', scope: 'directory' }, 'w');
    expect(answer.problem).toContain('not signed in');
  });

  test('a card and its numbers come from the cache; what nobody knows is null', async () => {
    await putBob();
    const service = makeService(undefined);
    const { person } = await service.handlers['people.card']({ jid: 'bob@example.test' }, 'w');
    expect(person).toMatchObject({ name: 'Bob Okafor', numbers: [{ e164: '+442079460101' }] });
    expect(await service.handlers['people.card']({ jid: 'nobody@example.test' }, 'w')).toEqual({ person: null });
    expect(await service.handlers['people.photo']({ jid: 'bob@example.test' }, 'w')).toEqual({ dataUrl: null });
  });

  test('a photo of the cache is a data URL', async () => {
    await putBob();
    store.putPhoto('jid:bob@example.test', { mimeType: 'image/png', bytes: Buffer.from('x') });
    const { dataUrl } = await makeService(undefined).handlers['people.photo']({ jid: 'bob@example.test' }, 'w');
    expect(dataUrl).toBe('data:image/png;base64,eA==');
  });

  test('a line that can be dialled goes through the dial plan', async () => {
    const service = makeService(undefined);
    expect(await service.handlers['people.dialable']({ text: '6100' }, 'w')).toMatchObject({
      dial: 'tel:6100',
      shown: '6100',
    });
    expect(await service.handlers['people.dialable']({ text: 'bob' }, 'w')).toEqual({
      dial: null,
      shown: null,
      isEmergency: false,
    });
  });

  test('names for calls come from the cache', async () => {
    await putBob();
    const service = makeService(undefined);
    expect(service.byNumber('+442079460101')).toEqual({
      name: 'Bob Okafor',
      jid: 'bob@example.test',
      e164: '+442079460101',
    });
    expect(service.byJid('bob@example.test')?.name).toBe('Bob Okafor');
  });
});

describe('a directory that is not there', () => {
  test('is health, not an exception; search says so at once and stop leaves nothing behind', async () => {
    await putBob();
    const service = makeService(unreachable);
    await service.start();
    await service.connect('password');
    await expect
      .poll(async () => {
        await clock.run();
        return health.at(-1)?.state;
      })
      .toBe('reconnecting');
    expect(health.at(-1)?.message).toContain('The directory cannot be reached');
    const answer = await service.handlers['people.search']({ query: 'bob', scope: 'directory' }, 'w');
    expect(answer.people).toHaveLength(1);
    expect(answer.problem).toContain('cannot be reached');
    await service.stop();
    await service.stop();
    expect(health.at(-1)?.state).toBe('off');
    expect(clock.pending).toBe(0);
  });

  test('a search right after signing in waits for the connection, but not for ever', async () => {
    const silent = createServer(() => undefined);
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const service = makeService({ ...unreachable, servers: [{ host: '127.0.0.1', port }] });
    await service.start();
    await service.connect('password');
    let problem: string | undefined;
    const searching = service.handlers['people.search']({ query: 'bob', scope: 'directory' }, 'w');
    void Promise.resolve(searching).then((answer) => (problem = answer.problem));
    await clock.run(2_999);
    expect(problem).toBeUndefined();
    await clock.run(1);
    expect(problem).toContain('still connecting');
    await service.stop();
    expect(clock.pending).toBe(0);
    silent.close();
  });
});
