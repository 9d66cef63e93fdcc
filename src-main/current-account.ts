import { AppError } from '../src-shared/errors.ts';
import type { SignInService } from '../src-shared/model/session.ts';
import type { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import { t } from '../src-shared/words.ts';
import { accountCalls } from './account-calls.ts';
import type { AccountHandlers } from './account-calls.ts';
import type { AccountServices } from './account-services.ts';
import type { AccountConfig } from './account/account-config.ts';
import { needsBuilding } from './account/config-changes.ts';
import type { Passwords } from './account/passwords.ts';
import type { AccountLife } from './account/service-queue.ts';
import { publishSignedOut } from './signed-out-topics.ts';

export interface CurrentAccountOptions {
  readonly hub: Pick<TopicHub, 'publish'>;
  readonly build: (config: AccountConfig) => AccountServices;
}

/**
 * The place for the services of one account at a time, as signing in and out fills and empties it.
 *
 *   empty --show | connect--> filled --stop--> empty
 */
export class CurrentAccount implements AccountLife {
  /** The contract's calls that need an account: refused in words while there is none. */
  readonly handlers: AccountHandlers;
  readonly #options: CurrentAccountOptions;
  #services: AccountServices | undefined;

  constructor(options: CurrentAccountOptions) {
    this.#options = options;
    const entries = accountCalls.map((name) => [name, this.#forwarded(name)] as const);
    // One function for each name of accountCalls, each of the type of its name.
    this.handlers = Object.fromEntries(entries) as AccountHandlers;
  }

  get services(): AccountServices | undefined {
    return this.#services;
  }

  async show(config: AccountConfig): Promise<void> {
    if (this.#services !== undefined) return;
    const services = this.#options.build(config);
    this.#services = services;
    await services.start();
  }

  async connect(config: AccountConfig, passwords: Passwords): Promise<boolean> {
    const before = this.#services;
    if (before !== undefined && needsBuilding(before.config, config)) {
      if (before.callsRun) return false;
      await this.stop();
    }
    await this.show(config);
    return (await this.#services?.connect(config, passwords)) ?? true;
  }

  accepted(service: SignInService): void {
    this.#services?.connections.accepted(service);
  }

  async stop(): Promise<void> {
    const services = this.#services;
    this.#services = undefined;
    await services?.stop();
    if (services !== undefined) publishSignedOut(this.#options.hub);
  }

  #forwarded<Name extends keyof AccountHandlers>(name: Name): AccountHandlers[Name] {
    const forward = (input: never, clientId: string): unknown => {
      if (this.#services === undefined) throw new AppError('invalid', t('Sign in first.'), name);
      const handler = this.#services.handlers[name] as (input: never, clientId: string) => unknown;
      return handler(input, clientId);
    };
    return forward as AccountHandlers[Name];
  }
}
