import { beforeEach, expect, test } from 'vitest';
import { signInServices } from '../src-shared/model/session.ts';
import type { SignInService } from '../src-shared/model/session.ts';
import { AccountConnections } from './account-connections.ts';
import type { Connectable } from './account-connections.ts';
import type { AccountConfig } from './account/account-config.ts';
import { buildAccountConfig } from './account/build-config.ts';
import { duringCalls, needsBuilding } from './account/config-changes.ts';
import { nothingDiscovered } from './account/discovery.ts';
import { settingsSchema } from './config/settings-schema.ts';
import type { SettingKey } from './config/settings-schema.ts';

let config: AccountConfig;
let told: string[];
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
    connect: (password) => void told.push(`connect ${name} ${password}`),
    disconnect: () => Promise.resolve(void told.push(`disconnect ${name}`)),
    retry: () => void told.push(`retry ${name}`),
  };
}

beforeEach(async () => {
  told = [];
  config = configured();
  connections = new AccountConnections({
    services: {
      chat: recorder('chat'),
      phone: recorder('phone'),
      directory: recorder('directory'),
      voicemail: recorder('voicemail'),
    },
    config: () => config,
  });
  await connections.connect(connections.outdated(config, 'p'), 'p');
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
  const outdated = connections.outdated(config, 'p');
  expect(outdated).toEqual([service]);
  await connections.connect(outdated, 'p');
  expect(told).toEqual([`disconnect ${service}`, `connect ${service} p`]);
  expect(connections.outdated(config, 'p')).toEqual([]);
});

test('another trust or password concerns all of them; the way of digits none', () => {
  expect(connections.outdated(configured({ 'trust.useSystemStore': false }), 'p')).toEqual(signInServices);
  expect(connections.outdated(config, 'new')).toEqual(signInServices);
  expect(connections.outdated(configured({ 'phone.dtmf': 'info' }), 'p')).toEqual([]);
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
