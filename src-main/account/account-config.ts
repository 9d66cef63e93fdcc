import type { ServerAddress } from '../core/server-list.ts';
import type { TrustConfig } from '../core/tls-trust.ts';

export type { ServerAddress, TrustConfig };

/**
 * Everything the account's services need to reach their servers, worked out from settings, policy and discovery.
 * No password: that is handed to `start` of each service.
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

export interface PhoneConfig {
  /** Address of record, `sip:user@domain`. */
  readonly aor: string;
  readonly displayName: string;
  readonly authUser: string;
  readonly transport: SipTransportKind;
  /** Outbound proxies in order of preference. */
  readonly servers: readonly ServerAddress[];
  readonly tlsName?: string;
  readonly registerExpiresS: number;
  /** Codec names in order of preference. */
  readonly audioCodecs: readonly string[];
  readonly dscpSignalling: number;
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
