import { expect, test } from 'vitest';
import { silentLogger } from '../core/log.ts';
import { AccountSecrets } from './account-secrets.ts';
import { ownPasswords, passwordOf, unreadable } from './passwords.ts';

const address = 'alice@example.com';

function secretsOf(get: (name: string) => Promise<string | undefined>): AccountSecrets {
  return new AccountSecrets({
    secrets: {
      backend: 'the test keychain',
      plainText: false,
      get,
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(),
    },
    address: () => address,
    registerSecret: () => undefined,
    changed: () => undefined,
    log: silentLogger,
  });
}

test('the account’s password stands in where a service has none of its own, and not where its own cannot be read', async () => {
  const secrets = secretsOf((name) => {
    if (name.startsWith('phone.')) return Promise.reject(new Error('A saved password no longer opens.'));
    return Promise.resolve(name.startsWith('voicemail.') ? '4711' : undefined);
  });
  const passwords = { account: 'p', own: await ownPasswords(address, secrets) };
  expect(passwordOf('phone', passwords)).toBe(unreadable);
  expect(passwordOf('directory', passwords)).toBe('p');
  expect(passwordOf('voicemail', passwords)).toBe('4711');
  // The settings show it as one to be entered.
  expect(await secrets.get(address, 'phone.password')).toBeUndefined();
});
