import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNTS, DOMAIN } from './accounts.ts';
import { installCertificate } from './certificates.ts';
import type { CertificateKind } from './certificates.ts';
import { requireBinary } from './packages.ts';
import { askUdp } from './rtpengine.ts';
import type { RtpengineServer } from './rtpengine.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';
import { fillTemplate } from './template.ts';
import { until } from './wait.ts';

export interface KamailioOptions {
  readonly certificate: CertificateKind;
  /** kamailio's own scale: 1 errors, 2 warnings, 3 and more talk a lot. */
  readonly logLevel: number;
}

type KamailioPort = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss';

const TCP = { protocols: ['tcp'] } as const;
const UDP = { protocols: ['udp'] } as const;
const PING_TIMEOUT_MS = 200;
/** Longer than the phones' own refresh interval. */
const KEPT_S = 120;

/** What {@link KamailioServer.rpc} answers. */
interface RpcAnswer {
  readonly result?: { readonly Contacts?: readonly { readonly Contact: { readonly Address: string } }[] };
  readonly error?: { readonly message: string };
}

/** The SIP registrar and proxy. Registrations live in its memory: a restart forgets them. */
export class KamailioServer extends LabServer<KamailioPort> {
  readonly #options: KamailioOptions;
  readonly #relay: RtpengineServer;
  readonly #kept = new Map<string, string>();

  constructor(context: LabContext, options: KamailioOptions, relay: RtpengineServer) {
    super('kamailio', context, { udp: UDP, tcp: TCP, tls: TCP, ws: TCP, wss: TCP });
    this.#options = options;
    this.#relay = relay;
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

  /**
   * Remembers the contact of a phone on UDP over a restart, which makes the registrar forget it; the
   * phone itself would only register again at its next refresh, and baresip has no command for it.
   * @param contact undefined: the phone is gone
   */
  keepContact(user: string, contact: string | undefined): void {
    if (contact === undefined) this.#kept.delete(user);
    else this.#kept.set(user, contact);
  }

  /** Forgets the contacts of a user, as an administrator would. */
  async unregister(user: string): Promise<void> {
    await this.rpc('ul.rm', ['location', `${user}@${DOMAIN}`]);
  }

  /** Calls kamailio's JSON-RPC (ul.lookup, ul.dump, tm.stats ...). */
  async rpc(method: string, params: readonly (string | number)[] = []): Promise<RpcAnswer> {
    const response = await fetch(`http://127.0.0.1:${String(this.ports.tcp)}/RPC`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return (await response.json()) as RpcAnswer;
  }

  protected override prepare(): void {
    const certificate = installCertificate(
      this.context.certificates,
      this.#options.certificate,
      join(this.directory, 'certificates'),
    );
    mkdirSync(join(this.directory, 'run'), { recursive: true });
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
        DEBUG: this.#options.logLevel,
        UDP: this.ports.udp,
        TCP: this.ports.tcp,
        TLS: this.ports.tls,
        WS: this.ports.ws,
        WSS: this.ports.wss,
        NG: this.#relay.ports.ng,
        PASSWORDS: passwords.join('\n'),
        NUMBERS: numbers.join('\n'),
      }),
    );
    writeFileSync(
      join(this.directory, 'tls.cfg'),
      '[server:default]\nmethod = TLSv1.2+\nverify_certificate = no\nrequire_certificate = no\n' +
        `private_key = ${certificate.key}\ncertificate = ${certificate.chain}\n`,
    );
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
