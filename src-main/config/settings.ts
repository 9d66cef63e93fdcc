import type { Clock } from '../../src-shared/clock.ts';
import type { MainHandlers } from '../../src-shared/contract/contract.ts';
import type { SettingState, SettingValue, Settings as SettingsSnapshot } from '../../src-shared/contract/system.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { Service } from '../core/service.ts';
import { emptyPolicy } from './policy-file.ts';
import type { Policy, PolicyValues } from './policy-file.ts';
import { resolveSetting } from './precedence.ts';
import type { Resolved } from './precedence.ts';
import { checkSetting, isSettingKey, settingKeys, settingOf } from './settings-schema.ts';
import type { SettingKey, SettingTypes } from './settings-schema.ts';
import { draftOwner, machineOwner } from './settings-store.ts';
import type { SettingsStore } from './settings-store.ts';

/** What other services see of the settings. */
export interface SettingsReader {
  /** The value that holds now. */
  get<Key extends SettingKey>(key: Key): SettingTypes[Key];
  /** As `get`, for the account with this address (and what was set on the sign-in page). */
  forAccount(address: string): Pick<SettingsReader, 'get'>;
  /** Called after the value of one of these keys changed, whatever changed it. Returns the unsubscribe. */
  onChange(keys: readonly SettingKey[], listener: () => void): () => void;
}

export interface SettingsOptions {
  readonly store: SettingsStore;
  readonly hub: Pick<TopicHub, 'publish' | 'revision'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Reads the administrator's policy; asked once, at start. */
  readonly readPolicy: () => Policy;
}

type Values = Map<SettingKey, SettingValue>;

/**
 * The settings: policy, the person's own choices and defaults in one place; topic `settings`.
 *
 * Account settings that are changed while nobody is signed in are drafts: they belong to the account
 * that signs in next (`adoptDrafts`), so that one person's server names never reach another's account.
 */
export class Settings implements Service, SettingsReader {
  readonly name = 'settings';
  readonly #options: SettingsOptions;
  readonly #listeners = new Set<{ readonly keys: readonly SettingKey[]; readonly listener: () => void }>();
  readonly #notices: string[] = [];
  readonly #owners = new Map<string, Values>();
  #policy: Policy = emptyPolicy;
  #provisioned: PolicyValues = {};
  #account: string | undefined;
  #signedIn = false;

  constructor(options: SettingsOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.#policy = this.#options.readPolicy();
    for (const problem of this.#policy.problems) this.#options.log.warn('policy problem', { problem });
    this.#owners.clear();
    const address = this.get('account.address').toLowerCase();
    this.#account = address === '' ? undefined : address;
    this.#publish();
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#listeners.clear();
    return Promise.resolve();
  }

  /** Said once: values in the database that made no sense and were dropped. */
  get notices(): readonly string[] {
    return this.#notices;
  }

  get policyProblems(): readonly string[] {
    return this.#policy.problems;
  }

  readonly handlers: Pick<MainHandlers, 'settings.set' | 'settings.reset'> = {
    'settings.set': ({ key, value }) => ({ revision: this.set(key, value) }),
    'settings.reset': ({ key }) => ({ revision: this.reset(key) }),
  };

  get<Key extends SettingKey>(key: Key): SettingTypes[Key] {
    // Every layer passed the schema of this key, which is where SettingTypes comes from.
    return this.#resolve(key, this.#account, !this.#signedIn).value as SettingTypes[Key];
  }

  forAccount(address: string): Pick<SettingsReader, 'get'> {
    const account = address.toLowerCase();
    return {
      get: <Key extends SettingKey>(key: Key) =>
        this.#resolve(key, account, !this.#signedIn).value as SettingTypes[Key],
    };
  }

  state(key: SettingKey): SettingState {
    const { value, source, locked } = this.#resolve(key, this.#account, !this.#signedIn);
    const { defaultValue, scope, control } = settingOf(key);
    return { key, value, defaultValue, source, locked, scope, control };
  }

  /**
   * Sets the person's own value. Returns the revision of the topic that shows it.
   * Throws AppError: `notFound` (no such key), `locked` (the organization's), `invalid` (does not fit).
   */
  set(key: string, value: unknown): number {
    const known = this.#changeable(key);
    const checked = checkSetting(known, value);
    if (!checked.ok) {
      const words = settingOf(known).refusal ?? t('That value does not fit this setting.');
      throw new AppError('invalid', words, checked.problem);
    }
    return this.#change(known, checked.value);
  }

  /** Back to what holds without the person's own value. Throws as `set`. */
  reset(key: string): number {
    return this.#change(this.#changeable(key), undefined);
  }

  onChange(keys: readonly SettingKey[], listener: () => void): () => void {
    const entry = { keys, listener };
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /** The account is signed in from now on: what was set on the sign-in page becomes its own. */
  adoptDrafts(address: string): void {
    const account = address.toLowerCase();
    this.#changing(() => {
      if (this.#owner(draftOwner).size > 0) {
        this.#keep(() => {
          this.#options.store.move(draftOwner, account);
        });
        const own = this.#owner(account);
        for (const [key, value] of this.#owner(draftOwner)) own.set(key, value);
        this.#owner(draftOwner).clear();
      }
      this.#account = account;
      this.#signedIn = true;
      if (!this.state('account.address').locked) this.#put(machineOwner, 'account.address', account);
    });
  }

  /** Nobody is signed in any more; the last account's values still show on the sign-in page. */
  signedOut(): void {
    this.#changing(() => {
      this.#signedIn = false;
    });
  }

  /** The account was removed from this computer: its values are gone from the database, and are forgotten here. */
  forgetAccount(address: string): void {
    const account = address.toLowerCase();
    this.#changing(() => {
      this.#owner(account).clear();
      if (this.#account === account) this.#account = undefined;
      if (!this.state('account.address').locked) this.#put(machineOwner, 'account.address', undefined);
    });
  }

  /** Values from a provisioning server; they replace those given before. */
  provision(values: PolicyValues): void {
    this.#changing(() => {
      this.#provisioned = values;
    });
  }

  #changeable(key: string): SettingKey {
    if (!isSettingKey(key))
      throw new AppError('notFound', t('This version of Parley does not have that setting.'), key);
    if (this.state(key).locked) throw new AppError('locked', t('Set by your organization.'), key);
    return key;
  }

  #change(key: SettingKey, value: SettingValue | undefined): number {
    const owner = settingOf(key).scope === 'machine' ? machineOwner : this.#accountOwner();
    this.#changing(() => {
      this.#put(owner, key, value);
      // Without the account's own value as well, or a reset on the sign-in page would show no effect.
      if (value === undefined && owner === draftOwner && this.#account !== undefined) {
        this.#put(this.#account, key, undefined);
      }
    });
    return this.#options.hub.revision('settings');
  }

  #accountOwner(): string {
    return this.#signedIn && this.#account !== undefined ? this.#account : draftOwner;
  }

  #put(owner: string, key: SettingKey, value: SettingValue | undefined): void {
    const { store, clock } = this.#options;
    if (value === undefined) this.#owner(owner).delete(key);
    else this.#owner(owner).set(key, value);
    this.#keep(() => {
      if (value === undefined) store.remove(owner, key);
      else store.save(owner, key, JSON.stringify(value), clock.now());
    });
  }

  /** A disk that takes nothing is health (told by the store); the value holds until Parley ends. */
  #keep(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#options.log.warn('a setting holds in memory only', { error });
    }
  }

  /** Runs a change, then tells those whose value differs, then everybody. */
  #changing(change: () => void): void {
    const before = new Map(settingKeys.map((key) => [key, JSON.stringify(this.get(key))]));
    change();
    const changed = settingKeys.filter((key) => JSON.stringify(this.get(key)) !== before.get(key));
    this.#publish();
    for (const { keys, listener } of [...this.#listeners]) {
      if (keys.some((key) => changed.includes(key))) listener();
    }
  }

  #publish(): void {
    const snapshot: SettingsSnapshot = {
      settings: settingKeys.map((key) => this.state(key)),
      policyProblems: this.#policy.problems,
    };
    this.#options.hub.publish('settings', snapshot);
  }

  #resolve(key: SettingKey, account: string | undefined, withDrafts: boolean): Resolved {
    const { scope, defaultValue } = settingOf(key);
    const user =
      scope === 'machine'
        ? this.#owner(machineOwner).get(key)
        : ((withDrafts ? this.#owner(draftOwner).get(key) : undefined) ??
          (account === undefined ? undefined : this.#owner(account).get(key)));
    return resolveSetting(
      { policy: this.#policy.lock[key], provisioned: this.#provisioned[key], user, seed: this.#policy.seed[key] },
      defaultValue,
    );
  }

  /** Values of one owner, read once. */
  #owner(owner: string): Values {
    let values = this.#owners.get(owner);
    if (values === undefined) {
      values = this.#load(owner);
      this.#owners.set(owner, values);
    }
    return values;
  }

  #load(owner: string): Values {
    const values: Values = new Map();
    for (const { key, value } of this.#options.store.load(owner)) {
      // A key of a newer version: left alone for when that version comes back.
      if (!isSettingKey(key)) continue;
      const checked = checkSetting(key, fromJson(value));
      if (checked.ok) {
        values.set(key, checked.value);
        continue;
      }
      this.#options.log.warn('a stored setting made no sense', { key, value, problem: checked.problem });
      this.#notices.push(
        t('The stored value of the setting {key} made no sense. Parley uses its default; you can set it anew.', {
          key,
        }),
      );
      this.#keep(() => {
        this.#options.store.remove(owner, key);
      });
    }
    return values;
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
