import type { LabAccount, LabDescription } from './description.ts';

/** How the client carries SIP to the lab. */
export type LabTransport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/**
 * The settings that point a Parley at these servers: what an administrator would seed. With them the person needs only
 * an address and a password.
 * @throws Error when the description has no such user
 */
export function seedFor(
  lab: LabDescription,
  user: string,
  transport: LabTransport = 'tls',
): Readonly<Record<string, string | boolean | readonly string[]>> {
  const account = lab.accounts.find((one) => one.user === user);
  if (account === undefined) throw new Error(`the lab has no account ${user}`);
  return {
    'account.address': account.address,
    'account.displayName': account.name,
    ...(lab.caPath === null ? {} : { 'trust.extraCaFile': lab.caPath }),
    'calls.region': 'GB',
    ...chat(lab),
    ...phone(lab, transport),
    ...directory(lab, account),
    ...voicemail(lab, account),
  };
}

function chat({ xmpp }: LabDescription): Record<string, boolean | readonly string[]> {
  if (xmpp === undefined) return { 'chat.enabled': false };
  return { 'chat.servers': [`${xmpp.host}:${String(xmpp.port)}`] };
}

function phone({ sip }: LabDescription, transport: LabTransport): Record<string, string | boolean | readonly string[]> {
  const server = sip === undefined ? undefined : serverOf(sip, transport);
  if (server === undefined) return { 'phone.enabled': false };
  return { 'phone.transport': transport, 'phone.servers': [server] };
}

function serverOf(sip: NonNullable<LabDescription['sip']>, transport: LabTransport): string | undefined {
  const at = (port: number | undefined): string | undefined =>
    port === undefined ? undefined : `${sip.host}:${String(port)}`;
  const host = (url: string | undefined): string | undefined => (url === undefined ? undefined : new URL(url).host);
  switch (transport) {
    case 'udp':
      return at(sip.udpPort);
    case 'tcp':
      return at(sip.tcpPort);
    case 'tls':
      return at(sip.tlsPort);
    case 'ws':
      return host(sip.wsUrl);
    case 'wss':
      return host(sip.wssUrl);
  }
}

function directory(
  { ldap }: LabDescription,
  account: LabAccount,
): Record<string, string | boolean | readonly string[]> {
  if (ldap === undefined) return { 'directory.enabled': false };
  return {
    'directory.servers': [`${ldap.host}:${String(ldap.tlsPort ?? ldap.port)}`],
    'directory.encryption': ldap.tlsPort === undefined ? 'starttls' : 'ldaps',
    // Colleagues bind as themselves; the template is theirs with the user name left open.
    'directory.userDnTemplate': account.dn.replace(account.user, '{user}'),
    'directory.searchBases': ldap.searchBases,
    'directory.baseFilter': '(objectClass=inetOrgPerson)',
  };
}

function voicemail(
  { imap }: LabDescription,
  account: LabAccount,
): Record<string, string | boolean | readonly string[]> {
  if (imap === undefined) return { 'voicemail.enabled': false };
  return {
    'voicemail.servers': [`${imap.host}:${String(imap.tlsPort ?? imap.port)}`],
    'voicemail.encryption': imap.tlsPort === undefined ? 'starttls' : 'imaps',
    'voicemail.user': account.user,
    'voicemail.mailbox': imap.mailbox,
  };
}
