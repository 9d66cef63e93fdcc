import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SignInRig, denied, refusal } from './sign-in-rig.test-support.ts';
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
    rig.answers.phone = { outcome: 'ok', message: 'accepted' };
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
