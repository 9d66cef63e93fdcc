import { isIP } from 'node:net';
import type { PhoneConfig, ServerAddress, SipTransportKind, TrustConfig } from '../account/account-config.ts';
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
    return { ...tlsOptionsFor(trust, config.clientCertificate), servername: isIP(name) === 0 ? name : '' };
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
