import { beforeEach, expect, test } from 'vitest';
import { signInServices } from '../src-shared/model/session.ts';
import type { SignInService } from '../src-shared/model/session.ts';
import { TestClock } from '../src-shared/test-clock.ts';
import { AccountConnections } from './account-connections.ts';
import type { Connectable } from './account-connections.ts';
import type { AccountConfig } from './account/account-config.ts';
import { buildAccountConfig } from './account/build-config.ts';
import { unreadable } from './account/passwords.ts';
import type { Passwords } from './account/passwords.ts';
import { duringCalls, needsBuilding } from './account/config-changes.ts';
import { nothingDiscovered } from './account/discovery.ts';
import { ConnectFailure } from './core/connect-failure.ts';
import type { GuardConnect } from './core/shared-credential.ts';
import { settingsSchema } from './config/settings-schema.ts';
import type { SettingKey } from './config/settings-schema.ts';

let config: AccountConfig;
let told: string[];
let clock: TestClock;
/** How the guard of each service was given its attempts. */
let guards: Partial<Record<SignInService, GuardConnect>>;
let connections: AccountConnections;

function configured(changes: Readonly<Partial<Record<SettingKey, unknown>>> = {}): AccountConfig {
  return buildAccountConfig({
    address: 'alice@example.com',
    settings: { get: (key) => (changes[key] ?? settingsSchema[key].defaultValue) as never },
    discovered: nothingDiscovered,
    extraCa: [],
    random: () => 0,
  });
}

function recorder(name: SignInService): Connectable {
  return {
    connect: (password, guard) => {
      guards[name] = guard;
      told.push(`connect ${name} ${password}`);
    },
    disconnect: () => Promise.resolve(void told.push(`disconnect ${name}`)),
    retry: () => void told.push(`retry ${name}`),
  };
}

function of(account: string, own: Passwords['own'] = {}): Passwords {
  return { account, own, isProven: true };
}

beforeEach(async () => {
  told = [];
  clock = new TestClock();
  guards = {};
  config = configured();
  connections = new AccountConnections({
    services: {
      chat: recorder('chat'),
      phone: recorder('phone'),
      directory: recorder('directory'),
      voicemail: recorder('voicemail'),
    },
    config: () => config,
    clock,
  });
  await connections.connect(connections.outdated(config, of('p')), of('p'));
  expect(told).toEqual(signInServices.map((name) => `connect ${name} p`));
  told = [];
});

test.each([
  ['voicemail', { 'voicemail.mailbox': 'Voice' }],
  ['phone', { 'account.displayName': 'Alice' }],
  ['chat', { 'chat.servers': ['chat.test'] }],
  ['directory', { 'directory.baseFilter': '(mail=*)' }],
] as const)('a change of %s makes its connection anew and no other', async (service, changes) => {
  config = configured(changes);
  const outdated = connections.outdated(config, of('p'));
  expect(outdated).toEqual([service]);
  await connections.connect(outdated, of('p'));
  expect(told).toEqual([`disconnect ${service}`, `connect ${service} p`]);
  expect(connections.outdated(config, of('p'))).toEqual([]);
});

test('another trust or password concerns all of them; the way of digits none', () => {
  expect(connections.outdated(configured({ 'trust.useSystemStore': false }), of('p'))).toEqual(signInServices);
  expect(connections.outdated(config, of('new'))).toEqual(signInServices);
  expect(connections.outdated(configured({ 'phone.dtmf': 'info' }), of('p'))).toEqual([]);
});

test('the phone of a running call keeps what it has but for the way of digits', () => {
  const after = configured({ 'phone.dtmf': 'info', 'phone.servers': ['pbx.test'], 'chat.servers': ['chat.test'] });
  const held = duringCalls(config, after);
  expect(held.phone).toEqual({ ...config.phone, digits: 'info' });
  expect(held.chat).toEqual(after.chat);
});

test('all are built anew when one comes or goes, or the phone becomes another', () => {
  expect(needsBuilding(config, configured({ 'voicemail.mailbox': 'Voice' }))).toBe(false);
  expect(needsBuilding(config, configured({ 'voicemail.enabled': false }))).toBe(true);
  expect(needsBuilding(config, configured({ 'phone.address': '6001' }))).toBe(true);
  expect(needsBuilding(config, configured({ 'phone.transport': 'wss' }))).toBe(true);
});

/** One attempt of a service at its server: what the server was asked, and what came of it. */
async function attempt(service: SignInService, answer: 'accepts' | 'refuses'): Promise<string> {
  const asked: string[] = [];
  const connect = guards[service]?.(({ host }) => {
    asked.push(`${host}: `);
    return answer === 'accepts'
      ? Promise.resolve({ close: () => Promise.resolve() })
      : Promise.reject(new ConnectFailure('never', 'Refused.', { credentialRefused: true }));
  });
  const outcome = await connect?.(
    { host: `${service}.test`, port: 1 },
    { signal: new AbortController().signal, lost: () => undefined },
  ).then(
    () => 'up',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );
  return `${asked.join('')}${outcome ?? ''}`;
}

test('a password that was changed at the servers is tried at one of them, until it is entered or tried again', async () => {
  for (const service of ['chat', 'phone', 'voicemail'] as const)
    expect(await attempt(service, 'accepts')).toBe(`${service}.test: up`);
  expect(await attempt('chat', 'refuses')).toBe('chat.test: Refused.');
  expect(await attempt('phone', 'accepts')).toMatch(
    /^Phone is off: .* refused by the chat server.* Enter your password\.$/,
  );
  expect(await attempt('voicemail', 'accepts')).toMatch(/^Voicemail is off/);
  connections.retry('phone');
  expect(told).toEqual(['retry phone']);
  expect(await attempt('phone', 'accepts')).toBe('phone.test: up');
  // Accepted after all: who held back comes too.
  expect(told).toEqual(['retry phone', 'retry voicemail']);
});

test('a setting that made a server refuse the password is corrected: it is tried again, and the others come back', async () => {
  for (const service of ['chat', 'phone'] as const) await attempt(service, 'accepts');
  expect(await attempt('phone', 'refuses')).toBe('phone.test: Refused.');
  expect(await attempt('chat', 'accepts')).toMatch(/^Chat is off: .* refused by the phone server/);
  config = configured({ 'phone.authUser': '6101' });
  await connections.connect(connections.outdated(config, of('p')), of('p'));
  expect(told).toEqual(['disconnect phone', 'connect phone p']);
  expect(await attempt('phone', 'accepts')).toBe('phone.test: up');
  expect(told.at(-1)).toBe('retry chat');
});

test('a service with a password of its own gets it, and its refusal concerns nobody else', async () => {
  const passwords = of('p', { phone: 'secret of the phone system' });
  expect(connections.outdated(config, passwords)).toEqual(['phone']);
  await connections.connect(['phone'], passwords);
  expect(told).toEqual(['disconnect phone', 'connect phone secret of the phone system']);
  expect(await attempt('phone', 'refuses')).toBe('phone.test: Refused.');
  expect(await attempt('chat', 'accepts')).toBe('chat.test: up');
});

test('where an own password cannot be read nothing is sent, it is asked for, and nobody else holds back', async () => {
  const passwords = of('p', { phone: unreadable, voicemail: unreadable });
  await connections.connect(connections.outdated(config, passwords), passwords);
  // The server was not asked.
  expect(await attempt('phone', 'accepts')).toMatch(/^Phone is off: its own password can no longer be read/);
  expect(await attempt('voicemail', 'accepts')).toMatch(/^Voicemail is off: its own password can no longer be read/);
  expect(await attempt('chat', 'accepts')).toBe('chat.test: up');
});
