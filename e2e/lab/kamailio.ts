import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNTS, DOMAIN } from './accounts.ts';
import { installCertificate } from './certificates.ts';
import type { CertificateKind } from './certificates.ts';
import { requireBinary } from './packages.ts';
import { hasIpv6 } from './ports.ts';
import { askUdp } from './rtpengine.ts';
import type { RtpengineServer } from './rtpengine.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';
import { fillTemplate } from './template.ts';
import { until } from './wait.ts';

export interface KamailioOptions {
  /** Default: kamailio. */
  readonly name?: string;
  readonly certificate: CertificateKind;
  /** kamailio's own scale: 1 errors, 2 warnings, 3 and more talk a lot. */
  readonly logLevel: number;
}

type KamailioPort = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

/**
 * `home`: it is an edge proxy in front of the registrar on this UDP port. `refuse`: REGISTER gets this status. `header`:
 * stands in answers to REGISTER. `challenges`: two of them, with SHA-256 and MD5. `told`: stands in INVITEs.
 */
export type KamailioHabit = 'home' | 'refuse' | 'header' | 'challenges' | 'told';

const TCP = { protocols: ['tcp'] } as const;
/** RFC 3261 section 18.1.1: requests that are too large for UDP come to the same port over TCP. */
const BOTH = { protocols: ['udp', 'tcp'] } as const;
const PING_TIMEOUT_MS = 200;
/** Longer than the phones' own refresh interval. */
const KEPT_S = 120;

interface RpcContact {
  readonly Address: string;
  /** `+sip.instance` (RFC 5626), as it came. */
  readonly Instance: string;
}

/** Empty tables that the presence modules insist on, as Debian ships them. */
const DBTEXT_SCHEMA = '/usr/share/kamailio/dbtext/kamailio';
const PRESENCE_TABLES = ['version', 'presentity', 'active_watchers', 'watchers', 'xcap', 'pua'];

/** What {@link KamailioServer.rpc} answers. */
interface RpcAnswer {
  readonly result?: {
    readonly item?: { readonly value: string | number };
    readonly Contacts?: readonly { readonly Contact: RpcContact }[];
  };
  readonly error?: { readonly message: string };
}

/** The SIP registrar and proxy. Registrations live in its memory: a restart forgets them. */
export class KamailioServer extends LabServer<KamailioPort> {
  readonly #options: KamailioOptions;
  readonly #relay: RtpengineServer;
  readonly #kept = new Map<string, string>();
  #wantsClientCertificates = false;
  #digest: 'MD5' | 'SHA-256' = 'MD5';
  #knowsFlows = false;
  #certificate: CertificateKind;

  constructor(context: LabContext, options: KamailioOptions, relay: RtpengineServer) {
    super(options.name ?? 'kamailio', context, { udp: BOTH, tcp: TCP, tls: TCP, ws: TCP, wss: TCP }, 'kamailio');
    this.#options = options;
    this.#certificate = options.certificate;
    this.#relay = relay;
  }

  /** Whether TLS clients have to show a certificate of the lab's authority; restarts the server. */
  async useClientCertificates(areWanted: boolean): Promise<void> {
    this.#wantsClientCertificates = areWanted;
    await this.restart();
  }

  /** The hash that it asks for (RFC 7616) from its next start on. */
  useDigest(algorithm: 'MD5' | 'SHA-256'): void {
    this.#digest = algorithm;
  }

  /** Whether it knows flows (RFC 5626) from its next start on. */
  useOutbound(isKnown: boolean): void {
    this.#knowsFlows = isKnown;
  }

  /** What it shows to TLS clients from its next start on. */
  useCertificate(kind: CertificateKind): void {
    this.#certificate = kind;
  }

  /** Makes it do what other servers do; undefined: as usual. A restart forgets it. */
  async behave(habit: KamailioHabit, value: string | undefined): Promise<void> {
    const { error } = await (value === undefined
      ? this.rpc('htable.delete', ['habits', habit])
      : this.rpc('htable.sets', ['habits', habit, value]));
    const isGone = value === undefined && error?.message.startsWith('Key not found') === true;
    if (error !== undefined && !isGone) throw new Error(`lab: ${this.name} does not take ${habit}: ${error.message}`);
  }

  /** How many requests of this method a user has sent here since the start, challenged and repeated ones included. */
  async seen(user: string, method: string): Promise<number> {
    const { result } = await this.rpc('htable.get', ['seen', `${user}.${method}`]);
    return Number(result?.item?.value ?? 0);
  }

  /** Learns where the other server's users are, as proxies that share a database would. */
  async shareContacts(other: KamailioServer, user: string): Promise<void> {
    for (const contact of await other.contacts(user)) {
      const { error } = await this.rpc('ul.add', ['location', user, contact, KEPT_S, 1, '0', 0, 0, 0]);
      if (error !== undefined) throw new Error(`lab: ${this.name} refuses ${contact}: ${error.message}`);
    }
  }

  /** Whether a user has a registered contact. */
  async isRegistered(user: string): Promise<boolean> {
    const answer = await this.rpc('ul.lookup', ['location', `${user}@${DOMAIN}`]);
    return answer.result !== undefined;
  }

  /** Resolves when the user is registered. @throws Error after `timeoutMs` */
  async whenRegistered(user: string, timeoutMs = 10_000): Promise<void> {
    await until(`${user} to register`, () => this.isRegistered(user).catch(() => false), timeoutMs, 25);
  }

  /** The contacts of a user, as `sip:` addresses. */
  async contacts(user: string): Promise<readonly string[]> {
    const { result } = await this.rpc('ul.lookup', ['location', `${user}@${DOMAIN}`]);
    return result?.Contacts?.map(({ Contact }) => Contact.Address) ?? [];
  }

  /** `+sip.instance` of each contact of a user, without the quoting around it. */
  async instances(user: string): Promise<readonly string[]> {
    const { result } = await this.rpc('ul.lookup', ['location', `${user}@${DOMAIN}`]);
    return result?.Contacts?.map(({ Contact }) => Contact.Instance.replaceAll(/["<>]/g, '')) ?? [];
  }

  /** Whether somebody is connected to this port of ours over TCP. */
  async hasTcpConnection(port: number): Promise<boolean> {
    return JSON.stringify(await this.rpc('core.tcp_list')).includes(`"dst_port":${String(port)}`);
  }

  /**
   * Remembers the contact of a phone on UDP over a restart, which makes the registrar forget it; the
   * phone itself would only register again at its next refresh, and baresip has no command for it.
   * @param contact undefined: the phone is gone
   */
  keepContact(user: string, contact: string | undefined): void {
    if (contact === undefined) this.#kept.delete(user);
    else this.#kept.set(user, contact);
  }

  /** Whether SDES keys that are only offered (RTP/AVP with `a=crypto`, RFC 8643) reach the other side. Not by default. */
  async passOfferedKeys(isPassed: boolean): Promise<void> {
    await (isPassed ? this.rpc('htable.seti', ['passed', 'keys', 1]) : this.rpc('htable.delete', ['passed', 'keys']));
  }

  /** The phone of this user holds calls that are parked by *68 and a place; undefined: this PBX parks none. */
  async parkAt(user: string | undefined): Promise<void> {
    await (user === undefined
      ? this.rpc('htable.delete', ['passed', 'park'])
      : this.rpc('htable.sets', ['passed', 'park', user]));
  }

  /** Forgets every rule, and what it knows of calls that ring or are parked. */
  async forgetServices(): Promise<void> {
    for (const table of ['rules', 'ringing', 'parked']) await this.rpc('htable.flush', [table]);
    await this.parkAt(undefined);
  }

  /** Forgets the contacts of a user, as an administrator would. */
  async unregister(user: string): Promise<void> {
    await this.rpc('ul.rm', ['location', `${user}@${DOMAIN}`]);
  }

  /** Calls kamailio's JSON-RPC (ul.lookup, ul.dump, tm.stats ...). */
  async rpc(method: string, params: readonly (string | number)[] = []): Promise<RpcAnswer> {
    const response = await fetch(`http://127.0.0.1:${String(this.ports.tcp)}/RPC`, {
      method: 'POST',
      // kamailio closes after each answer; a connection that is used again may just be closing
      headers: { 'Content-Type': 'application/json', Connection: 'close' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return (await response.json()) as RpcAnswer;
  }

  /** What a PBX would tell of a line (RFC 4235), for what the calls of this proxy cannot show: for example a hold. */
  async tellLine(user: string, dialogs: string): Promise<void> {
    const entity = `sip:${user}@${DOMAIN}`;
    const body = `<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" entity="${entity}">${dialogs}</dialog-info>`;
    await this.#publish(entity, 'dialog', 'application/dialog-info+xml', body);
  }

  /** Messages that wait for a user, as a voicemail server would tell (RFC 3842). */
  async tellWaitingMessages(user: string, fresh: number, old: number): Promise<void> {
    const body = `Messages-Waiting: ${fresh > 0 ? 'yes' : 'no'}\r\nVoice-Message: ${String(fresh)}/${String(old)} (0/0)\r\n`;
    await this.#publish(`sip:${user}@${DOMAIN}`, 'message-summary', 'application/simple-message-summary', body);
  }

  async #publish(entity: string, event: string, contentType: string, body: string): Promise<void> {
    const { error } = await this.rpc('pua.publish', [entity, '300', event, contentType, '.', '.', '.', '.', body]);
    if (error !== undefined) throw new Error(`lab: kamailio does not publish ${event}: ${error.message}`);
  }

  protected override prepare(): void {
    const certificate = installCertificate(
      this.context.certificates,
      this.#certificate,
      join(this.directory, 'certificates'),
    );
    mkdirSync(join(this.directory, 'run'), { recursive: true });
    mkdirSync(join(this.directory, 'dbtext'), { recursive: true });
    for (const table of PRESENCE_TABLES) {
      copyFileSync(join(DBTEXT_SCHEMA, table), join(this.directory, 'dbtext', table));
    }
    const passwords = ACCOUNTS.map((one) => `\t$sht(passwords=>${one.user}) = "${one.password}";`);
    const numbers = ACCOUNTS.flatMap((one) =>
      [one.number, one.number.slice(1), `00${one.number.slice(1)}`, `0${one.number.slice(3)}`, one.extension].map(
        (number) => `\t$sht(numbers=>${number}) = "${one.user}";`,
      ),
    );
    writeFileSync(
      join(this.directory, 'kamailio.cfg'),
      fillTemplate('kamailio.cfg', {
        DIR: this.directory,
        DOMAIN,
        DIGEST: this.#digest,
        OUTBOUND: this.#knowsFlows
          ? 'loadmodule "outbound.so"\nmodparam("registrar", "outbound_mode", 1)\nmodparam("registrar", "flow_timer", 20)'
          : '',
        DEBUG: this.#options.logLevel,
        UDP: this.ports.udp,
        TCP: this.ports.tcp,
        TLS: this.ports.tls,
        WS: this.ports.ws,
        WSS: this.ports.wss,
        LISTEN6: hasIpv6() ? this.#listen6() : '',
        NG: this.#relay.ports.ng,
        PASSWORDS: passwords.join('\n'),
        NUMBERS: numbers.join('\n'),
      }),
    );
    const verify = this.#wantsClientCertificates ? 'yes' : 'no';
    writeFileSync(
      join(this.directory, 'tls.cfg'),
      `[server:default]\nmethod = TLSv1.2+\nverify_certificate = ${verify}\nrequire_certificate = ${verify}\n` +
        (this.#wantsClientCertificates ? `ca_list = ${certificate.ca}\n` : '') +
        `private_key = ${certificate.key}\ncertificate = ${certificate.chain}\n`,
    );
  }

  #listen6(): string {
    const { udp, tcp, tls } = this.ports;
    return [`udp:[::1]:${String(udp)}`, `tcp:[::1]:${String(tcp)}`, `tls:[::1]:${String(tls)}`]
      .map((socket) => `listen=${socket}`)
      .join('\n');
  }

  protected override launch(): ServerCommand {
    const { directory } = this;
    return {
      file: requireBinary('kamailio'),
      args: [
        ...['-DD', '-E', '-f', join(directory, 'kamailio.cfg'), '-Y', join(directory, 'run'), '-w', directory],
        ...['-P', join(directory, 'kamailio.pid'), '-m', '64', '-M', '8'],
      ],
    };
  }

  protected override async isReady(): Promise<boolean> {
    const { udp } = this.ports;
    const tag = String(Math.random()).slice(2);
    const options = [
      `OPTIONS sip:127.0.0.1:${String(udp)} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK${tag}`,
      `From: <sip:lab@${DOMAIN}>;tag=${tag}`,
      `To: <sip:127.0.0.1:${String(udp)}>`,
      `Call-ID: ${tag}`,
      'CSeq: 1 OPTIONS',
      'Max-Forwards: 5',
      'Content-Length: 0',
      '\r\n',
    ].join('\r\n');
    return (await askUdp(udp, options, PING_TIMEOUT_MS))?.startsWith('SIP/2.0 200') === true;
  }

  protected override async started(): Promise<void> {
    for (const [user, contact] of this.#kept) {
      const { error } = await this.rpc('ul.add', ['location', user, contact, KEPT_S, 1, '0', 0, 0, 0]);
      if (error !== undefined) throw new Error(`lab: kamailio refuses ${contact}: ${error.message}`);
    }
  }
}
