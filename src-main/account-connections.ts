import { signInServices } from '../src-shared/model/session.ts';
import type { SignInService } from '../src-shared/model/session.ts';
import type { AccountConfig } from './account/account-config.ts';
import { foundationOf } from './account/config-changes.ts';

/** A service of the account as far as its connection goes. */
export interface Connectable {
  /** With the configuration as it is now; the outcome is health. */
  connect(password: string): void | Promise<void>;
  disconnect(): Promise<void>;
  /** A person asked to try again. */
  retry(): void;
}

export interface AccountConnectionsOptions {
  /** Undefined: switched off for this account. */
  readonly services: Readonly<Record<SignInService, Connectable | undefined>>;
  readonly config: () => AccountConfig;
}

/** Which services of an account are connected, and with what; a change concerns those alone that rest on it. */
export class AccountConnections {
  readonly #options: AccountConnectionsOptions;
  /** What each connection was made with. */
  readonly #madeWith = new Map<SignInService, string>();

  constructor(options: AccountConnectionsOptions) {
    this.#options = options;
  }

  /** Those that this configuration and password would have made anew. */
  outdated(config: AccountConfig, password: string): readonly SignInService[] {
    return signInServices.filter(
      (service) =>
        this.#options.services[service] !== undefined &&
        this.#madeWith.get(service) !== madeWith(config, service, password),
    );
  }

  /** Connects these with the configuration as it is now and this password; each keeps itself connected. */
  async connect(services: readonly SignInService[], password: string): Promise<void> {
    await Promise.all(
      services.map(async (name) => {
        const service = this.#options.services[name];
        if (service === undefined) return;
        if (this.#madeWith.has(name)) await service.disconnect();
        this.#madeWith.set(name, madeWith(this.#options.config(), name, password));
        await service.connect(password);
      }),
    );
  }

  retry(service: SignInService): void {
    this.#options.services[service]?.retry();
  }
}

function madeWith(config: AccountConfig, service: SignInService, password: string): string {
  return JSON.stringify([foundationOf(config, service), password]);
}
