import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import { signInServices } from '../../src-shared/model/session.ts';
import type { SignInService } from '../../src-shared/model/session.ts';
import { parsePolicy } from '../config/policy-file.ts';
import { accountIdOf } from './account-id.ts';
import { SignInRig, denied, later, never, ok, refusal } from './sign-in-rig.test-support.ts';
import type { Account } from './sign-in.ts';

let rig: SignInRig;

beforeEach(() => {
  rig = new SignInRig();
});

afterEach(async () => {
  await rig.close();
});

describe('signing in', () => {
  test('tries the password on chat alone, then starts everything and remembers', async () => {
    const account = await rig.startAccount();
    expect(rig.session()).toMatchObject({ state: 'signedOut', secretsBackend: 'the test keychain' });
    const states: string[] = [];
    const signingIn = account.handlers['session.signIn']({ address: ' Alice@Example.com', password: 'p4ss' }, 'w');
    states.push(rig.session().state);
    await signingIn;
    states.push(rig.session().state);
    expect(states).toEqual(['signingIn', 'signedIn']);
    expect(rig.attempts).toEqual(['chat p4ss']);
    expect(rig.services).toEqual(['stop', 'connect alice@example.com p4ss']);
    expect(rig.session()).toEqual({
      state: 'signedIn',
      address: 'alice@example.com',
      accountId: accountIdOf('alice@example.com'),
      secretsBackend: 'the test keychain',
      secretsPlainText: false,
    });
    expect(rig.secrets.get('account:alice@example.com')).toBe('p4ss');
    expect(rig.settings.get('account.address')).toBe('alice@example.com');
    expect(rig.registered).toContain('p4ss');
  });

  test('a typo costs exactly one attempt, on one service', async () => {
    const account = await rig.startAccount();
    rig.answers.chat = denied;
    const error = await refusal(account.signIn('alice@example.com', 'typo'));
    expect(error).toMatchObject({ code: 'denied', message: denied.message });
    await rig.clock.run(3_600_000);
    expect(rig.attempts).toEqual(['chat typo']);
    expect(rig.services).toEqual([]);
    expect(rig.session()).toMatchObject({ state: 'signedOut', failure: 'The password was refused.' });
    expect(rig.secrets.size).toBe(0);
    expect(rig.settings.get('account.address')).toBe('');
  });

  test.each([
    ['off', 'phone', (): void => void rig.settings.set('chat.enabled', false)],
    ['unreachable', 'phone', (): void => void (rig.answers.chat = later)],
    ['silent', 'phone', (): void => void (rig.answers.chat = 'silent')],
    ['broken', 'phone', (): void => void (rig.answers.chat = new Error('bug'))],
    ['of a bad certificate', 'phone', (): void => void (rig.answers.chat = never)],
  ])('with chat %s the next service is asked', async (_, service, arrange) => {
    const account = await rig.startAccount();
    arrange();
    const signingIn = account.signIn('alice@example.com', 'p');
    await rig.clock.run(7_000);
    await signingIn;
    expect(rig.attempts.at(-1)).toBe(`${service} p`);
    expect(rig.session().state).toBe('signedIn');
  });

  test('with no server reachable it says so, with the first reason', async () => {
    const account = await rig.startAccount();
    for (const service of signInServices) rig.answers[service] = later;
    rig.answers.chat = never;
    const error = await refusal(account.signIn('alice@example.com', 'p'));
    expect(error).toMatchObject({ code: 'offline', message: 'Chat: The certificate has expired.' });
    expect(error.detail).toBe('CERT_HAS_EXPIRED');
    expect(rig.attempts).toEqual(['chat p', 'phone p', 'voicemail p']);
    expect(rig.session()).toMatchObject({ state: 'signedOut', failure: 'Chat: The certificate has expired.' });
  });

  test('a directory that binds with the password is asked too; an anonymous one proves nothing', async () => {
    const account = await rig.startAccount();
    rig.answers.chat = later;
    rig.answers.phone = later;
    rig.answers.voicemail = later;
    expect(await refusal(account.signIn('alice@example.com', 'p'))).toMatchObject({ code: 'offline' });
    expect(rig.attempts).not.toContain('directory p');
    rig.settings.set('directory.userDnTemplate', 'uid={user},dc=x');
    await account.signIn('alice@example.com', 'p');
    expect(rig.attempts.at(-1)).toBe('directory p');
    expect(rig.session().state).toBe('signedIn');
  });

  test('with nothing but an anonymous directory that one is enough', async () => {
    const account = await rig.startAccount();
    for (const service of ['chat', 'phone', 'voicemail']) rig.settings.set(`${service}.enabled`, false);
    await account.signIn('alice@example.com', 'p');
    expect(rig.attempts).toEqual(['directory p']);
  });

  test('with every service off it says so', async () => {
    const account = await rig.startAccount();
    for (const service of signInServices) rig.settings.set(`${service}.enabled`, false);
    expect(await refusal(account.signIn('alice@example.com', 'p'))).toMatchObject({ code: 'unsupported' });
  });

  test.each(['alice', '@x', 'a@b@c', 'a b@c', 'a@b/c'])(
    'the address %j is refused before anything is tried',
    async (address) => {
      const account = await rig.startAccount();
      expect(await refusal(account.signIn(address, 'p'))).toMatchObject({ code: 'invalid' });
      expect(rig.attempts).toEqual([]);
      expect(rig.session().state).toBe('signedOut');
    },
  );

  test('a setting that stands in the way is said in its words', async () => {
    const account = await rig.startAccount();
    rig.configureError = new AppError('invalid', 'The file cannot be read.');
    expect((await refusal(account.signIn('alice@example.com', 'p'))).message).toBe('The file cannot be read.');
    expect(rig.session()).toMatchObject({ state: 'signedOut', failure: 'The file cannot be read.' });
  });

  test('a second sign-in meanwhile is refused, the first goes on', async () => {
    const account = await rig.startAccount();
    const first = account.signIn('alice@example.com', 'p');
    expect(await refusal(account.signIn('alice@example.com', 'p'))).toMatchObject({ code: 'invalid' });
    await first;
    expect(rig.session().state).toBe('signedIn');
    expect(rig.attempts).toEqual(['chat p']);
  });

  test('a password that cannot be kept is said; the session goes on', async () => {
    const account = await rig.startAccount();
    rig.secretsBroken = true;
    await account.signIn('alice@example.com', 'p');
    expect(rig.session()).toMatchObject({ state: 'signedIn' });
    expect(rig.session().failure).toContain('the test keychain');
  });

  test('a new password while signed in: refused it changes nothing, accepted the services start anew', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'old');
    rig.services.length = 0;
    rig.answers.chat = denied;
    await refusal(account.signIn('alice@example.com', 'typo'));
    expect(rig.session()).toMatchObject({ state: 'signedIn', address: 'alice@example.com', failure: denied.message });
    expect(rig.services).toEqual([]);
    expect(rig.secrets.get('account:alice@example.com')).toBe('old');
    rig.answers.chat = ok;
    await account.signIn('alice@example.com', 'new');
    expect(rig.services).toEqual(['stop', 'connect alice@example.com new']);
    expect(rig.session().failure).toBeUndefined();
  });

  test('signing out while signing in cancels it', async () => {
    const account = await rig.startAccount();
    rig.answers.chat = 'silent';
    const signingIn = refusal(account.signIn('alice@example.com', 'p'));
    await rig.clock.run();
    await account.signOut(false);
    expect(rig.session().state).toBe('signedOut');
    await rig.clock.run(60_000);
    expect(await signingIn).toMatchObject({ code: 'invalid' });
    expect(rig.session().state).toBe('signedOut');
    expect(rig.services.filter((one) => one.startsWith('connect'))).toEqual([]);
    expect(rig.attempts).toEqual(['chat p']);
  });
});

describe('starting with a remembered password', () => {
  async function remembered(): Promise<void> {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    await account.stop();
    rig.attempts.length = 0;
    rig.services.length = 0;
  }

  test('is signed in at once, before any server was asked', async () => {
    await remembered();
    rig.answers.chat = 'silent';
    const account = await rig.makeAccount();
    await account.start();
    expect(rig.session()).toMatchObject({ state: 'signedIn', accountId: accountIdOf('alice@example.com') });
    await rig.clock.run();
    expect(rig.services).toEqual(['show alice@example.com']);
    await rig.clock.run(7_000);
    expect(rig.attempts).toEqual(['chat p', 'phone p']);
    expect(rig.services).toEqual(['show alice@example.com', 'connect alice@example.com p']);
  });

  test('without network the services start all the same and go on trying', async () => {
    await remembered();
    for (const service of signInServices) rig.answers[service] = later;
    const account = await rig.makeAccount();
    await account.start();
    await rig.clock.run();
    expect(rig.session().state).toBe('signedIn');
    expect(rig.services).toEqual(['show alice@example.com', 'connect alice@example.com p']);
  });

  test('that was changed meanwhile costs one attempt ever, not one for each service and start', async () => {
    await remembered();
    rig.answers.chat = denied;
    const account = await rig.makeAccount();
    await account.start();
    await rig.clock.run();
    expect(rig.session()).toMatchObject({ state: 'signedOut', address: 'alice@example.com', failure: denied.message });
    expect(rig.services).toEqual(['show alice@example.com', 'stop']);
    await account.stop();
    await (await rig.makeAccount()).start();
    await rig.clock.run(60_000);
    expect(rig.attempts).toEqual(['chat p']);
    expect(rig.services.filter((one) => one.startsWith('connect'))).toEqual([]);
    expect(rig.session()).toMatchObject({ state: 'signedOut', address: 'alice@example.com' });
  });

  test('that cannot be read is said and asked for, with the address', async () => {
    await remembered();
    rig.secretsBroken = true;
    await (await rig.makeAccount()).start();
    expect(rig.session()).toMatchObject({
      state: 'signedOut',
      address: 'alice@example.com',
      failure: 'Your password can no longer be read from the test keychain. Enter it again to sign in.',
    });
  });

  test('a refused new password while the remembered one was still being tried leaves the services running', async () => {
    await remembered();
    rig.answers.chat = 'silent';
    const account = await rig.makeAccount();
    await account.start();
    await rig.clock.run();
    rig.answers.chat = denied;
    await refusal(account.signIn('alice@example.com', 'typo'));
    await rig.clock.run(60_000);
    expect(rig.session().state).toBe('signedIn');
    expect(rig.services.at(-1)).toBe('connect alice@example.com p');
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
    const account = await rig.startAccount(policy);
    expect(rig.session()).toMatchObject({ state: 'signedOut', address: 'alice@example.com' });
    await account.signIn(rig.session().address ?? '', 'p');
    expect(rig.session().state).toBe('signedIn');
  });
});

describe('settings that change while signed in', () => {
  test('are handed over once, with the same password', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    rig.services.length = 0;
    rig.settings.set('phone.servers', ['pbx.test']);
    rig.settings.set('phone.transport', 'udp');
    await rig.clock.run(1_000);
    expect(rig.services).toEqual(['connect alice@example.com p']);
  });

  test('that are no servers’ concern are not handed over', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    rig.services.length = 0;
    rig.settings.set('appearance.theme', 'dark');
    await rig.clock.run(60_000);
    expect(rig.services).toEqual([]);
  });

  test('that a call holds up are said to wait, and are handed over again when it ended', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    rig.services.length = 0;
    rig.callsRun = true;
    rig.settings.set('phone.servers', ['pbx.test']);
    await rig.clock.run(60_000);
    expect(rig.services).toEqual(['connect alice@example.com p']);
    expect(rig.session()).toMatchObject({ state: 'signedIn', waitsForCalls: true });
    rig.callsRun = false;
    rig.endCalls();
    await rig.clock.run(1_000);
    expect(rig.services).toEqual(['connect alice@example.com p', 'connect alice@example.com p']);
    expect(rig.session().waitsForCalls).toBeUndefined();
  });

  test('and wait for a call are not forgotten when a sign-in meanwhile is refused', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    rig.callsRun = true;
    rig.settings.set('phone.servers', ['pbx.test']);
    await rig.clock.run(1_000);
    rig.answers.chat = denied;
    await refusal(account.signIn('alice@example.com', 'typo'));
    await rig.clock.run(1_000);
    expect(rig.session()).toMatchObject({ waitsForCalls: true, failure: denied.message });
    rig.services.length = 0;
    rig.callsRun = false;
    rig.endCalls();
    await rig.clock.run(1_000);
    expect(rig.services).toEqual(['connect alice@example.com p']);
  });

  test('mend what stood in the way of a start', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    await account.stop();
    rig.services.length = 0;
    rig.configureError = new AppError('invalid', 'The file cannot be read.');
    await (await rig.makeAccount()).start();
    await rig.clock.run();
    expect(rig.session()).toMatchObject({ state: 'signedIn', failure: 'The file cannot be read.' });
    // What is stored shows all the same.
    expect(rig.services).toEqual(['show alice@example.com']);
    rig.configureError = undefined;
    rig.settings.set('trust.extraCaFile', '/other.pem');
    await rig.clock.run(1_000);
    expect(rig.services.at(-1)).toBe('connect alice@example.com p');
    expect(rig.session().failure).toBeUndefined();
  });
});

describe('entering a password while signed in', () => {
  const enter = (account: Account, service: SignInService, password: string, isOwn = false): Promise<unknown> =>
    Promise.resolve(account.handlers['session.enterPassword']({ service, password, isOwn }, 'w'));

  async function signedIn(): Promise<Account> {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'old');
    rig.attempts.length = 0;
    rig.services.length = 0;
    return account;
  }

  test('tries it at that service, once, and then uses it for all', async () => {
    const account = await signedIn();
    await enter(account, 'phone', 'new');
    expect(rig.attempts).toEqual(['phone new']);
    expect(rig.services).toEqual(['connect alice@example.com new', 'accepted phone']);
    expect(rig.secrets.get('account:alice@example.com')).toBe('new');
    expect(rig.registered).toContain('new');
    rig.callsRun = true;
    await enter(account, 'phone', 'own', true);
    await enter(account, 'phone', 'newer');
    // It takes the place of the phone's own; of a phone that waits with its old one nothing new is known.
    expect(rig.services.at(-1)).toBe('connect alice@example.com newer');
  });

  test('refused it changes nothing and says so; where no server answers it is not kept either', async () => {
    const account = await signedIn();
    rig.answers.phone = denied;
    expect(await refusal(enter(account, 'phone', 'typo'))).toMatchObject({ code: 'denied', message: denied.message });
    rig.answers.phone = later;
    expect((await refusal(enter(account, 'phone', 'new'))).message).toContain('was not kept');
    expect(rig.services).toEqual([]);
    expect(rig.secrets.get('account:alice@example.com')).toBe('old');
  });

  test('of one service stands beside that of the account, also after a restart, until signing out forgets both', async () => {
    const account = await signedIn();
    await enter(account, 'phone', 'secret', true);
    expect(rig.services).toEqual(['connect alice@example.com old phone: secret', 'accepted phone']);
    await account.stop();
    rig.attempts.length = 0;
    rig.answers.chat = later;
    const again = await rig.makeAccount();
    await again.start();
    await rig.clock.run();
    // What the phone says of its own password says nothing of the account's.
    expect(rig.attempts).toEqual(['chat old', 'voicemail old']);
    expect(rig.services.at(-1)).toBe('connect alice@example.com old phone: secret');
    await again.signOut(true);
    expect(rig.secrets.size).toBe(0);
  });

  test('needs somebody who is signed in, and a service that is on', async () => {
    const account = await rig.startAccount();
    expect(await refusal(enter(account, 'phone', 'p'))).toMatchObject({ code: 'invalid' });
    await account.signIn('alice@example.com', 'p');
    rig.settings.set('phone.enabled', false);
    expect(await refusal(enter(account, 'phone', 'p'))).toMatchObject({ code: 'unsupported' });
  });
});

describe('signing out', () => {
  test('stops the services and says what stays', async () => {
    const account = await rig.startAccount();
    rig.settings.set('archive.enabled', true);
    await account.signIn('alice@example.com', 'p');
    rig.services.length = 0;
    const answer = await account.handlers['session.signOut']({ forgetPassword: true }, 'w');
    expect(rig.services).toEqual(['stop']);
    expect(answer.stays.join(' ')).toMatch(/messages.*settings.*\/archive/);
    expect(answer.stays.join(' ')).not.toContain('password');
    expect(rig.secrets.size).toBe(0);
    expect(rig.session()).toMatchObject({ state: 'signedOut', address: 'alice@example.com' });
    expect(rig.session().failure).toBeUndefined();
  });

  test('with the password kept it says that the next start signs in, and so it does', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    const { password } = await account.signOut(false);
    expect(password).toEqual([expect.stringContaining('Your password, in the test keychain')]);
    await (await rig.makeAccount()).start();
    expect(rig.session().state).toBe('signedIn');
  });

  test('a password that cannot be deleted is said', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    rig.secretsBroken = true;
    expect((await account.signOut(true)).password.at(-1)).toContain('could not be deleted');
  });

  test('leaves no timer', async () => {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'p');
    rig.settings.set('chat.tlsName', 'x');
    await account.signOut(true);
    expect(rig.clock.pending).toBe(0);
  });
});

describe('testing one service', () => {
  test('is one attempt, answered in words and with its time', async () => {
    const account = await rig.startAccount();
    rig.answers.voicemail = 'silent';
    const testing = account.handlers['session.test'](
      { service: 'voicemail', address: 'alice@example.com', password: 'p' },
      'w',
    );
    await rig.clock.run(7_000);
    expect(await testing).toEqual({
      service: 'voicemail',
      ok: false,
      message: 'The server did not answer in time.',
      detail: 'voicemail: no answer in 7000 ms',
      tookMs: 7_000,
    });
    expect(rig.attempts).toEqual(['voicemail p']);
    expect(rig.registered).toContain('p');
    expect(rig.session().state).toBe('signedOut');
  });

  test('passes the service’s own words on', async () => {
    const account = await rig.startAccount();
    expect(await account.test('phone', 'alice@example.com', 'p')).toMatchObject({ ok: true, message: 'accepted' });
    rig.answers.phone = never;
    expect(await account.test('phone', 'alice@example.com', 'p')).toMatchObject({
      ok: false,
      ...{ message: never.message, detail: never.detail },
    });
  });

  test('what cannot be tested is said', async () => {
    const account = await rig.startAccount();
    rig.settings.set('phone.enabled', false);
    expect((await account.test('phone', 'alice@example.com', 'p')).message).toContain('switched off');
    expect((await account.test('chat', 'alice', 'p')).message).toContain('name@company.com');
    rig.configureError = new AppError('invalid', 'The file cannot be read.');
    expect((await account.test('chat', 'alice@example.com', 'p')).message).toBe('The file cannot be read.');
    expect(rig.attempts).toEqual([]);
  });
});
