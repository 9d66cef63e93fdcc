import { existsSync } from 'node:fs';
import type { CallInput, CallOutput } from '../src-shared/contract/contract.ts';
import { AppError } from '../src-shared/errors.ts';
import { t } from '../src-shared/words.ts';
import { AccountDataStore } from './account-data-store.ts';
import { accountIdOf } from './account/account-id.ts';
import type { Stays } from './account/what-stays.ts';
import type { Logger } from './core/log.ts';
import type { Store } from './core/store.ts';

export interface AccountDataOptions {
  readonly store: Store;
  /** Ends the session; answers what stays. */
  readonly signOut: (forgetPassword: boolean) => Promise<Stays>;
  /** The account that is signed in. */
  readonly address: () => string | undefined;
  /** Deletes people of this account id with what is searched in them. */
  readonly forgetPeople: (accountId: string) => Promise<void>;
  /** Deletes what the host's secret store has of the account beside the password. */
  readonly forgetSecrets: (address: string) => Promise<void>;
  /** Forgets values of the account's settings that are held in memory. */
  readonly forgetSettings: (address: string) => void;
  /** Lets other work run between two transactions. */
  readonly pause: () => Promise<void>;
  /** Where conversations are archived as files, when they are. */
  readonly archiveFolder: () => string | undefined;
  /** Where copies of the database from before updates lie. */
  readonly backupFolder: string;
  readonly log: Logger;
}

/** Signing out, with the choice to leave nothing of the account on this computer. */
export class AccountData {
  readonly #options: AccountDataOptions;
  readonly #store: AccountDataStore;

  constructor(options: AccountDataOptions) {
    this.#options = options;
    this.#store = new AccountDataStore(options.store);
  }

  /** Answers what stays on this computer, in words. */
  async signOut(choice: CallInput<'session.signOut'>): Promise<CallOutput<'session.signOut'>> {
    const forgetData = choice.forgetData === true;
    const address = this.#options.address();
    const { data, password } = await this.#options.signOut(choice.forgetPassword || forgetData);
    if (!forgetData || address === undefined) return { stays: [...data, ...password] };
    return { stays: [...password, ...(await this.#forget(address))] };
  }

  async #forget(address: string): Promise<string[]> {
    const { log, archiveFolder, backupFolder, forgetPeople, forgetSecrets, forgetSettings, pause } = this.#options;
    const stays: string[] = [];
    // As the account's own settings have it, which go too.
    const archive = archiveFolder();
    const account = accountIdOf(address);
    try {
      await this.#store.overwriting(async () => {
        await forgetPeople(account);
        while (this.#store.deleteSome([account, address])) await pause();
      });
      forgetSettings(address);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.warn('the data of the account could not be removed', { error });
      stays.push(
        t('Some of your messages, contacts and history: they could not be removed. {message}', {
          message: error.message,
        }),
      );
    }
    try {
      await forgetSecrets(address);
    } catch (error) {
      log.warn('the secrets of the account could not be removed', { error });
      stays.push(t('Keys of your services: they could not be deleted. Delete them in the password store yourself.'));
    }
    if (archive !== undefined) stays.push(t('The archive of your conversations, in {archive}.', { archive }));
    if (existsSync(backupFolder)) {
      stays.push(t('Copies of Parley’s database that were made before updates, in {backupFolder}.', { backupFolder }));
    }
    stays.push(t('Files that you saved yourself, such as recordings of calls.'));
    return stays;
  }
}
