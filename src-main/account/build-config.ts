import { orderBySrv } from '../core/server-list.ts';
import type { Random } from '../core/server-list.ts';
import { parseServer } from '../core/server-text.ts';
import type { SettingsReader } from '../config/settings.ts';
import type {
  AccountConfig,
  ChatConfig,
  DirectoryConfig,
  PhoneConfig,
  ServerAddress,
  SipTransportKind,
  VoicemailConfig,
} from './account-config.ts';
import type { IceServer } from '../../src-shared/contract/media.ts';
import { accountIdOf } from './account-id.ts';
import type { ClientCertificate } from './client-certificate.ts';
import type { Discovered, SrvName } from './discovery.ts';

/** The keys from which an account's configuration is made: when one changes, its services start anew. */
export const accountConfigKeys = [
  'account.displayName',
  'chat.enabled',
  'chat.servers',
  'chat.directTls',
  'chat.tlsName',
  'phone.enabled',
  'phone.address',
  'phone.authUser',
  'phone.transport',
  'phone.servers',
  'phone.addressFamily',
  'phone.clientCertificateFile',
  'phone.clientKeyFile',
  'calls.iceServers',
  'calls.turnUser',
  'calls.relayOnly',
  'phone.tlsName',
  'phone.registerExpiresS',
  'phone.keepAlive',
  'phone.dscpSignalling',
  'phone.dtmf',
  'calls.mediaEncryption',
  'directory.enabled',
  'directory.servers',
  'directory.encryption',
  'directory.bindDn',
  'directory.userDnTemplate',
  'directory.searchBases',
  'directory.baseFilter',
  'directory.timeoutMs',
  'voicemail.enabled',
  'voicemail.servers',
  'voicemail.encryption',
  'voicemail.user',
  'voicemail.mailbox',
  'voicemail.tlsName',
  'trust.extraCaFile',
  'trust.useSystemStore',
  'network.resolvers',
] as const;

export interface ConfigInput {
  /** `user@domain`, lower case. */
  readonly address: string;
  readonly settings: Pick<SettingsReader, 'get'>;
  readonly discovered: Discovered;
  /** PEM texts of trust.extraCaFile. */
  readonly extraCa: readonly string[];
  readonly random: Random;
  readonly clientCertificate?: ClientCertificate;
  readonly turnPassword?: string;
}

/** Default ports: RFC 3261 section 19.1.2, RFC 6455, RFC 4511 and 4513, RFC 9051 and 8314, RFC 6120, XEP-0368. */
const ports = {
  xmpp: 5222,
  xmppDirectTls: 5223,
  sip: { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 },
  ldap: { ldaps: 636, starttls: 389, none: 389 },
  imap: { imaps: 993, starttls: 143 },
} as const;

/**
 * The configuration of an account: settings first, else what DNS says, else the domain itself.
 * A service is undefined when it is switched off, or when DNS says that the domain does not offer it.
 */
export function buildAccountConfig(input: ConfigInput): AccountConfig {
  const { get } = input.settings;
  return {
    id: accountIdOf(input.address),
    address: input.address,
    chat: chatOf(input),
    phone: phoneOf(input),
    directory: directoryOf(input),
    voicemail: voicemailOf(input),
    trust: { extraCa: input.extraCa, useSystemStore: get('trust.useSystemStore') },
  };
}

function chatOf({ address, settings: { get }, discovered }: ConfigInput): ChatConfig | undefined {
  const directTls = get('chat.directTls');
  const servers = written(get('chat.servers'), directTls ? ports.xmppDirectTls : ports.xmpp);
  if (!get('chat.enabled')) return undefined;
  // Empty servers are looked up by chat itself, again at each connection.
  if (servers.length === 0 && allRefused(discovered, ['_xmpp-client._tcp', '_xmpps-client._tcp'])) return undefined;
  return { jid: address, servers, directTls, ...named(get('chat.tlsName')) };
}

function phoneOf(input: ConfigInput): PhoneConfig | undefined {
  const { address, discovered, clientCertificate } = input;
  const { get } = input.settings;
  if (!get('phone.enabled')) return undefined;
  const entries = get('phone.servers');
  if (entries.length === 0 && allRefused(discovered, ['_sips._tcp', '_sip._tcp', '_sip._udp'])) return undefined;
  const pointed = entries.length > 0 ? undefined : pointedTo(get('phone.transport'), discovered);
  const transport = pointed?.transport ?? transportOf(get('phone.transport'), entries, discovered);
  const wanted = get('phone.address');
  const sipAddress = wanted === '' ? address : wanted.includes('@') ? wanted : `${wanted}@${domainOf(address)}`;
  const authUser = get('phone.authUser');
  return {
    aor: `sip:${sipAddress}`,
    displayName: get('account.displayName'),
    authUser: authUser === '' ? localPartOf(sipAddress) : authUser,
    transport,
    servers: written(entries, ports.sip[transport]),
    ...(pointed === undefined ? {} : { srvName: pointed.srvName }),
    addressFamily: get('phone.addressFamily'),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    iceServers: iceServersOf(input),
    relayOnly: get('calls.relayOnly'),
    ...named(get('phone.tlsName')),
    registerExpiresS: get('phone.registerExpiresS'),
    keepAlive: get('phone.keepAlive'),
    mediaEncryption: get('calls.mediaEncryption'),
    dscpSignalling: get('phone.dscpSignalling'),
    digits: get('phone.dtmf'),
  };
}

/** Only TURN servers ask who is there (RFC 8656 section 5). */
function iceServersOf({ settings: { get }, turnPassword = '' }: ConfigInput): readonly IceServer[] {
  const username = get('calls.turnUser');
  return get('calls.iceServers').map((urls) =>
    urls.startsWith('turn') ? { urls, username, credential: turnPassword } : { urls },
  );
}

/** Services of NAPTR (RFC 3263 section 4.1, RFC 7118 section 8). */
const naptrServices: Readonly<Record<string, SipTransportKind>> = {
  'SIPS+D2T': 'tls',
  'SIP+D2T': 'tcp',
  'SIP+D2U': 'udp',
  'SIPS+D2W': 'wss',
  'SIP+D2W': 'ws',
};

/** The first NAPTR record in its order that names a transport we speak, or the one that is wanted. */
function pointedTo(
  wanted: SipTransportKind | 'auto',
  { naptr = [] }: Discovered,
): { readonly transport: SipTransportKind; readonly srvName: string } | undefined {
  const inOrder = [...naptr].sort((a, b) => a.order - b.order || a.preference - b.preference);
  for (const { flags, service, replacement } of inOrder) {
    const transport = naptrServices[service.toUpperCase()];
    if (flags.toLowerCase() !== 's' || transport === undefined) continue;
    if (wanted === 'auto' || wanted === transport) return { transport, srvName: replacement };
  }
  return undefined;
}

/** What SRV says where NAPTR says nothing. Encrypted comes first. */
function transportOf(
  wanted: SipTransportKind | 'auto',
  entries: readonly string[],
  discovered: Discovered,
): SipTransportKind {
  if (wanted !== 'auto') return wanted;
  if (entries.length > 0) {
    const port = parseServer(entries[0] ?? '')?.port;
    // Port 5060 is SIP in the clear; RFC 3261 section 18.1.1 sends it over UDP.
    return port === ports.sip.udp ? 'udp' : 'tls';
  }
  if (isOffered(discovered, '_sips._tcp')) return 'tls';
  if (isOffered(discovered, '_sip._tcp')) return 'tcp';
  if (isOffered(discovered, '_sip._udp')) return 'udp';
  return 'tls';
}

function directoryOf({ address, settings: { get }, discovered, random }: ConfigInput): DirectoryConfig | undefined {
  if (!get('directory.enabled')) return undefined;
  const wanted = get('directory.encryption');
  const entries = get('directory.servers');
  if (entries.length === 0 && allRefused(discovered, ['_ldaps._tcp', '_ldap._tcp'])) return undefined;
  // What DNS offers may change how it is encrypted, never whether.
  const encryption =
    entries.length > 0 || wanted === 'none'
      ? wanted
      : offeredKind(discovered, wanted, { ldaps: '_ldaps._tcp', starttls: '_ldap._tcp' });
  const srvName = encryption === 'ldaps' ? '_ldaps._tcp' : '_ldap._tcp';
  const bases = get('directory.searchBases');
  return {
    servers: serversOf(entries, ports.ldap[encryption], discovered, srvName, address, random),
    encryption,
    bindDn: get('directory.bindDn'),
    userDnTemplate: get('directory.userDnTemplate'),
    searchBases: bases.length > 0 ? bases : [baseOf(domainOf(address))],
    baseFilter: get('directory.baseFilter'),
    timeoutMs: get('directory.timeoutMs'),
  };
}

function voicemailOf({ address, settings: { get }, discovered, random }: ConfigInput): VoicemailConfig | undefined {
  if (!get('voicemail.enabled')) return undefined;
  const wanted = get('voicemail.encryption');
  const entries = get('voicemail.servers');
  if (entries.length === 0 && allRefused(discovered, ['_imaps._tcp', '_imap._tcp'])) return undefined;
  const encryption =
    entries.length > 0 ? wanted : offeredKind(discovered, wanted, { imaps: '_imaps._tcp', starttls: '_imap._tcp' });
  const srvName = encryption === 'imaps' ? '_imaps._tcp' : '_imap._tcp';
  const user = get('voicemail.user');
  return {
    servers: serversOf(entries, ports.imap[encryption], discovered, srvName, address, random),
    encryption,
    user: user === '' ? address : user,
    mailbox: get('voicemail.mailbox'),
    ...named(get('voicemail.tlsName')),
  };
}

/** The wanted kind when DNS offers it or offers none; else the one that it does offer. */
function offeredKind<Kind extends string>(
  discovered: Discovered,
  wanted: Kind,
  names: Readonly<Record<Kind, SrvName>>,
): Kind {
  if (isOffered(discovered, names[wanted])) return wanted;
  for (const kind in names) if (isOffered(discovered, names[kind])) return kind;
  return wanted;
}

function serversOf(
  entries: readonly string[],
  defaultPort: number,
  discovered: Discovered,
  name: SrvName,
  address: string,
  random: Random,
): readonly ServerAddress[] {
  if (entries.length > 0) return written(entries, defaultPort);
  const answer = discovered[name];
  if (answer !== undefined && answer !== 'refused') return orderBySrv(answer, random);
  return [{ host: domainOf(address), port: defaultPort }];
}

function written(entries: readonly string[], defaultPort: number): readonly ServerAddress[] {
  return entries.flatMap((entry) => {
    const server = parseServer(entry);
    return server === undefined ? [] : [{ host: server.host, port: server.port ?? defaultPort }];
  });
}

function isOffered(discovered: Discovered, name: SrvName): boolean {
  const answer = discovered[name];
  return answer !== undefined && answer !== 'refused';
}

/** At least one of the names says "not offered" and none offers anything. */
function allRefused(discovered: Discovered, names: readonly SrvName[]): boolean {
  return names.some((name) => discovered[name] === 'refused') && !names.some((name) => isOffered(discovered, name));
}

function named(tlsName: string): { readonly tlsName?: string } {
  return tlsName === '' ? {} : { tlsName };
}

/** RFC 2247: `example.com` is `dc=example,dc=com`. */
function baseOf(domain: string): string {
  return domain
    .split('.')
    .filter((label) => label !== '')
    .map((label) => `dc=${label.replaceAll(/[,+"\\<>;=#]/g, '\\$&')}`)
    .join(',');
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function localPartOf(address: string): string {
  return address.slice(0, Math.max(0, address.lastIndexOf('@')));
}
