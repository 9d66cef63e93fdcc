import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { SrvRecord } from './server-list.ts';
import { parseServer } from './server-text.ts';

/** One NAPTR answer (RFC 3403), as far as finding servers needs it. */
export interface NaptrRecord {
  readonly order: number;
  readonly preference: number;
  readonly flags: string;
  readonly service: string;
  readonly replacement: string;
}

/** What is asked of DNS. Everything rejects with an error that carries `code` when there is no such record. */
export interface NameService {
  srv(name: string): Promise<readonly SrvRecord[]>;
  naptr(name: string): Promise<readonly NaptrRecord[]>;
  /** Addresses of a host, IPv6 and IPv4, in the order in which the name service or the system gives them. */
  addresses(host: string): Promise<readonly string[]>;
}

/** Is this entry of the setting a name server: an IP address, with or without a port? */
export function isResolver(text: string): boolean {
  const server = parseServer(text);
  return server !== undefined && isIP(server.host) !== 0;
}

/**
 * The name service that the settings give: these servers (`address` or `address:port`), or the system's when there are
 * none. With servers of our own the system's hosts file does not count.
 */
export function nameService(servers: readonly string[]): NameService {
  const resolver = new Resolver();
  if (servers.length > 0) resolver.setServers([...servers]);
  return {
    srv: (name) => resolver.resolveSrv(name),
    naptr: (name) => resolver.resolveNaptr(name),
    addresses: async (host) => {
      if (isIP(host) !== 0) return [host];
      if (servers.length === 0)
        return (await lookup(host, { all: true, order: 'verbatim' })).map(({ address }) => address);
      const found = await Promise.allSettled([resolver.resolve6(host), resolver.resolve4(host)]);
      const addresses = found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (addresses.length === 0) throw found.find((answer) => answer.status === 'rejected')?.reason ?? new Error(host);
      return addresses;
    },
  };
}
