import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Settings as Snapshot } from '../../src-shared/contract/system.ts';
import { AppError } from '../../src-shared/errors.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from '../core/log.ts';
import { settingsStep } from '../core/migrations/001-settings.ts';
import { openMemoryStore } from '../core/store.ts';
import type { Store } from '../core/store.ts';
import { emptyPolicy, parsePolicy } from './policy-file.ts';
import type { Policy } from './policy-file.ts';
import { Settings } from './settings.ts';
import { SettingsStore } from './settings-store.ts';

let store: Store;
let hub: TopicHub;

beforeEach(() => {
  store = openMemoryStore([settingsStep]);
  hub = new TopicHub();
});

afterEach(() => {
  store.close();
});

async function start(policy: Policy = emptyPolicy): Promise<Settings> {
  const settings = new Settings({
    store: new SettingsStore(store),
    hub,
    clock: new TestClock(),
    log: silentLogger,
    readPolicy: () => policy,
  });
  await settings.start();
  return settings;
}

function policyOf(value: object): Policy {
  return parsePolicy(JSON.stringify({ version: 1, ...value }), 'p');
}

function shown(key: string): Snapshot['settings'][number] | undefined {
  return (hub.current('settings').snapshot as Snapshot).settings.find((one) => one.key === key);
}

function refusal(work: () => unknown): AppError | undefined {
  try {
    work();
  } catch (error) {
    return error instanceof AppError ? error : undefined;
  }
  return undefined;
}

describe('settings', () => {
  test('a value set by the person holds, shows in the topic by the revision named, and survives a restart', async () => {
    const settings = await start();
    const { revision } = await settings.handlers['settings.set']({ key: 'appearance.theme', value: 'dark' }, 'w');
    expect(hub.revision('settings')).toBe(revision);
    expect(shown('appearance.theme')).toMatchObject({ value: 'dark', source: 'user', locked: false, scope: 'machine' });
    const again = await start();
    expect(again.get('appearance.theme')).toBe('dark');
    await again.handlers['settings.reset']({ key: 'appearance.theme' }, 'w');
    expect(shown('appearance.theme')).toMatchObject({ value: 'system', source: 'default' });
    expect((await start()).get('appearance.theme')).toBe('system');
  });

  test('what does not fit, is not known, or is locked is refused by name and changes nothing', async () => {
    const settings = await start(policyOf({ lock: { 'archive.enabled': true } }));
    expect(refusal(() => settings.set('phone.registerExpiresS', 1))).toMatchObject({ code: 'invalid' });
    expect(refusal(() => settings.set('no.such', 1))).toMatchObject({ code: 'notFound' });
    expect(refusal(() => settings.set('__proto__', 1))).toMatchObject({ code: 'notFound' });
    expect(refusal(() => settings.set('archive.enabled', false))).toMatchObject({
      code: 'locked',
      message: 'Set by your organization.',
    });
    expect(refusal(() => settings.reset('archive.enabled'))).toMatchObject({ code: 'locked' });
    expect(store.db.prepare('SELECT count(*) FROM settings').pluck().get()).toBe(0);
    expect(settings.get('archive.enabled')).toBe(true);
  });

  test('a lock covers the person’s own value, which comes back when the lock goes', async () => {
    (await start()).set('appearance.theme', 'dark');
    const locked = await start(policyOf({ lock: { 'appearance.theme': 'light' } }));
    expect(shown('appearance.theme')).toMatchObject({ value: 'light', source: 'policy', locked: true });
    expect(locked.get('appearance.theme')).toBe('light');
    expect((await start()).get('appearance.theme')).toBe('dark');
  });

  test('a seed starts, the person’s own value goes over it, reset returns to the seed', async () => {
    const settings = await start(policyOf({ seed: { 'appearance.theme': 'dark' } }));
    expect(shown('appearance.theme')).toMatchObject({ value: 'dark', source: 'seed', locked: false });
    settings.set('appearance.theme', 'light');
    expect(settings.get('appearance.theme')).toBe('light');
    settings.reset('appearance.theme');
    expect(settings.get('appearance.theme')).toBe('dark');
  });

  test('problems of the policy file are shown', async () => {
    await start(policyOf({ lock: { 'no.such': 1 } }));
    expect((hub.current('settings').snapshot as Snapshot).policyProblems[0]).toContain('no.such');
  });

  test('provisioned values go over the person’s own and under the policy', async () => {
    const settings = await start(policyOf({ lock: { 'appearance.theme': 'light' } }));
    settings.set('archive.enabled', false);
    settings.provision({ 'appearance.theme': 'dark', 'archive.enabled': true });
    expect(shown('appearance.theme')).toMatchObject({ value: 'light', source: 'policy' });
    expect(shown('archive.enabled')).toMatchObject({ value: true, source: 'provisioned', locked: true });
  });

  test('garbage in the database costs the value, is said once, and the rest holds', async () => {
    const insert = store.db.prepare("INSERT INTO settings VALUES ('', ?, ?, 0)");
    insert.run('appearance.theme', '{"not":');
    insert.run('calls.ringVolumePercent', '"loud"');
    insert.run('log.level', '"debug"');
    insert.run('from.the.future', '1');
    const settings = await start();
    expect(settings.get('appearance.theme')).toBe('system');
    expect(settings.get('calls.ringVolumePercent')).toBe(80);
    expect(settings.get('log.level')).toBe('debug');
    expect(settings.notices).toHaveLength(2);
    expect(settings.notices[0]).toContain('appearance.theme');
    expect((await start()).notices).toEqual([]);
    expect(store.db.prepare("SELECT value FROM settings WHERE key = 'from.the.future'").pluck().get()).toBe('1');
  });

  test('a disk that takes nothing: the value holds until the end', async () => {
    const full: Store = {
      ...store,
      write: () => {
        throw new AppError('limit', 'The disk is full.');
      },
    };
    const settings = new Settings({
      store: new SettingsStore(full),
      hub,
      clock: new TestClock(),
      log: silentLogger,
      readPolicy: () => emptyPolicy,
    });
    await settings.start();
    settings.set('appearance.theme', 'dark');
    expect(settings.get('appearance.theme')).toBe('dark');
    expect(shown('appearance.theme')?.value).toBe('dark');
  });

  test('listeners hear of their keys when the value really changes', async () => {
    const settings = await start();
    const heard: string[] = [];
    const off = settings.onChange(['appearance.theme', 'log.level'], () => heard.push('look'));
    settings.onChange(['archive.enabled'], () => heard.push('archive'));
    settings.set('appearance.theme', 'dark');
    settings.set('appearance.theme', 'dark');
    settings.set('calls.ringVolumePercent', 5);
    settings.provision({ 'log.level': 'debug' });
    expect(heard).toEqual(['look', 'look']);
    off();
    settings.set('appearance.theme', 'light');
    settings.set('archive.enabled', true);
    expect(heard).toEqual(['look', 'look', 'archive']);
  });
});

describe('settings of accounts', () => {
  test('what is set on the sign-in page belongs to the account that signs in next, and to no other', async () => {
    const settings = await start();
    settings.set('chat.servers', ['one.test']);
    expect(settings.forAccount('alice@a.test').get('chat.servers')).toEqual(['one.test']);
    settings.adoptDrafts('Alice@A.test');
    expect(settings.get('chat.servers')).toEqual(['one.test']);
    expect(settings.get('account.address')).toBe('alice@a.test');
    settings.signedOut();
    settings.adoptDrafts('bob@b.test');
    expect(settings.get('chat.servers')).toEqual([]);
    settings.set('chat.servers', ['two.test']);
    settings.signedOut();
    settings.adoptDrafts('alice@a.test');
    expect(settings.get('chat.servers')).toEqual(['one.test']);
    const again = await start();
    expect(again.get('chat.servers')).toEqual(['one.test']);
    expect(again.forAccount('bob@b.test').get('chat.servers')).toEqual(['two.test']);
  });

  test('what the last account changes on the sign-in page holds once it is signed in again', async () => {
    const settings = await start();
    settings.adoptDrafts('alice@a.test');
    settings.set('chat.servers', ['one.test']);
    settings.signedOut();
    settings.set('chat.servers', ['two.test']);
    settings.adoptDrafts('alice@a.test');
    expect(settings.get('chat.servers')).toEqual(['two.test']);
    settings.signedOut();
    expect(settings.get('chat.servers')).toEqual(['two.test']);
  });

  test('drafts survive a restart before sign-in', async () => {
    (await start()).set('phone.transport', 'tcp');
    expect((await start()).get('phone.transport')).toBe('tcp');
  });

  test('reset on the sign-in page also undoes the account’s own value', async () => {
    const settings = await start();
    settings.adoptDrafts('alice@a.test');
    settings.set('phone.transport', 'udp');
    settings.signedOut();
    settings.set('phone.transport', 'tcp');
    settings.reset('phone.transport');
    expect(settings.get('phone.transport')).toBe('auto');
  });

  test('machine settings are shared by all accounts', async () => {
    const settings = await start();
    settings.adoptDrafts('alice@a.test');
    settings.set('appearance.theme', 'dark');
    settings.signedOut();
    settings.adoptDrafts('bob@b.test');
    expect(settings.get('appearance.theme')).toBe('dark');
  });

  test('a machine with nothing but a policy file knows the address', async () => {
    const settings = await start(
      policyOf({ seed: { 'account.address': 'Alice@A.test' }, lock: { 'chat.servers': ['x.test'] } }),
    );
    expect(settings.get('account.address')).toBe('Alice@A.test');
    expect(settings.forAccount('alice@a.test').get('chat.servers')).toEqual(['x.test']);
  });
});
