import type { Clock } from '../../src-shared/clock.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { SettingKey } from '../config/settings-schema.ts';
import type { SettingsReader } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import type { SecretStore } from '../host.ts';
import type { AccountConfig } from './account-config.ts';
import type { AccountSecrets } from './account-secrets.ts';
import type { Probes } from './password-check.ts';
import type { AccountLife } from './service-queue.ts';

/** The part of the settings that signing in needs. */
export interface AccountSettings extends SettingsReader {
  adoptDrafts(address: string): void;
  signedOut(): void;
}

export interface AccountOptions {
  readonly settings: AccountSettings;
  readonly secrets: SecretStore;
  readonly hub: Pick<TopicHub, 'publish'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Works the configuration out from settings and DNS; throws AppError when a setting stands in the way. */
  readonly configure: (address: string) => Promise<AccountConfig>;
  /** The same as far as it is needed to show what is stored, when `configure` cannot. */
  readonly configureToShow: (address: string) => AccountConfig;
  /** The keys from which `configure` works. */
  readonly configKeys: readonly SettingKey[];
  readonly probes: Probes;
  readonly services: AccountLife;
  /** Resolves when no call runs. */
  readonly whenNoCallRuns: () => Promise<void>;
  /** Hands the password to the redaction of the log before anything else sees it. */
  readonly registerSecret: (value: string) => void;
  /** Passwords that single services have for themselves, among other secrets. */
  readonly accountSecrets: Pick<AccountSecrets, 'read' | 'keep' | 'forgetAll'>;
  /** Where the chat archive lies, when there is one. */
  readonly archiveFolder: () => string | undefined;
}
