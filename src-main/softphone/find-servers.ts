import { isIPv6 } from 'node:net';
import type { Clock } from '../../src-shared/clock.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { t } from '../../src-shared/words.ts';
import type { AddressFamily, PhoneConfig, ServerAddress, SipTransportKind } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import type { NameService } from '../core/name-service.ts';
import { familiesInTurn } from '../core/raced-tcp.ts';
import { orderBySrv } from '../core/server-list.ts';
import type { Random } from '../core/server-list.ts';
import { domainOf } from './make-wire.ts';
import { signallingLimits } from './signalling-limits.ts';

const srvNames: Readonly<Partial<Record<SipTransportKind, string>>> = {
  udp: '_sip._udp',
  tcp: '_sip._tcp',
  tls: '_sips._tcp',
};
const defaultPorts: Readonly<Record<SipTransportKind, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 };

/**
 * Where this account's servers are, in the order in which they are tried (RFC 3263 section 4): the configured ones, else
 * the targets of SRV, else the domain itself; of each every address, so that the next one is tried when one is dead.
 * `names` undefined: no name is resolved before it is connected to.
 * Rejects with a ConnectFailure when no server has an address of the wanted family.
 */
export async function findServers(
  config: PhoneConfig,
  names: NameService | undefined,
  random: Random,
  clock: Clock,
): Promise<readonly ServerAddress[]> {
  const targets = config.servers.length > 0 ? config.servers : await targetsOf(config, names, random, clock);
  if (names === undefined) return targets;
  const expanded = await Promise.all(
    targets.map(async (target) => {
      try {
        const asked = names.addresses(target.host);
        const addresses = await withDeadline(asked, signallingLimits.lookUpTimeoutMs, clock, target.host);
        return inOrder(addresses, config.addressFamily).map((address) => ({ ...target, address }));
      } catch {
        // No answer is no verdict: the system may still know the name when it is connected to.
        return [target];
      }
    }),
  );
  const servers = expanded.flat();
  if (servers.length > 0) return servers;
  throw new ConnectFailure(
    'later',
    t('No phone server has an address of the kind that is set. Choose both IPv4 and IPv6 in Settings.'),
  );
}

async function targetsOf(
  config: PhoneConfig,
  names: NameService | undefined,
  random: Random,
  clock: Clock,
): Promise<readonly ServerAddress[]> {
  const domain = domainOf(config.aor);
  const service = srvNames[config.transport];
  const name = config.srvName ?? (service === undefined ? undefined : `${service}.${domain}`);
  if (name !== undefined && names !== undefined) {
    try {
      const records = await withDeadline(names.srv(name), signallingLimits.lookUpTimeoutMs, clock, name);
      const found = orderBySrv(records, random);
      if (found.length > 0) return found;
    } catch {
      // No such record, or no name service: the domain's own address is tried.
    }
  }
  return [{ host: domain, port: defaultPorts[config.transport] }];
}

/** The families in turn, so that one that leads nowhere costs one attempt; or one family alone. */
export function inOrder(addresses: readonly string[], family: AddressFamily): readonly string[] {
  switch (family) {
    case 'ipv4':
      return addresses.filter((address) => !isIPv6(address));
    case 'ipv6':
      return addresses.filter((address) => isIPv6(address));
    case 'both':
      return familiesInTurn(addresses);
  }
}
