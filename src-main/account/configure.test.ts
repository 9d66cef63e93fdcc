import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { emptyPolicy } from '../config/policy-file.ts';
import { Settings } from '../config/settings.ts';
import { SettingsStore } from '../config/settings-store.ts';
import { silentLogger } from '../core/log.ts';
import { settingsStep } from '../core/migrations/001-settings.ts';
import type { NaptrRecord } from '../core/name-service.ts';
import type { SrvRecord } from '../core/server-list.ts';
import { openMemoryStore } from '../core/store.ts';
import type { Store } from '../core/store.ts';
import type { AccountConfig } from './account-config.ts';
import { accountIdOf } from './account-id.ts';
import { accountConfigKeys } from './build-config.ts';
import { configureAccount } from './configure.ts';
import { readExtraCa } from './extra-ca.ts';
import { StoredSrvAnswers } from './srv-answers.ts';

const address = 'alice@example.com';
let store: Store;
let settings: Settings;
let clock: TestClock;
let zone: Record<string, readonly SrvRecord[] | 'silent' | 'broken'>;
let asked: string[];
let naptr: readonly NaptrRecord[];
let resolvers: readonly string[];
let secrets: Map<string, string>;
let storeLoads: number;
let storeLoading: Promise<void>;

beforeEach(async () => {
  store = openMemoryStore([settingsStep]);
  clock = new TestClock();
  zone = {};
  asked = [];
  naptr = [];
  resolvers = [];
  secrets = new Map();
  storeLoads = 0;
  storeLoading = Promise.resolve();
  settings = new Settings({
    store: new SettingsStore(store),
    hub: new TopicHub(),
    clock,
    log: silentLogger,
    readPolicy: () => emptyPolicy,
  });
  await settings.start();
});

afterEach(() => {
  store.close();
});

function srv(name: string, port: number, priority = 10): SrvRecord {
  return { priority, weight: 1, name, port };
}

const refused: readonly SrvRecord[] = [srv('.', 0)];

function dnsError(code: string): Error {
  return Object.assign(new Error('no answer'), { code });
}

function configure(): Promise<AccountConfig> {
  return configureAccount(address, {
    settings,
    clock,
    log: silentLogger,
    random: () => 0.5,
    loadSystemStore: () => {
      storeLoads += 1;
      return storeLoading;
    },
    answers: new StoredSrvAnswers(store),
    secret: (_address, name) => Promise.resolve(secrets.get(name)),
    names: (servers) => {
      resolvers = servers;
      return {
        srv: (name) => {
          asked.push(name);
          const answer = zone[name.replace('.example.com', '')];
          if (answer === 'silent') return new Promise(() => undefined);
          if (answer === 'broken') return Promise.reject(dnsError('ESERVFAIL'));
          if (answer === undefined) return Promise.reject(dnsError('ENOTFOUND'));
          return Promise.resolve(answer);
        },
        naptr: () => (naptr.length > 0 ? Promise.resolve(naptr) : Promise.reject(dnsError('ENODATA'))),
      };
    },
  });
}

describe('with an address alone', () => {
  test('and nothing in DNS: the domain itself, encrypted', async () => {
    const config = await configure();
    expect(config).toEqual({
      id: accountIdOf(address),
      address,
      chat: { jid: address, servers: [], directTls: false },
      phone: {
        aor: 'sip:alice@example.com',
        displayName: '',
        authUser: 'alice',
        transport: 'tls',
        servers: [],
        registerExpiresS: 600,
        mediaEncryption: 'offered',
        dscpSignalling: 24,
        addressFamily: 'both',
        keepAlive: 'usual',
        digits: 'auto',
        iceServers: [],
        relayOnly: false,
      },
      directory: {
        servers: [{ host: 'example.com', port: 636 }],
        encryption: 'ldaps',
        bindDn: '',
        userDnTemplate: '',
        searchBases: ['dc=example,dc=com'],
        baseFilter: '(objectClass=person)',
        timeoutMs: 5_000,
      },
      voicemail: {
        servers: [{ host: 'example.com', port: 993 }],
        encryption: 'imaps',
        user: address,
        mailbox: 'INBOX',
      },
      trust: { extraCa: [], useSystemStore: true },
    });
    expect(asked).toContain('_xmpp-client._tcp.example.com');
    expect(asked).toContain('_sips._tcp.example.com');
    expect(asked).toContain('_imaps._tcp.example.com');
  });

  test('DNS decides how SIP is carried, encrypted first', async () => {
    zone = { '_sip._udp': [srv('u', 5060)] };
    expect((await configure()).phone?.transport).toBe('udp');
    zone['_sip._tcp'] = [srv('t', 5060)];
    expect((await configure()).phone?.transport).toBe('tcp');
    zone['_sips._tcp'] = [srv('s', 5061)];
    expect((await configure()).phone?.transport).toBe('tls');
  });

  test('NAPTR decides how SIP is carried before SRV does, and under which name the servers are found', async () => {
    zone = { '_sips._tcp': [srv('s', 5061)] };
    naptr = [
      { order: 20, preference: 10, flags: 'S', service: 'SIPS+D2T', replacement: '_sips._tcp.pbx.example.com' },
      { order: 10, preference: 20, flags: 's', service: 'SIP+D2U', replacement: '_sip._udp.pbx.example.com' },
      { order: 10, preference: 10, flags: 's', service: 'SIP+D2S', replacement: '_sip._sctp.pbx.example.com' },
    ];
    expect((await configure()).phone).toMatchObject({ transport: 'udp', srvName: '_sip._udp.pbx.example.com' });
    settings.set('phone.transport', 'tls');
    expect((await configure()).phone).toMatchObject({ transport: 'tls', srvName: '_sips._tcp.pbx.example.com' });
    settings.set('phone.transport', 'tcp');
    expect((await configure()).phone).not.toHaveProperty('srvName');
  });

  test('TURN servers get name and password, STUN servers nothing', async () => {
    settings.set('calls.iceServers', ['stun:stun.example.com', 'turns:turn.example.com:5349?transport=tcp']);
    settings.set('calls.turnUser', 'alice');
    secrets.set('calls.turnPassword', 'open');
    expect((await configure()).phone?.iceServers).toEqual([
      { urls: 'stun:stun.example.com' },
      { urls: 'turns:turn.example.com:5349?transport=tcp', username: 'alice', credential: 'open' },
    ]);
  });

  test('DNS is asked of the name servers that are set', async () => {
    settings.set('network.resolvers', ['192.0.2.53', '[2001:db8::53]:5353']);
    await configure();
    expect(resolvers).toEqual(['192.0.2.53', '[2001:db8::53]:5353']);
  });

  test('DNS names directory and voicemail servers in its order', async () => {
    zone = {
      '_ldaps._tcp': [srv('second', 1636, 20), srv('first', 1636, 10)],
      '_imaps._tcp': [srv('imap', 1993)],
    };
    const config = await configure();
    expect(config.directory?.servers.map((server) => server.host)).toEqual(['first', 'second']);
    expect(config.voicemail?.servers).toEqual([{ host: 'imap', port: 1993 }]);
  });

  test('DNS may change how it is encrypted, never whether', async () => {
    zone = { '_ldap._tcp': [srv('ldap', 389)], '_imap._tcp': [srv('imap', 143)] };
    const config = await configure();
    expect(config.directory).toMatchObject({ encryption: 'starttls', servers: [{ host: 'ldap', port: 389 }] });
    expect(config.voicemail).toMatchObject({ encryption: 'starttls', servers: [{ host: 'imap', port: 143 }] });
  });

  test('a service that the domain decidedly does not offer is off', async () => {
    zone = {
      '_xmpp-client._tcp': refused,
      '_xmpps-client._tcp': refused,
      '_sip._udp': refused,
      '_ldap._tcp': refused,
      '_imaps._tcp': refused,
    };
    const config = await configure();
    expect([config.chat, config.phone, config.directory, config.voicemail]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    zone['_sip._tcp'] = [srv('t', 5060)];
    expect((await configure()).phone?.transport).toBe('tcp');
  });

  test('without network what DNS said last holds; another account is not asked for it', async () => {
    zone = { '_sip._tcp': [srv('t', 5060)], '_ldaps._tcp': [srv('ldap', 636)], '_imaps._tcp': refused };
    await configure();
    zone = { '_sip._tcp': 'broken', '_ldaps._tcp': 'silent', '_imaps._tcp': 'broken' };
    const pending = configure();
    await clock.run(2_000);
    const config = await pending;
    expect(config.phone?.transport).toBe('tcp');
    expect(config.directory?.servers).toEqual([{ host: 'ldap', port: 636 }]);
    expect(config.voicemail).toBeUndefined();
    store.db.exec("UPDATE srv_answers SET account = 'other@example.com'");
    const fresh = configure();
    await clock.run(2_000);
    expect((await fresh).phone?.transport).toBe('tls');
  });

  test('garbage among the remembered answers is as good as none', async () => {
    zone = { '_sip._tcp': [srv('t', 5060)] };
    await configure();
    store.db.exec(`UPDATE srv_answers SET answer = '{"x":' WHERE name LIKE '_sip._tcp%'`);
    zone = { '_sip._tcp': 'broken' };
    expect((await configure()).phone?.transport).toBe('tls');
  });

  test('a record that is gone is forgotten', async () => {
    zone = { '_sip._tcp': [srv('t', 5060)] };
    await configure();
    zone = {};
    await configure();
    zone = { '_sip._tcp': 'broken' };
    expect((await configure()).phone?.transport).toBe('tls');
  });
});

describe('settings go over DNS', () => {
  test('servers with and without port, names of certificates, users', async () => {
    zone = { '_xmpp-client._tcp': refused, '_ldaps._tcp': [srv('dns', 636)], '_imaps._tcp': [srv('dns', 993)] };
    settings.set('chat.servers', ['xmpp.test', 'xmpp2.test:5333']);
    settings.set('chat.tlsName', 'example.org');
    settings.set('phone.servers', ['[::1]:5070']);
    settings.set('phone.transport', 'tcp');
    settings.set('phone.address', '1001');
    settings.set('phone.tlsName', 'pbx.test');
    settings.set('directory.servers', ['ldap.test']);
    settings.set('directory.encryption', 'starttls');
    settings.set('directory.searchBases', ['ou=people,dc=x']);
    settings.set('voicemail.servers', ['imap.test']);
    settings.set('voicemail.user', 'box');
    settings.set('account.displayName', 'Alice A.');
    const config = await configure();
    expect(config.chat).toEqual({
      jid: address,
      servers: [
        { host: 'xmpp.test', port: 5222 },
        { host: 'xmpp2.test', port: 5333 },
      ],
      directTls: false,
      tlsName: 'example.org',
    });
    expect(config.phone).toMatchObject({
      aor: 'sip:1001@example.com',
      authUser: '1001',
      displayName: 'Alice A.',
      transport: 'tcp',
      servers: [{ host: '::1', port: 5070 }],
      tlsName: 'pbx.test',
    });
    expect(config.directory).toMatchObject({
      encryption: 'starttls',
      servers: [{ host: 'ldap.test', port: 389 }],
      searchBases: ['ou=people,dc=x'],
    });
    expect(config.voicemail).toMatchObject({ servers: [{ host: 'imap.test', port: 993 }], user: 'box' });
  });

  test.each([
    ['pbx.test', 'tls', 5061],
    ['pbx.test:5061', 'tls', 5061],
    ['pbx.test:5060', 'udp', 5060],
  ])('phone server %s without a transport: %s', async (server, transport, port) => {
    settings.set('phone.servers', [server]);
    expect((await configure()).phone).toMatchObject({ transport, servers: [{ host: 'pbx.test', port }] });
  });

  test('direct TLS has its own port', async () => {
    settings.set('chat.directTls', true);
    settings.set('chat.servers', ['xmpp.test']);
    expect((await configure()).chat).toMatchObject({ directTls: true, servers: [{ host: 'xmpp.test', port: 5223 }] });
  });

  test('what is switched off is off', async () => {
    for (const key of ['chat.enabled', 'phone.enabled', 'directory.enabled', 'voicemail.enabled']) {
      settings.set(key, false);
    }
    const config = await configure();
    expect([config.chat, config.phone, config.directory, config.voicemail]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('and DNS is asked only when a service that is on has no server', async () => {
    settings.set('chat.servers', ['xmpp.test']);
    settings.set('phone.servers', ['pbx.test']);
    settings.set('directory.servers', ['ldap.test']);
    await configure();
    expect(asked).not.toEqual([]);
    asked = [];
    settings.set('voicemail.enabled', false);
    await configure();
    expect(asked).toEqual([]);
    settings.set('voicemail.enabled', true);
    settings.set('voicemail.servers', ['imap.test']);
    await configure();
    expect(asked).toEqual([]);
  });

  test('the system’s authorities are loaded before anybody connects, unless nobody believes them', async () => {
    const loading = Promise.withResolvers<undefined>();
    storeLoading = loading.promise;
    let isConfigured = false;
    const configuring = configure().then(() => {
      isConfigured = true;
    });
    await new Promise(setImmediate);
    expect(isConfigured).toBe(false);
    loading.resolve(undefined);
    await configuring;
    expect(storeLoads).toBe(1);
    settings.set('trust.useSystemStore', false);
    await configure();
    expect(storeLoads).toBe(1);
  });

  test('every key that the configuration reads is listed as one that starts the services anew', async () => {
    const read = new Set<string>();
    await configureAccount(address, {
      settings: {
        get: (key) => settings.get(key),
        onChange: () => () => undefined,
        forAccount: (of) => ({
          get: (key) => {
            read.add(key);
            return settings.forAccount(of).get(key);
          },
        }),
      },
      clock,
      log: silentLogger,
      random: () => 0,
      loadSystemStore: () => Promise.resolve(),
      answers: new StoredSrvAnswers(store),
      secret: () => Promise.resolve(undefined),
      names: () => ({
        srv: () => Promise.reject(dnsError('ENODATA')),
        naptr: () => Promise.reject(dnsError('ENODATA')),
      }),
    });
    expect([...read].sort()).toEqual([...accountConfigKeys].sort());
  });
});

describe('the organization’s own authorities', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'parley-ca-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  test('are read from the file, words around them ignored', async () => {
    const [one, two] = getCACertificates('bundled');
    const file = path.join(directory, 'ca.pem');
    writeFileSync(file, `Our CA\n${one ?? ''}\nand\n${two ?? ''}\n`);
    expect(readExtraCa(file)).toEqual([one?.trim(), two?.trim()]);
    settings.set('trust.extraCaFile', file);
    expect((await configure()).trust.extraCa).toHaveLength(2);
    expect(readExtraCa('')).toEqual([]);
  });

  test.each([
    ['missing', undefined, 'cannot be read'],
    ['empty', '', 'no valid certificates'],
    ['no certificate', 'hello', 'no valid certificates'],
    ['a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'no valid certificates'],
  ])('%s: said in words, with the file', (_, content, words) => {
    const file = path.join(directory, 'ca.pem');
    if (content !== undefined) writeFileSync(file, content);
    expect(() => readExtraCa(file)).toThrow(words);
    expect(() => readExtraCa(file)).toThrow(file);
  });
});

test('the id of an account is stable, differs, and does not show the address', () => {
  expect(accountIdOf('Alice@example.com')).toBe(accountIdOf('alice@example.com'));
  expect(accountIdOf('bob@example.com')).not.toBe(accountIdOf('alice@example.com'));
  expect(accountIdOf('alice@example.com')).toMatch(/^[\w-]{22}$/);
});
