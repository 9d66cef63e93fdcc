import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import type { Session, SignInService } from '../../src-shared/model/session.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { emptyPolicy, parsePolicy } from '../config/policy-file.ts';
import type { Policy } from '../config/policy-file.ts';
import { Settings } from '../config/settings.ts';
import { SettingsStore } from '../config/settings-store.ts';
import { silentLogger } from '../core/log.ts';
import { settingsStep } from '../core/migrations/001-settings.ts';
import { openMemoryStore } from '../core/store.ts';
import type { Store } from '../core/store.ts';
import type { AccountConfig, ProbeResult } from './account-config.ts';
import { accountIdOf } from './account-id.ts';
import { AccountSecrets } from './account-secrets.ts';
import { accountConfigKeys, buildAccountConfig } from './build-config.ts';
import { nothingDiscovered } from './discovery.ts';
import { Account } from './sign-in.ts';

const ok: ProbeResult = { outcome: 'ok', message: 'accepted' };
const denied: ProbeResult = { outcome: 'denied', message: 'The password was refused.' };
const later: ProbeResult = { outcome: 'later', message: 'The server could not be reached.' };
const never: ProbeResult = { outcome: 'never', message: 'The certificate has expired.', detail: 'CERT_HAS_EXPIRED' };

let store: Store;
let clock: TestClock;
let hub: TopicHub;
let settings: Settings;
let secrets: Map<string, string>;
let secretsBroken: boolean;
let answers: Record<SignInService, ProbeResult | 'silent' | Error>;
let attempts: string[];
let services: string[];
let registered: string[];
let configureError: AppError | undefined;
let callsRun: boolean;
let endCalls: () => void;
let callsEnded: Promise<void>;
const started: Account[] = [];

beforeEach(() => {
  store = openMemoryStore([settingsStep]);
  clock = new TestClock();
  hub = new TopicHub();
  secrets = new Map();
  secretsBroken = false;
  answers = { chat: ok, phone: ok, directory: ok, voicemail: ok };
  attempts = [];
  services = [];
  registered = [];
  configureError = undefined;
  callsRun = false;
  callsEnded = new Promise((resolve) => (endCalls = resolve));
});

afterEach(async () => {
  for (const account of started.splice(0)) await account.stop();
  store.close();
});

function configured(address: string): AccountConfig {
  const reader = settings.forAccount(address);
  return buildAccountConfig({ address, settings: reader, discovered: nothingDiscovered, extraCa: [], random: () => 0 });
}

async function makeAccount(policy: Policy = emptyPolicy): Promise<Account> {
  settings = new Settings({
    store: new SettingsStore(store),
    hub,
    clock,
    log: silentLogger,
    readPolicy: () => policy,
  });
  await settings.start();
  const guard = <T>(work: () => T): Promise<T> =>
    secretsBroken ? Promise.reject(new Error('keychain is locked')) : Promise.resolve(work());
  const probe = (service: SignInService) => (_config: AccountConfig, password: string) => {
    attempts.push(`${service} ${password}`);
    const answer = answers[service];
    if (answer === 'silent') return new Promise<ProbeResult>(() => undefined);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const safe = {
    backend: 'the test keychain',
    plainText: false,
    get: (name: string) => guard(() => secrets.get(name)),
    set: (name: string, secret: string) => guard(() => void secrets.set(name, secret)),
    delete: (name: string) => guard(() => void secrets.delete(name)),
  };
  const registerSecret = (value: string): void => void registered.push(value);
  const accountSecrets = new AccountSecrets({
    secrets: safe,
    address: () => account.session.address,
    registerSecret,
    changed: () => {
      account.reconfigureSoon();
    },
    log: silentLogger,
  });
  const account: Account = new Account({
    settings,
    secrets: safe,
    accountSecrets,
    hub,
    clock,
    log: silentLogger,
    configure: (address) =>
      configureError === undefined ? Promise.resolve(configured(address)) : Promise.reject(configureError),
    configureToShow: configured,
    configKeys: accountConfigKeys,
    probes: {
      chat: probe('chat'),
      phone: probe('phone'),
      directory: probe('directory'),
      voicemail: probe('voicemail'),
    },
    services: {
      show: (config) => {
        services.push(`show ${config.address}`);
        return Promise.resolve();
      },
      connect: (config, { account: password, own }) => {
        const others = Object.entries(own).map(([service, one]) => ` ${service}: ${one}`);
        services.push(`connect ${config.address} ${password}${others.join('')}`);
        return Promise.resolve(!callsRun);
      },
      accepted: (service) => void services.push(`accepted ${service}`),
      stop: () => {
        services.push('stop');
        return Promise.resolve();
      },
    },
    whenNoCallRuns: () => (callsRun ? callsEnded : Promise.resolve()),
    registerSecret,
    archiveFolder: () => (settings.get('archive.enabled') ? '/archive' : undefined),
  });
  started.push(account);
  return account;
}

async function startAccount(policy?: Policy): Promise<Account> {
  const account = await makeAccount(policy);
  await account.start();
  await clock.run();
  services.length = 0;
  return account;
}

function session(): Session {
  return hub.current('session').snapshot as Session;
}

async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof AppError) return error;
  throw new Error(`expected an AppError, got ${String(error)}`);
}

describe('signing in', () => {
  test('tries the password on chat alone, then starts everything and remembers', async () => {
    const account = await startAccount();
    expect(session()).toMatchObject({ state: 'signedOut', secretsBackend: 'the test keychain' });
    const states: string[] = [];
    const signingIn = account.handlers['session.signIn']({ address: ' Alice@Example.com', password: 'p4ss' }, 'w');
    states.push(session().state);
    await signingIn;
    states.push(session().state);
    expect(states).toEqual(['signingIn', 'signedIn']);
    expect(attempts).toEqual(['chat p4ss']);
    expect(services).toEqual(['stop', 'connect alice@example.com p4ss']);
    expect(session()).toEqual({
      state: 'signedIn',
      address: 'alice@example.com',
      accountId: accountIdOf('alice@example.com'),
      secretsBackend: 'the test keychain',
      secretsPlainText: false,
    });
    expect(secrets.get('account:alice@example.com')).toBe('p4ss');
    expect(settings.get('account.address')).toBe('alice@example.com');
    expect(registered).toContain('p4ss');
  });

  test('a typo costs exactly one attempt, on one service', async () => {
    const account = await startAccount();
    answers.chat = denied;
    const error = await refusal(account.signIn('alice@example.com', 'typo'));
    expect(error).toMatchObject({ code: 'denied', message: denied.message });
    await clock.run(3_600_000);
    expect(attempts).toEqual(['chat typo']);
    expect(services).toEqual([]);
    expect(session()).toMatchObject({ state: 'signedOut', failure: 'The password was refused.' });
    expect(secrets.size).toBe(0);
    expect(settings.get('account.address')).toBe('');
  });

  test.each([
    ['off', 'phone', (): void => void settings.set('chat.enabled', false)],
    ['unreachable', 'phone', (): void => void (answers.chat = later)],
    ['silent', 'phone', (): void => void (answers.chat = 'silent')],
    ['broken', 'phone', (): void => void (answers.chat = new Error('bug'))],
    ['of a bad certificate', 'phone', (): void => void (answers.chat = never)],
  ])('with chat %s the next service is asked', async (_, service, arrange) => {
    const account = await startAccount();
    arrange();
    const signingIn = account.signIn('alice@example.com', 'p');
    await clock.run(7_000);
    await signingIn;
    expect(attempts.at(-1)).toBe(`${service} p`);
    expect(session().state).toBe('signedIn');
  });

  test('with no server reachable it says so, with the first reason', async () => {
    const account = await startAccount();
    for (const service of signInServices) answers[service] = later;
    answers.chat = never;
    const error = await refusal(account.signIn('alice@example.com', 'p'));
    expect(error).toMatchObject({ code: 'offline', message: 'Chat: The certificate has expired.' });
    expect(error.detail).toBe('CERT_HAS_EXPIRED');
    expect(attempts).toEqual(['chat p', 'phone p', 'voicemail p']);
    expect(session()).toMatchObject({ state: 'signedOut', failure: 'Chat: The certificate has expired.' });
  });

  test('a directory that binds with the password is asked too; an anonymous one proves nothing', async () => {
    const account = await startAccount();
    answers.chat = later;
    answers.phone = later;
    answers.voicemail = later;
    expect(await refusal(account.signIn('alice@example.com', 'p'))).toMatchObject({ code: 'offline' });
    expect(attempts).not.toContain('directory p');
    settings.set('directory.userDnTemplate', 'uid={user},dc=x');
    await account.signIn('alice@example.com', 'p');
    expect(attempts.at(-1)).toBe('directory p');
    expect(session().state).toBe('signedIn');
  });

  test('with nothing but an anonymous directory that one is enough', async () => {
    const account = await startAccount();
    for (const service of ['chat', 'phone', 'voicemail']) settings.set(`${service}.enabled`, false);
    await account.signIn('alice@example.com', 'p');
    expect(attempts).toEqual(['directory p']);
  });

  test('with every service off it says so', async () => {
    const account = await startAccount();
    for (const service of signInServices) settings.set(`${service}.enabled`, false);
    expect(await refusal(account.signIn('alice@example.com', 'p'))).toMatchObject({ code: 'unsupported' });
  });

  test.each(['alice', '@x', 'a@b@c', 'a b@c', 'a@b/c'])(
    'the address %j is refused before anything is tried',
    async (address) => {
      const account = await startAccount();
      expect(await refusal(account.signIn(address, 'p'))).toMatchObject({ code: 'invalid' });
      expect(attempts).toEqual([]);
      expect(session().state).toBe('signedOut');
    },
  );

  test('a setting that stands in the way is said in its words', async () => {
    const account = await startAccount();
    configureError = new AppError('invalid', 'The file cannot be read.');
    expect((await refusal(account.signIn('alice@example.com', 'p'))).message).toBe('The file cannot be read.');
    expect(session()).toMatchObject({ state: 'signedOut', failure: 'The file cannot be read.' });
  });

  test('a second sign-in meanwhile is refused, the first goes on', async () => {
    const account = await startAccount();
    const first = account.signIn('alice@example.com', 'p');
    expect(await refusal(account.signIn('alice@example.com', 'p'))).toMatchObject({ code: 'invalid' });
    await first;
    expect(session().state).toBe('signedIn');
    expect(attempts).toEqual(['chat p']);
  });

  test('a password that cannot be kept is said; the session goes on', async () => {
    const account = await startAccount();
    secretsBroken = true;
    await account.signIn('alice@example.com', 'p');
    expect(session()).toMatchObject({ state: 'signedIn' });
    expect(session().failure).toContain('the test keychain');
  });

  test('a new password while signed in: refused it changes nothing, accepted the services start anew', async () => {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'old');
    services.length = 0;
    answers.chat = denied;
    await refusal(account.signIn('alice@example.com', 'typo'));
    expect(session()).toMatchObject({ state: 'signedIn', address: 'alice@example.com', failure: denied.message });
    expect(services).toEqual([]);
    expect(secrets.get('account:alice@example.com')).toBe('old');
    answers.chat = ok;
    await account.signIn('alice@example.com', 'new');
    expect(services).toEqual(['stop', 'connect alice@example.com new']);
    expect(session().failure).toBeUndefined();
  });

  test('signing out while signing in cancels it', async () => {
    const account = await startAccount();
    answers.chat = 'silent';
    const signingIn = refusal(account.signIn('alice@example.com', 'p'));
    await clock.run();
    await account.signOut(false);
    expect(session().state).toBe('signedOut');
    await clock.run(60_000);
    expect(await signingIn).toMatchObject({ code: 'invalid' });
    expect(session().state).toBe('signedOut');
    expect(services.filter((one) => one.startsWith('connect'))).toEqual([]);
    expect(attempts).toEqual(['chat p']);
  });
});

describe('starting with a remembered password', () => {
  async function remembered(): Promise<void> {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'p');
    await account.stop();
    attempts.length = 0;
    services.length = 0;
  }

  test('is signed in at once, before any server was asked', async () => {
    await remembered();
    answers.chat = 'silent';
    const account = await makeAccount();
    await account.start();
    expect(session()).toMatchObject({ state: 'signedIn', accountId: accountIdOf('alice@example.com') });
    await clock.run();
    expect(services).toEqual(['show alice@example.com']);
    await clock.run(7_000);
    expect(attempts).toEqual(['chat p', 'phone p']);
    expect(services).toEqual(['show alice@example.com', 'connect alice@example.com p']);
  });

  test('without network the services start all the same and go on trying', async () => {
    await remembered();
    for (const service of signInServices) answers[service] = later;
    const account = await makeAccount();
    await account.start();
    await clock.run();
    expect(session().state).toBe('signedIn');
    expect(services).toEqual(['show alice@example.com', 'connect alice@example.com p']);
  });

  test('that was changed meanwhile costs one attempt ever, not one for each service and start', async () => {
    await remembered();
    answers.chat = denied;
    const account = await makeAccount();
    await account.start();
    await clock.run();
    expect(session()).toMatchObject({ state: 'signedOut', address: 'alice@example.com', failure: denied.message });
    expect(services).toEqual(['show alice@example.com', 'stop']);
    await account.stop();
    await (await makeAccount()).start();
    await clock.run(60_000);
    expect(attempts).toEqual(['chat p']);
    expect(services.filter((one) => one.startsWith('connect'))).toEqual([]);
    expect(session()).toMatchObject({ state: 'signedOut', address: 'alice@example.com' });
  });

  test('that cannot be read is said and asked for, with the address', async () => {
    await remembered();
    secretsBroken = true;
    await (await makeAccount()).start();
    expect(session()).toMatchObject({
      state: 'signedOut',
      address: 'alice@example.com',
      failure: 'Your password can no longer be read from the test keychain. Enter it again to sign in.',
    });
  });

  test('a refused new password while the remembered one was still being tried leaves the services running', async () => {
    await remembered();
    answers.chat = 'silent';
    const account = await makeAccount();
    await account.start();
    await clock.run();
    answers.chat = denied;
    await refusal(account.signIn('alice@example.com', 'typo'));
    await clock.run(60_000);
    expect(session().state).toBe('signedIn');
    expect(services.at(-1)).toBe('connect alice@example.com p');
  });

  test('a machine with nothing but a policy file needs only the password', async () => {
    const policy = parsePolicy(
      JSON.stringify({
        version: 1,
        seed: { 'account.address': 'Alice@Example.com' },
        lock: { 'chat.servers': ['xmpp.test'] },
      }),
      'p',
    );
    const account = await startAccount(policy);
    expect(session()).toMatchObject({ state: 'signedOut', address: 'alice@example.com' });
    await account.signIn(session().address ?? '', 'p');
    expect(session().state).toBe('signedIn');
  });
});

describe('settings that change while signed in', () => {
  test('are handed over once, with the same password', async () => {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'p');
    services.length = 0;
    settings.set('phone.servers', ['pbx.test']);
    settings.set('phone.transport', 'udp');
    await clock.run(1_000);
    expect(services).toEqual(['connect alice@example.com p']);
  });

  test('that are no servers’ concern are not handed over', async () => {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'p');
    services.length = 0;
    settings.set('appearance.theme', 'dark');
    await clock.run(60_000);
    expect(services).toEqual([]);
  });

  test('that a call holds up are said to wait, and are handed over again when it ended', async () => {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'p');
    services.length = 0;
    callsRun = true;
    settings.set('phone.servers', ['pbx.test']);
    await clock.run(60_000);
    expect(services).toEqual(['connect alice@example.com p']);
    expect(session()).toMatchObject({ state: 'signedIn', waitsForCalls: true });
    callsRun = false;
    endCalls();
    await clock.run(1_000);
    expect(services).toEqual(['connect alice@example.com p', 'connect alice@example.com p']);
    expect(session().waitsForCalls).toBeUndefined();
  });

  test('mend what stood in the way of a start', async () => {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'p');
    await account.stop();
    services.length = 0;
    configureError = new AppError('invalid', 'The file cannot be read.');
    await (await makeAccount()).start();
    await clock.run();
    expect(session()).toMatchObject({ state: 'signedIn', failure: 'The file cannot be read.' });
    // What is stored shows all the same.
    expect(services).toEqual(['show alice@example.com']);
    configureError = undefined;
    settings.set('trust.extraCaFile', '/other.pem');
    await clock.run(1_000);
    expect(services.at(-1)).toBe('connect alice@example.com p');
    expect(session().failure).toBeUndefined();
  });
});

describe('entering a password while signed in', () => {
  const enter = (account: Account, service: SignInService, password: string, isOwn = false): Promise<unknown> =>
    Promise.resolve(account.handlers['session.enterPassword']({ service, password, isOwn }, 'w'));

  async function signedIn(): Promise<Account> {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'old');
    attempts.length = 0;
    services.length = 0;
    return account;
  }

  test('tries it at that service, once, and then uses it for all', async () => {
    const account = await signedIn();
    await enter(account, 'phone', 'new');
    expect(attempts).toEqual(['phone new']);
    expect(services).toEqual(['connect alice@example.com new', 'accepted phone']);
    expect(secrets.get('account:alice@example.com')).toBe('new');
    expect(registered).toContain('new');
    callsRun = true;
    await enter(account, 'phone', 'own', true);
    await enter(account, 'phone', 'newer');
    // It takes the place of the phone's own; of a phone that waits with its old one nothing new is known.
    expect(services.at(-1)).toBe('connect alice@example.com newer');
  });

  test('refused it changes nothing and says so; where no server answers it is not kept either', async () => {
    const account = await signedIn();
    answers.phone = denied;
    expect(await refusal(enter(account, 'phone', 'typo'))).toMatchObject({ code: 'denied', message: denied.message });
    answers.phone = later;
    expect((await refusal(enter(account, 'phone', 'new'))).message).toContain('was not kept');
    expect(services).toEqual([]);
    expect(secrets.get('account:alice@example.com')).toBe('old');
  });

  test('of one service stands beside that of the account, also after a restart, until signing out forgets both', async () => {
    const account = await signedIn();
    await enter(account, 'phone', 'secret', true);
    expect(services).toEqual(['connect alice@example.com old phone: secret', 'accepted phone']);
    await account.stop();
    attempts.length = 0;
    answers.chat = later;
    const again = await makeAccount();
    await again.start();
    await clock.run();
    // What the phone says of its own password says nothing of the account's.
    expect(attempts).toEqual(['chat old', 'voicemail old']);
    expect(services.at(-1)).toBe('connect alice@example.com old phone: secret');
    await again.signOut(true);
    expect(secrets.size).toBe(0);
  });

  test('needs somebody who is signed in, and a service that is on', async () => {
    const account = await startAccount();
    expect(await refusal(enter(account, 'phone', 'p'))).toMatchObject({ code: 'invalid' });
    await account.signIn('alice@example.com', 'p');
    settings.set('phone.enabled', false);
    expect(await refusal(enter(account, 'phone', 'p'))).toMatchObject({ code: 'unsupported' });
  });
});

describe('signing out', () => {
  test('stops the services and says what stays', async () => {
    const account = await startAccount();
    settings.set('archive.enabled', true);
    await account.signIn('alice@example.com', 'p');
    services.length = 0;
    const answer = await account.handlers['session.signOut']({ forgetPassword: true }, 'w');
    expect(services).toEqual(['stop']);
    expect(answer.stays.join(' ')).toMatch(/messages.*settings.*\/archive/);
    expect(answer.stays.join(' ')).not.toContain('password');
    expect(secrets.size).toBe(0);
    expect(session()).toMatchObject({ state: 'signedOut', address: 'alice@example.com' });
    expect(session().failure).toBeUndefined();
  });

  test('with the password kept it says that the next start signs in, and so it does', async () => {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'p');
    const { password } = await account.signOut(false);
    expect(password).toEqual([expect.stringContaining('Your password, in the test keychain')]);
    await (await makeAccount()).start();
    expect(session().state).toBe('signedIn');
  });

  test('a password that cannot be deleted is said', async () => {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'p');
    secretsBroken = true;
    expect((await account.signOut(true)).password.at(-1)).toContain('could not be deleted');
  });

  test('leaves no timer', async () => {
    const account = await startAccount();
    await account.signIn('alice@example.com', 'p');
    settings.set('chat.tlsName', 'x');
    await account.signOut(true);
    expect(clock.pending).toBe(0);
  });
});

describe('testing one service', () => {
  test('is one attempt, answered in words and with its time', async () => {
    const account = await startAccount();
    answers.voicemail = 'silent';
    const testing = account.handlers['session.test'](
      { service: 'voicemail', address: 'alice@example.com', password: 'p' },
      'w',
    );
    await clock.run(7_000);
    expect(await testing).toEqual({
      service: 'voicemail',
      ok: false,
      message: 'The server did not answer in time.',
      detail: 'voicemail: no answer in 7000 ms',
      tookMs: 7_000,
    });
    expect(attempts).toEqual(['voicemail p']);
    expect(registered).toContain('p');
    expect(session().state).toBe('signedOut');
  });

  test('passes the service’s own words on', async () => {
    const account = await startAccount();
    expect(await account.test('phone', 'alice@example.com', 'p')).toMatchObject({ ok: true, message: 'accepted' });
    answers.phone = never;
    expect(await account.test('phone', 'alice@example.com', 'p')).toMatchObject({
      ok: false,
      ...{ message: never.message, detail: never.detail },
    });
  });

  test('what cannot be tested is said', async () => {
    const account = await startAccount();
    settings.set('phone.enabled', false);
    expect((await account.test('phone', 'alice@example.com', 'p')).message).toContain('switched off');
    expect((await account.test('chat', 'alice', 'p')).message).toContain('name@company.com');
    configureError = new AppError('invalid', 'The file cannot be read.');
    expect((await account.test('chat', 'alice@example.com', 'p')).message).toBe('The file cannot be read.');
    expect(attempts).toEqual([]);
  });
});
