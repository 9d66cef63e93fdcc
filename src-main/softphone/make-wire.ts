import { resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { PhoneConfig, ServerAddress, SipTransportKind, TrustConfig } from '../account/account-config.ts';
import { orderBySrv } from '../core/server-list.ts';
import type { Random } from '../core/server-list.ts';
import { tlsOptionsFor } from '../core/tls-trust.ts';
import { StreamWire } from './stream-wire.ts';
import type { TlsTrust } from './stream-wire.ts';
import { UdpWire } from './udp-wire.ts';
import { WebSocketWire } from './websocket-wire.ts';
import type { Wire } from './wire.ts';

export const viaProtocols: Readonly<Record<SipTransportKind, Wire['protocol']>> = {
  udp: 'UDP',
  tcp: 'TCP',
  tls: 'TLS',
  ws: 'WS',
  wss: 'WSS',
};

/** Makes the wire that this account uses, to one of its servers. */
export function makeWire(config: PhoneConfig, trust: TrustConfig, server: ServerAddress): Wire {
  const dscp = config.dscpSignalling;
  const tls = (): TlsTrust => {
    // The certificate has to name what the person entered, not what DNS made of it (RFC 5922 section 7.1).
    const name = config.tlsName ?? (config.servers.length > 0 ? server.host : domainOf(config.aor));
    // TLS names no IP addresses (RFC 6066 section 3); the certificate is checked for them all the same.
    return { ...tlsOptionsFor(trust), servername: isIP(name) === 0 ? name : '' };
  };
  switch (config.transport) {
    case 'udp':
      return new UdpWire(server, dscp);
    case 'tcp':
      return new StreamWire(server, undefined, dscp);
    case 'tls':
      return new StreamWire(server, tls(), dscp);
    case 'ws':
      return new WebSocketWire(server, undefined, dscp);
    case 'wss':
      return new WebSocketWire(server, tls(), dscp);
  }
}

/** Domain of an address of record. */
export function domainOf(aor: string): string {
  return aor
    .replace(/^sips?:/i, '')
    .replace(/^[^@]*@/, '')
    .replace(/[;:?].*$/, '');
}

const srvNames: Readonly<Partial<Record<SipTransportKind, string>>> = {
  udp: '_sip._udp',
  tcp: '_sip._tcp',
  tls: '_sips._tcp',
};
const defaultPorts: Readonly<Record<SipTransportKind, number>> = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 };

/** The configured servers, else what DNS says (RFC 3263 section 4), else the domain itself. */
export async function findServers(config: PhoneConfig, random: Random): Promise<readonly ServerAddress[]> {
  if (config.servers.length > 0) return config.servers;
  const domain = domainOf(config.aor);
  const service = srvNames[config.transport];
  if (service !== undefined) {
    try {
      const found = orderBySrv(await resolveSrv(`${service}.${domain}`), random);
      if (found.length > 0) return found;
    } catch {
      // No such record, or no name service: the domain's own address is tried.
    }
  }
  return [{ host: domain, port: defaultPorts[config.transport] }];
}
