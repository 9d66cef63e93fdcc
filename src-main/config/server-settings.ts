import { limits } from '../../src-shared/limits.ts';
import { isResolver } from '../core/name-service.ts';
import { parseServer } from '../core/server-text.ts';
import { list, onOff, oneOf, text, wholeNumber } from './setting.ts';

const servers = {
  maxItems: 8,
  maxLength: 260,
  fits: (item: string) => parseServer(item) !== undefined,
};
const hostName = { maxLength: 253, fits: (value: string) => value === '' || isHost(value) };
const distinguishedName = { maxLength: 500 };
/** DSCP code points are six bits (RFC 2474). */
const dscp = { min: 0, max: 63, unit: '' };

/** Which servers an account uses, how it reaches and believes them, and as whom. */
export const serverSettings = {
  'chat.enabled': onOff({ scope: 'account', default: true, meaning: 'Chat and presence over XMPP.' }),
  'chat.servers': list(servers, {
    scope: 'account',
    default: [],
    meaning: 'XMPP servers in order of preference, host or host:port; empty: found by DNS from the domain.',
  }),
  'chat.directTls': onOff({
    scope: 'account',
    default: false,
    meaning: 'Direct TLS (XEP-0368, port 5223) instead of STARTTLS on servers that are set here.',
  }),
  'chat.tlsName': text(hostName, {
    scope: 'account',
    default: '',
    meaning: 'Name that the XMPP server’s certificate carries; empty: the domain of the address.',
  }),
  'chat.sendTyping': onOff({
    scope: 'account',
    default: true,
    meaning: 'Let the other person see while a message to them is being written.',
  }),

  'phone.enabled': onOff({ scope: 'account', default: true, meaning: 'Calls over SIP.' }),
  'phone.address': text(
    { maxLength: 320, fits: (value) => value === '' || /^[^@\s:/<>]+(@[^@\s/<>]+)?$/.test(value) },
    {
      scope: 'account',
      default: '',
      meaning: 'Own SIP address, user@domain or user; empty: the address of the account.',
    },
  ),
  'phone.authUser': text(
    { maxLength: 200 },
    {
      scope: 'account',
      default: '',
      meaning: 'User name for SIP digest authentication; empty: the user of the SIP address.',
    },
  ),
  'phone.transport': oneOf(['auto', 'tls', 'tcp', 'udp', 'wss', 'ws'], {
    scope: 'account',
    default: 'auto',
    meaning: 'How SIP is carried; auto: what DNS offers, TLS first.',
  }),
  'phone.servers': list(servers, {
    scope: 'account',
    default: [],
    meaning: 'SIP outbound proxies in order of preference; empty: found by DNS from the domain.',
  }),
  'phone.addressFamily': oneOf(['both', 'ipv4', 'ipv6'], {
    scope: 'account',
    default: 'both',
    meaning: 'Addresses over which the SIP servers are reached; both: what DNS gives first, in turn.',
  }),
  'phone.clientCertificateFile': text(
    { maxLength: 1_000 },
    {
      scope: 'account',
      default: '',
      meaning:
        'File with the certificate that is shown to SIP servers which ask for one: PEM, or PKCS #12 with its key; empty: none.',
    },
  ),
  'phone.clientKeyFile': text(
    { maxLength: 1_000 },
    {
      scope: 'account',
      default: '',
      meaning: 'PEM file with the key of the client certificate; empty: it stands in the certificate’s file.',
    },
  ),
  'phone.tlsName': text(hostName, {
    scope: 'account',
    default: '',
    meaning:
      'Name that the SIP server’s certificate carries; empty: the server’s own name, or the domain when found by DNS.',
  }),
  'phone.registerExpiresS': wholeNumber(
    { min: 60, max: 7_200, unit: 's' },
    { scope: 'account', default: 600, meaning: 'Time a registration lasts before it is renewed.' },
  ),
  'phone.keepAlive': oneOf(['usual', 'unifiedCm'], {
    scope: 'account',
    default: 'usual',
    meaning:
      'How a registration is kept. unifiedCm: renewed 5 s before its end (115 s at Unified CM), and the next server is kept ready by REGISTER keepalives.',
  }),
  'phone.dscpSignalling': wholeNumber(dscp, { scope: 'account', default: 24, meaning: 'DSCP of SIP (CS3).' }),

  'directory.enabled': onOff({ scope: 'account', default: true, meaning: 'The company directory over LDAP.' }),
  'directory.servers': list(servers, {
    scope: 'account',
    default: [],
    meaning: 'LDAP servers in order of preference; empty: found by DNS from the domain.',
  }),
  'directory.encryption': oneOf(['ldaps', 'starttls', 'none'], {
    scope: 'account',
    default: 'ldaps',
    meaning:
      'Encryption of LDAP; with none everything can be read on the way, the password too where a sign-in name is set.',
  }),
  'directory.bindDn': text(distinguishedName, {
    scope: 'account',
    default: '',
    meaning: 'Name to bind with; empty: by the template, or anonymously when that is empty too.',
  }),
  'directory.userDnTemplate': text(distinguishedName, {
    scope: 'account',
    default: '',
    meaning: 'Name to bind with, made from the address: {user} stands for the part before the @.',
  }),
  'directory.searchBases': list(
    { maxItems: limits.ldapSearchBases, maxLength: limits.searchContextCharacters },
    { scope: 'account', default: [], meaning: 'Where to search; empty: the domain as dc=…,dc=….' },
  ),
  'directory.baseFilter': text(
    { maxLength: 1_000, fits: (value) => /^\(.+\)$/.test(value) },
    { scope: 'account', default: '(objectClass=person)', meaning: 'LDAP filter (RFC 4515) that every person matches.' },
  ),
  'directory.timeoutMs': wholeNumber(
    { min: 500, max: 30_000, unit: 'ms' },
    { scope: 'account', default: 5_000, meaning: 'Time the directory has for an answer.' },
  ),

  'voicemail.enabled': onOff({ scope: 'account', default: true, meaning: 'Visual voicemail over IMAP.' }),
  'voicemail.servers': list(servers, {
    scope: 'account',
    default: [],
    meaning: 'IMAP servers in order of preference; empty: found by DNS from the domain.',
  }),
  'voicemail.encryption': oneOf(['imaps', 'starttls'], {
    scope: 'account',
    default: 'imaps',
    meaning: 'Encryption of IMAP.',
  }),
  'voicemail.user': text(
    { maxLength: 320 },
    { scope: 'account', default: '', meaning: 'IMAP user name; empty: the address of the account.' },
  ),
  'voicemail.mailbox': text(
    { maxLength: 200, fits: (value) => value !== '' },
    { scope: 'account', default: 'INBOX', meaning: 'Mailbox that holds the voice messages.' },
  ),
  'voicemail.tlsName': text(hostName, {
    scope: 'account',
    default: '',
    meaning: 'Name that the IMAP server’s certificate carries; empty: the server’s own name.',
  }),

  'trust.extraCaFile': text(
    { maxLength: 1_000 },
    { scope: 'machine', default: '', meaning: 'PEM file with the organization’s own certificate authorities.' },
  ),
  'trust.useSystemStore': onOff({
    scope: 'machine',
    default: true,
    meaning: 'Also believe the authorities that the operating system believes.',
  }),

  'network.resolvers': list(
    { maxItems: 4, maxLength: 60, fits: isResolver },
    {
      scope: 'machine',
      default: [],
      meaning:
        'Name servers (IP address or address:port) asked for the servers of the account (SRV, NAPTR) and for the addresses of its SIP servers; empty: those of the system.',
    },
  ),
};

function isHost(value: string): boolean {
  return parseServer(value)?.port === undefined && parseServer(value) !== undefined;
}
