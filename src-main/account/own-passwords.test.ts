import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SignInRig, denied, ok, refusal } from './sign-in-rig.test-support.ts';
import type { ProbeResult } from './account-config.ts';
import type { Account } from './sign-in.ts';

let rig: SignInRig;

beforeEach(() => {
  rig = new SignInRig();
});

afterEach(async () => {
  await rig.close();
});

/** Chat and voicemail are off, the directory is anonymous, and the phone has a password of its own. */
async function phoneWithItsOwn(): Promise<Account> {
  const account = await rig.startAccount();
  for (const service of ['chat', 'voicemail']) rig.settings.set(`${service}.enabled`, false);
  await account.signIn('alice@example.com', 'p');
  await account.enterPassword('phone', 'pin', 'own');
  rig.attempts.length = 0;
  rig.services.length = 0;
  return account;
}

describe('where every service that is left has a password of its own', () => {
  test('a start does not sign out because that one was refused', async () => {
    await (await phoneWithItsOwn()).stop();
    rig.services.length = 0;
    rig.answers.phone = denied;
    await (await rig.makeAccount()).start();
    await rig.clock.run();
    // The phone tries it by itself, and says that it needs another.
    expect(rig.attempts).toEqual([]);
    expect(rig.services).toEqual(['show alice@example.com', 'connect alice@example.com p phone: pin']);
    expect(rig.session().state).toBe('signedIn');
    expect(rig.secrets.get('account:alice@example.com')).toBe('p');
  });

  test('what is typed to sign in is what is tried, and takes the place of the one that was kept', async () => {
    const account = await phoneWithItsOwn();
    await account.signOut(false);
    rig.attempts.length = 0;
    rig.answers.phone = denied;
    expect(await refusal(account.signIn('alice@example.com', 'typo'))).toMatchObject({ code: 'denied' });
    expect(rig.secrets.get('phone.password:alice@example.com')).toBe('pin');
    rig.answers.phone = ok;
    await account.signIn('alice@example.com', 'new');
    expect(rig.attempts).toEqual(['phone typo', 'phone new']);
    expect(rig.services.at(-1)).toBe('connect alice@example.com new');
    expect(rig.secrets.has('phone.password:alice@example.com')).toBe(false);
  });
});

test('an own password that cannot be let go: the one of the account stays what it was', async () => {
  const account = await phoneWithItsOwn();
  rig.secretsBroken = true;
  expect(await refusal(account.enterPassword('phone', 'new', 'account'))).toMatchObject({ code: 'internal' });
  rig.secretsBroken = false;
  rig.settings.set('phone.servers', ['pbx.test']);
  await rig.clock.run(1_000);
  expect(rig.services).toEqual(['connect alice@example.com p phone: pin']);
});

describe('a password that is entered while something else is under way', () => {
  async function signedIn(): Promise<Account> {
    const account = await rig.startAccount();
    await account.signIn('alice@example.com', 'old');
    rig.services.length = 0;
    return account;
  }

  test('is not followed by settings that were taken over with the old one', async () => {
    const account = await signedIn();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    rig.configuring = promise;
    rig.settings.set('phone.servers', ['pbx.test']);
    await rig.clock.run(1_000);
    rig.configuring = Promise.resolve();
    await account.enterPassword('chat', 'new', 'account');
    resolve(undefined);
    await rig.clock.run(60_000);
    expect(rig.services).toEqual(['connect alice@example.com new', 'accepted chat']);
  });

  test('holds with settings that change while it is tried', async () => {
    const account = await signedIn();
    const { promise, resolve } = Promise.withResolvers<ProbeResult>();
    rig.answers.chat = promise;
    const entering = account.enterPassword('chat', 'new', 'account');
    await rig.clock.run();
    rig.settings.set('phone.servers', ['pbx.test']);
    resolve(ok);
    await entering;
    await rig.clock.run(60_000);
    expect(rig.services).toEqual(['connect alice@example.com new', 'accepted chat']);
    expect(rig.connectedWith?.phone?.servers).toMatchObject([{ host: 'pbx.test' }]);
  });

  test('outlives the remembered one, which a server refuses later', async () => {
    await (await signedIn()).stop();
    const { promise, resolve } = Promise.withResolvers<ProbeResult>();
    rig.answers.chat = promise;
    const account = await rig.makeAccount();
    await account.start();
    await rig.clock.run();
    await account.enterPassword('phone', 'new', 'account');
    resolve(denied);
    await rig.clock.run(60_000);
    expect(rig.session().state).toBe('signedIn');
    expect(rig.secrets.get('account:alice@example.com')).toBe('new');
    expect(rig.services.slice(-2)).toEqual(['connect alice@example.com new', 'accepted phone']);
  });

  test('stands beside another service’s own that is entered at the same time', async () => {
    const account = await signedIn();
    await Promise.all([
      account.enterPassword('phone', 'secret', 'own'),
      account.enterPassword('voicemail', '4711', 'own'),
    ]);
    expect(rig.services).toContain('connect alice@example.com old phone: secret voicemail: 4711');
  });
});
