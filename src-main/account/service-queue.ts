import type { SignInService } from '../../src-shared/model/session.ts';
import type { AccountConfig } from './account-config.ts';
import type { Passwords } from './passwords.ts';

/** The services of the account; implemented by current-account.ts. */
export interface AccountLife {
  /** Shows what this computer knows of the account; no network. */
  show(config: AccountConfig): Promise<void>;
  /**
   * Connects with these passwords, showing first what is not shown yet. Of what is connected only that is touched whose
   * part of the configuration changed. False: a part waits until no call runs; ask again then.
   */
  connect(config: AccountConfig, passwords: Passwords): Promise<boolean>;
  /** A server of this service accepted its password just now: what was refused to it may be tried. */
  accepted(service: SignInService): void;
  stop(): Promise<void>;
}

/** Starts and stops the services of the account, one after the other. What became moot while it waited is left out. */
export class ServiceQueue {
  readonly #services: AccountLife;
  #last: Promise<unknown> = Promise.resolve();

  constructor(services: AccountLife) {
    this.#services = services;
  }

  async show(config: AccountConfig, isMoot: () => boolean): Promise<void> {
    await this.#inTurn(async () => {
      if (!isMoot()) await this.#services.show(config);
    });
  }

  /** False: a part waits until no call runs. */
  connect(config: AccountConfig, passwords: Passwords, isMoot: () => boolean): Promise<boolean> {
    return this.#inTurn(async () => {
      if (isMoot()) return true;
      return await this.#services.connect(config, passwords);
    });
  }

  /** A server of this service accepted its password just now. */
  accepted(service: SignInService): void {
    this.#services.accepted(service);
  }

  stop(): Promise<void> {
    return this.#inTurn(() => this.#services.stop());
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
