import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { SecretStore } from '../host.ts';

export interface RememberedPasswordOptions {
  readonly secrets: SecretStore;
  readonly log: Logger;
}

/** The password of each account in the host's secret store, for the next start. */
export class RememberedPassword {
  readonly #options: RememberedPasswordOptions;

  constructor(options: RememberedPasswordOptions) {
    this.#options = options;
  }

  /** Neither: none is kept. `failure`: in words, why the one that is kept is of no use. */
  async get(address: string): Promise<{ readonly password?: string; readonly failure?: string }> {
    const { secrets, log } = this.#options;
    try {
      const password = await secrets.get(keyOf(address));
      return password === undefined ? {} : { password };
    } catch (error) {
      log.warn('the remembered password cannot be read', { error });
      const { backend } = secrets;
      return {
        failure: t('Your password can no longer be read from {backend}. Enter it again to sign in.', { backend }),
      };
    }
  }

  /** Answers in words when it could not be kept. */
  async keep(address: string, password: string): Promise<string | undefined> {
    const { secrets, log } = this.#options;
    try {
      await secrets.set(keyOf(address), password);
      return undefined;
    } catch (error) {
      log.warn('the password was not remembered', { error });
      const words = t('Your password could not be kept in {backend}; Parley will ask for it at the next start.', {
        backend: secrets.backend,
      });
      return error instanceof AppError ? `${words} ${error.message}` : words;
    }
  }

  /** Rejects when the store does not let it go. */
  async forget(address: string): Promise<void> {
    await this.#options.secrets.delete(keyOf(address));
  }
}

function keyOf(address: string): string {
  return `account:${address}`;
}
