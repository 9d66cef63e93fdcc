import { signInServices } from '../../src-shared/model/session.ts';
import type { AccountSecret } from '../../src-shared/model/session.ts';
import type { SettingsReader } from '../config/settings.ts';
import type { NameService } from '../core/name-service.ts';
import type { Random } from '../core/server-list.ts';
import type { AccountConfig } from './account-config.ts';
import { buildAccountConfig, domainOf } from './build-config.ts';
import { readClientCertificate } from './client-certificate.ts';
import { discover, nothingDiscovered } from './discovery.ts';
import type { DiscoveryOptions } from './discovery.ts';
import { readExtraCa } from './extra-ca.ts';

export interface ConfigureOptions extends Omit<DiscoveryOptions, 'resolveSrv' | 'resolveNaptr'> {
  /** A secret of this account beside its password. */
  readonly secret: (address: string, name: AccountSecret) => Promise<string | undefined>;
  /** The name service with these servers; the system's when there are none. */
  readonly names: (servers: readonly string[]) => Pick<NameService, 'srv' | 'naptr'>;
  readonly settings: SettingsReader;
  readonly random: Random;
  /** Reads the system's store of authorities aside, so that the first connection need not wait for it. */
  readonly loadSystemStore: () => Promise<void>;
}

/**
 * Works out the configuration of an account (`user@domain`, lower case): settings, then DNS, then the domain itself.
 * DNS is asked only when a service that is switched on has no server in the settings.
 * Throws AppError `invalid` when the file with the organization's authorities cannot be used.
 */
export async function configureAccount(address: string, options: ConfigureOptions): Promise<AccountConfig> {
  const settings = options.settings.forAccount(address);
  const storeLoaded = settings.get('trust.useSystemStore') ? options.loadSystemStore() : undefined;
  const extraCa = readExtraCa(settings.get('trust.extraCaFile'));
  const clientCertificate = settings.get('phone.enabled')
    ? readClientCertificate({
        certificateFile: settings.get('phone.clientCertificateFile'),
        keyFile: settings.get('phone.clientKeyFile'),
        passphrase: await options.secret(address, 'phone.clientKeyPassphrase'),
      })
    : undefined;
  const turnPassword = await options.secret(address, 'calls.turnPassword');
  // A start without network must not wait for DNS when no answer could matter.
  const isNamed = signInServices.every(
    (service) => !settings.get(`${service}.enabled`) || settings.get(`${service}.servers`).length > 0,
  );
  const { srv: resolveSrv, naptr: resolveNaptr } = options.names(settings.get('network.resolvers'));
  const discovered = isNamed
    ? nothingDiscovered
    : await discover(address, domainOf(address), { ...options, resolveSrv, resolveNaptr });
  await storeLoaded;
  return buildAccountConfig({
    address,
    settings,
    discovered,
    extraCa,
    random: options.random,
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(turnPassword === undefined ? {} : { turnPassword }),
  });
}

/**
 * Enough of the configuration to show what this computer knows of an account: neither files nor DNS are asked, so
 * nothing can stand in the way. Not for connecting, as the organization's authorities are missing.
 */
export function configurationToShow(
  address: string,
  { settings, random }: Pick<ConfigureOptions, 'settings' | 'random'>,
): AccountConfig {
  return buildAccountConfig({
    address,
    settings: settings.forAccount(address),
    discovered: nothingDiscovered,
    extraCa: [],
    random,
  });
}
