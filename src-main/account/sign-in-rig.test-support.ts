import { AppError } from '../../src-shared/errors.ts';
import type { Session, SignInService } from '../../src-shared/model/session.ts';
import { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { emptyPolicy } from '../config/policy-file.ts';
import type { Policy } from '../config/policy-file.ts';
import { Settings } from '../config/settings.ts';
import { SettingsStore } from '../config/settings-store.ts';
import { silentLogger } from '../core/log.ts';
import { settingsStep } from '../core/migrations/001-settings.ts';
import { openMemoryStore } from '../core/store.ts';
import type { AccountConfig, ProbeResult } from './account-config.ts';
import { AccountSecrets } from './account-secrets.ts';
import { accountConfigKeys, buildAccountConfig } from './build-config.ts';
import { nothingDiscovered } from './discovery.ts';
import { Account } from './sign-in.ts';

export const ok: ProbeResult = { outcome: 'ok', message: 'accepted' };
export const denied: ProbeResult = { outcome: 'denied', message: 'The password was refused.' };
export const later: ProbeResult = { outcome: 'later', message: 'The server could not be reached.' };
export const never: ProbeResult = {
  outcome: 'never',
  message: 'The certificate has expired.',
  detail: 'CERT_HAS_EXPIRED',
};

/** Accounts on servers, services and a keychain that a test has in hand. What is kept outlives an account. */
export class SignInRig {
  readonly clock = new TestClock();
  readonly hub = new TopicHub();
  readonly secrets = new Map<string, string>();
  secretsBroken = false;
  readonly answers: Record<SignInService, ProbeResult | 'silent' | Error | Promise<ProbeResult>> = {
    chat: ok,
    phone: ok,
    directory: ok,
    voicemail: ok,
  };
  /** What the servers were asked, in order. */
  readonly attempts: string[] = [];
  /** What the services were told, in order. */
  readonly services: string[] = [];
  /** What they were connected with last. */
  connectedWith: AccountConfig | undefined;
  readonly registered: string[] = [];
  configureError: AppError | undefined;
  /** Working out a configuration takes until then. */
  configuring: Promise<unknown> = Promise.resolve();
  callsRun = false;
  endCalls: () => void = () => undefined;
  readonly #callsEnded: Promise<void>;
  readonly #store = openMemoryStore([settingsStep]);
  #settings: Settings | undefined;
  readonly #accounts: Account[] = [];

  constructor() {
    this.#callsEnded = new Promise((resolve) => (this.endCalls = resolve));
  }

  async close(): Promise<void> {
    for (const account of this.#accounts.splice(0)) await account.stop();
    this.#store.close();
  }

  /** Those of the account that was made last. */
  get settings(): Settings {
    if (this.#settings === undefined) throw new Error('no account was made');
    return this.#settings;
  }

  /** As at the start of the program. */
  async makeAccount(policy: Policy = emptyPolicy): Promise<Account> {
    const { clock, hub } = this;
    const settings = new Settings({
      ...{ hub, clock, log: silentLogger },
      store: new SettingsStore(this.#store),
      readPolicy: () => policy,
    });
    this.#settings = settings;
    await settings.start();
    const safe = {
      backend: 'the test keychain',
      plainText: false,
      get: (name: string) => this.#safe(() => this.secrets.get(name)),
      set: (name: string, secret: string) => this.#safe(() => void this.secrets.set(name, secret)),
      delete: (name: string) => this.#safe(() => void this.secrets.delete(name)),
    };
    const registerSecret = (value: string): void => void this.registered.push(value);
    const accountSecrets = new AccountSecrets({
      secrets: safe,
      address: () => account.session.address,
      registerSecret,
      changed: () => {
        account.reconfigureSoon();
      },
      log: silentLogger,
    });
    const configured = (address: string): AccountConfig => {
      const reader = settings.forAccount(address);
      return buildAccountConfig({
        ...{ address, settings: reader, discovered: nothingDiscovered },
        ...{ extraCa: [], random: () => 0 },
      });
    };
    const account: Account = new Account({
      ...{ settings, secrets: safe, accountSecrets, hub, clock, registerSecret },
      log: silentLogger,
      configure: async (address) => {
        await this.configuring;
        if (this.configureError !== undefined) throw this.configureError;
        return configured(address);
      },
      configureToShow: configured,
      configKeys: accountConfigKeys,
      probes: {
        chat: this.#probe('chat'),
        phone: this.#probe('phone'),
        directory: this.#probe('directory'),
        voicemail: this.#probe('voicemail'),
      },
      services: {
        show: (config) => {
          this.services.push(`show ${config.address}`);
          return Promise.resolve();
        },
        connect: (config, { account: password, own }) => {
          this.connectedWith = config;
          const others = Object.entries(own).map(([service, one]) => ` ${service}: ${one}`);
          this.services.push(`connect ${config.address} ${password}${others.join('')}`);
          return Promise.resolve(!this.callsRun);
        },
        accepted: (service) => void this.services.push(`accepted ${service}`),
        stop: () => {
          this.services.push('stop');
          return Promise.resolve();
        },
      },
      whenNoCallRuns: () => (this.callsRun ? this.#callsEnded : Promise.resolve()),
      archiveFolder: () => (settings.get('archive.enabled') ? '/archive' : undefined),
    });
    this.#accounts.push(account);
    return account;
  }

  async startAccount(policy?: Policy): Promise<Account> {
    const account = await this.makeAccount(policy);
    await account.start();
    await this.clock.run();
    this.services.length = 0;
    return account;
  }

  session(): Session {
    return this.hub.current('session').snapshot as Session;
  }

  #safe<T>(work: () => T): Promise<T> {
    return this.secretsBroken ? Promise.reject(new Error('keychain is locked')) : Promise.resolve(work());
  }

  #probe(service: SignInService) {
    return (_config: AccountConfig, password: string): Promise<ProbeResult> => {
      this.attempts.push(`${service} ${password}`);
      const answer = this.answers[service];
      if (answer === 'silent') return new Promise<ProbeResult>(() => undefined);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
  }
}

/** In what words it was refused. */
export async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof AppError) return error;
  throw new Error(`expected an AppError, got ${String(error)}`);
}
