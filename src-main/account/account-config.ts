import type { IceServer } from '../../src-shared/contract/media.ts';
import type { ServerAddress } from '../core/server-list.ts';
import type { MediaEncryption } from '../media-gateway/media.ts';
import type { TrustConfig } from '../core/tls-trust.ts';
import type { ClientCertificate } from './client-certificate.ts';

export type { ServerAddress, TrustConfig };

/**
 * Everything the account's services need to reach their servers, worked out from settings, policy and discovery.
 * The password is not in it: that is handed to `start` of each service.
 */
export interface AccountConfig {
  /** Stable, opaque; in every table. */
  readonly id: string;
  /** `alice@example.com`, lower case. */
  readonly address: string;
  readonly chat: ChatConfig | undefined;
  readonly phone: PhoneConfig | undefined;
  readonly directory: DirectoryConfig | undefined;
  readonly voicemail: VoicemailConfig | undefined;
  readonly trust: TrustConfig;
}

export interface ChatConfig {
  /** Bare JID. */
  readonly jid: string;
  /** In order of preference; empty means: look up SRV of the domain (RFC 6120 section 3.2). */
  readonly servers: readonly ServerAddress[];
  /** XEP-0368 direct TLS instead of STARTTLS. TLS itself is mandatory. */
  readonly directTls: boolean;
  /** Name that the certificate must carry; the JID's domain unless set. */
  readonly tlsName?: string;
}

export type SipTransportKind = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

export type AddressFamily = 'both' | 'ipv4' | 'ipv6';
/** How digits are sent in a call: events (RFC 4733), SIP INFO, sound; `auto`: events where the far end takes them, else INFO. */
export type DigitMode = 'auto' | 'rfc4733' | 'info' | 'inband';

export interface PhoneConfig {
  /** Address of record, `sip:user@domain`. */
  readonly aor: string;
  readonly displayName: string;
  readonly authUser: string;
  readonly transport: SipTransportKind;
  /** Outbound proxies in order of preference; empty: found by DNS. */
  readonly servers: readonly ServerAddress[];
  /** The SRV name that NAPTR gave for this transport (RFC 3263 section 4.1); undefined: the usual one. */
  readonly srvName?: string;
  readonly addressFamily: AddressFamily;
  /** Shown to servers that ask for one (TLS, WSS). */
  readonly clientCertificate?: ClientCertificate;
  /** For media that go straight from the window to the server. */
  readonly iceServers: readonly IceServer[];
  /** Those media go through a TURN server and nowhere else. */
  readonly relayOnly: boolean;
  readonly tlsName?: string;
  readonly registerExpiresS: number;
  /** How the registration is kept: as usual, or as phones of Unified CM do. */
  readonly keepAlive: 'usual' | 'unifiedCm';
  readonly mediaEncryption: MediaEncryption;
  readonly dscpSignalling: number;
  readonly digits: DigitMode;
}

export interface DirectoryConfig {
  readonly servers: readonly ServerAddress[];
  readonly encryption: 'ldaps' | 'starttls' | 'none';
  /** Empty: bind as the person, by `userDnTemplate`, or anonymously when that is empty too. */
  readonly bindDn: string;
  /** `{user}` stands for the local part of the address. */
  readonly userDnTemplate: string;
  /** At most limits.ldapSearchBases. */
  readonly searchBases: readonly string[];
  readonly baseFilter: string;
  readonly timeoutMs: number;
}

export interface VoicemailConfig {
  readonly servers: readonly ServerAddress[];
  readonly encryption: 'imaps' | 'starttls';
  readonly user: string;
  readonly mailbox: string;
  readonly tlsName?: string;
}

/** Outcome of one attempt to use a service with a password; shown to people, so in plain words. */
export interface ProbeResult {
  /** `denied`: the password was refused, do not try it again. `never`: needs a person. `later`: try again by itself. */
  readonly outcome: 'ok' | 'denied' | 'later' | 'never';
  readonly message: string;
  readonly detail?: string;
}
