import { signInServices } from '../src-shared/model/session.ts';
import type { Clock } from '../src-shared/clock.ts';
import type { SignInService } from '../src-shared/model/session.ts';
import { msg, t } from '../src-shared/words.ts';
import type { Message } from '../src-shared/words.ts';
import type { AccountConfig } from './account/account-config.ts';
import { foundationOf } from './account/config-changes.ts';
import { serviceWords, signsInAsNobody } from './account/password-check.ts';
import { passwordOf, unreadable } from './account/passwords.ts';
import type { Passwords } from './account/passwords.ts';
import { ConnectFailure } from './core/connect-failure.ts';
import { SharedCredential, unguarded } from './core/shared-credential.ts';
import type { GuardConnect } from './core/shared-credential.ts';

/** A service of the account as far as its connection goes. */
export interface Connectable {
  /** With the configuration as it is now; the outcome is health. */
  connect(password: string, guard: GuardConnect): void | Promise<void>;
  disconnect(): Promise<void>;
  /** A person asked to try again. */
  retry(): void;
}

export interface AccountConnectionsOptions {
  /** Undefined: switched off for this account. */
  readonly services: Readonly<Record<SignInService, Connectable | undefined>>;
  readonly config: () => AccountConfig;
  readonly clock: Clock;
}

/**
 * Which services of an account are connected, and with what; a change concerns those alone that rest on it. Services
 * with the same password share what is known of it, so that a refused one is not tried everywhere.
 */
export class AccountConnections {
  readonly #options: AccountConnectionsOptions;
  /** What each connection was made with. */
  readonly #madeWith = new Map<SignInService, string>();
  /** By password: nothing else tells which services share one. */
  readonly #credentials = new Map<string, SharedCredential>();
  readonly #credentialOf = new Map<SignInService, SharedCredential>();

  constructor(options: AccountConnectionsOptions) {
    this.#options = options;
  }

  /** Those that this configuration and password would have made anew. */
  outdated(config: AccountConfig, passwords: Passwords): readonly SignInService[] {
    return signInServices.filter(
      (service) =>
        this.#options.services[service] !== undefined &&
        this.#madeWith.get(service) !== madeWith(config, service, passwords),
    );
  }

  /** Connects these with the configuration as it is now and these passwords; each keeps itself connected. */
  async connect(services: readonly SignInService[], passwords: Passwords): Promise<void> {
    const config = this.#options.config();
    await Promise.all(
      services.map(async (name) => {
        const service = this.#options.services[name];
        if (service === undefined) return;
        if (this.#madeWith.has(name)) await service.disconnect();
        this.#credentialOf.get(name)?.changed(name);
        this.#madeWith.set(name, madeWith(config, name, passwords));
        const password = passwordOf(name, passwords);
        await service.connect(password, this.#guard(name, password, passwords, config));
      }),
    );
    const inUse = new Set(this.#credentialOf.values());
    for (const [password, credential] of this.#credentials)
      if (!inUse.has(credential)) this.#credentials.delete(password);
  }

  /** A server of this service accepted its password just now, outside the connection. */
  accepted(service: SignInService): void {
    this.#credentialOf.get(service)?.accepted(service);
    this.#options.services[service]?.retry();
  }

  /** A person asked to try one service again: with its password too, if that was refused. */
  retry(service: SignInService): void {
    this.#credentialOf.get(service)?.tryAgain();
    this.#options.services[service]?.retry();
  }

  #guard(name: SignInService, password: string, passwords: Passwords, config: AccountConfig): GuardConnect {
    this.#credentialOf.delete(name);
    if (name === 'directory' && signsInAsNobody(config.directory)) return unguarded;
    if (password === unreadable) return () => () => Promise.reject(unreadableFailure(name));
    const credential = this.#shared(password, passwords);
    this.#credentialOf.set(name, credential);
    return credential.guard(name);
  }

  #shared(password: string, { account, isProven }: Passwords): SharedCredential {
    const known = this.#credentials.get(password);
    if (known !== undefined) return known;
    const { clock, services } = this.#options;
    const made = new SharedCredential({
      clock,
      isAccepted: password === account && isProven,
      words: heldBackWords,
      reopened: (held) => {
        for (const service of held) services[service]?.retry();
      },
    });
    this.#credentials.set(password, made);
    return made;
  }
}

function madeWith(config: AccountConfig, service: SignInService, passwords: Passwords): string {
  return JSON.stringify([foundationOf(config, service), passwordOf(service, passwords)]);
}

/** Nothing is sent: every password that could stand in for it belongs to somebody else's server. */
function unreadableFailure(service: SignInService): ConnectFailure {
  const message = t(
    '{service} is off: its own password can no longer be read on this computer, and Parley sends no other in its place. Enter it again.',
    { service: t(serviceWords[service]) },
  );
  return new ConnectFailure('never', message, { credentialRefused: true });
}

function heldBackWords(service: SignInService, refusedBy: SignInService): string {
  return t(
    '{service} is off: the password of your account was refused by {refusedBy}, and Parley tries it nowhere else, so that your account is not locked. Enter your password.',
    { service: t(serviceWords[service]), refusedBy: t(placeWords[refusedBy]) },
  );
}

const placeWords: Readonly<Record<SignInService, Message>> = {
  chat: msg('the chat server'),
  phone: msg('the phone server'),
  directory: msg('the directory'),
  voicemail: msg('the voicemail server'),
};
