import { signInServices } from '../../src-shared/model/session.ts';
import type { SettingsReader } from '../config/settings.ts';
import type { Random } from '../core/server-list.ts';
import type { AccountConfig } from './account-config.ts';
import { buildAccountConfig, domainOf } from './build-config.ts';
import { discover, nothingDiscovered } from './discovery.ts';
import type { DiscoveryOptions } from './discovery.ts';
import { readExtraCa } from './extra-ca.ts';

export interface ConfigureOptions extends DiscoveryOptions {
  readonly settings: SettingsReader;
  readonly random: Random;
}

/**
 * Works out the configuration of an account (`user@domain`, lower case): settings, then DNS, then the domain itself.
 * DNS is asked only when a service that is switched on has no server in the settings.
 * Throws AppError `invalid` when the file with the organization's authorities cannot be used.
 */
export async function configureAccount(address: string, options: ConfigureOptions): Promise<AccountConfig> {
  const settings = options.settings.forAccount(address);
  const extraCa = readExtraCa(settings.get('trust.extraCaFile'));
  // A start without network must not wait for DNS when no answer could matter.
  const isNamed = signInServices.every(
    (service) => !settings.get(`${service}.enabled`) || settings.get(`${service}.servers`).length > 0,
  );
  const discovered = isNamed ? nothingDiscovered : await discover(address, domainOf(address), options);
  return buildAccountConfig({ address, settings, discovered, extraCa, random: options.random });
}
