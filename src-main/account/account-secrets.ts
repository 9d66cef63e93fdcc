import type { MainHandlers } from '../../src-shared/contract/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import { accountSecrets } from '../../src-shared/model/session.ts';
import type { AccountSecret } from '../../src-shared/model/session.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { SecretStore } from '../host.ts';

export interface AccountSecretsOptions {
  readonly secrets: SecretStore;
  /** The account that is signed in, `user@domain`. */
  readonly address: () => string | undefined;
  /** Hands a secret to the redaction of the log before anything else sees it. */
  readonly registerSecret: (value: string) => void;
  /** What is made of the account's settings and secrets is out of date. */
  readonly changed: () => void;
  readonly log: Logger;
}

/** What an account keeps in the host's secret store beside its password: it goes in, and never out to a window. */
export class AccountSecrets {
  readonly #options: AccountSecretsOptions;

  constructor(options: AccountSecretsOptions) {
    this.#options = options;
  }

  readonly handlers: Pick<MainHandlers, 'session.setSecret' | 'session.secrets'> = {
    'session.setSecret': async ({ name, value }) => {
      await this.keep(this.#address(), name, value);
      this.#options.changed();
      return null;
    },
    'session.secrets': async () => {
      const address = this.#address();
      const kept = await Promise.all(
        accountSecrets.map(async (name) => ((await this.get(address, name)) === undefined ? undefined : name)),
      );
      return { kept: kept.filter((name) => name !== undefined), backend: this.#options.secrets.backend };
    },
  };

  /** Keeps a secret; empty: forgets it. Throws AppError in words when the store does not take it. */
  async keep(address: string, name: AccountSecret, value: string): Promise<void> {
    const { secrets, registerSecret, log } = this.#options;
    const key = keyOf(address, name);
    try {
      if (value === '') {
        await secrets.delete(key);
      } else {
        registerSecret(value);
        await secrets.set(key, value);
      }
    } catch (error) {
      log.warn('a secret was not kept', { name, error });
      throw new AppError(
        'internal',
        t('It could not be kept in {backend}. Try again, or ask your administrator.', { backend: secrets.backend }),
      );
    }
  }

  /** Forgets all of them. Rejects when the store does not let them go. */
  async forgetAll(address: string): Promise<void> {
    for (const name of accountSecrets) await this.#options.secrets.delete(keyOf(address, name));
  }

  /** Undefined when there is none, or the store does not give it. */
  async get(address: string, name: AccountSecret): Promise<string | undefined> {
    try {
      return await this.read(address, name);
    } catch {
      return undefined;
    }
  }

  /** Undefined when there is none. Rejects when the store does not give it: there may be one. */
  async read(address: string, name: AccountSecret): Promise<string | undefined> {
    const { secrets, registerSecret, log } = this.#options;
    try {
      const value = await secrets.get(keyOf(address, name));
      if (value !== undefined) registerSecret(value);
      return value;
    } catch (error) {
      log.warn('a secret cannot be read', { name, error });
      throw error;
    }
  }

  #address(): string {
    const address = this.#options.address();
    if (address === undefined) throw new AppError('invalid', t('Sign in first.'));
    return address;
  }
}

function keyOf(address: string, name: AccountSecret): string {
  return `${name}:${address}`;
}
