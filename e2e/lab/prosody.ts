import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNTS, DOMAIN } from './accounts.ts';
import { installCertificate } from './certificates.ts';
import type { CertificateKind } from './certificates.ts';
import { requireBinary } from './packages.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';
import { fillTemplate } from './template.ts';

/** A contact as it stands in a roster; both sides subscribed. */
export interface RosterContact {
  readonly user: string;
  readonly name: string;
  readonly group: string;
}

export interface ProsodyOptions {
  readonly certificate: CertificateKind;
  /** alice's roster beyond the colleagues; each contact gets an account with the password `<user>-lab-password`. */
  readonly extraContacts: readonly RosterContact[];
  readonly logLevel: 'debug' | 'info' | 'warn';
}

type ProsodyPort = 'c2s' | 'c2sDirectTls' | 's2s' | 'http' | 'https';

const TCP = { protocols: ['tcp'] } as const;

/** prosody's file names: everything but letters and digits as `%xx`. */
function encodeName(name: string): string {
  return name.replace(/[^A-Za-z0-9]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function lua(text: string): string {
  return JSON.stringify(text); // Lua reads the escapes that JSON writes for our names, UTF-8 stays as it is
}

function rosterFile(contacts: readonly RosterContact[]): string {
  const items = contacts.map(
    (contact) =>
      `  [${lua(`${contact.user}@${DOMAIN}`)}] = { ["subscription"] = "both"; ["name"] = ${lua(contact.name)}; ` +
      `["groups"] = { [${lua(contact.group)}] = true; }; };\n`,
  );
  return `return {\n  [false] = { ["version"] = 1; ["pending"] = {}; };\n${items.join('')}};\n`;
}

/** The XMPP server: accounts and rosters are written once, before its first start, and then are its own. */
export class ProsodyServer extends LabServer<ProsodyPort> {
  readonly #options: ProsodyOptions;

  constructor(context: LabContext, options: ProsodyOptions) {
    super('prosody', context, { c2s: TCP, c2sDirectTls: TCP, s2s: TCP, http: TCP, https: TCP });
    this.#options = options;
  }

  protected override prepare(): void {
    const data = join(this.directory, 'data');
    if (!existsSync(data)) this.#writeAccounts(join(data, encodeName(DOMAIN)));
    const plugins = join(this.directory, 'plugins');
    mkdirSync(plugins, { recursive: true });
    writeFileSync(join(plugins, 'mod_smacks_fix_resume.lua'), fillTemplate('mod_smacks_fix_resume.lua', {}));
    const certificate = installCertificate(
      this.context.certificates,
      this.#options.certificate,
      join(this.directory, 'certificates'),
    );
    writeFileSync(
      join(this.directory, 'prosody.cfg.lua'),
      fillTemplate('prosody.cfg.lua', {
        DIR: this.directory,
        DOMAIN,
        LOG_LEVEL: this.#options.logLevel,
        C2S: this.ports.c2s,
        C2S_TLS: this.ports.c2sDirectTls,
        S2S: this.ports.s2s,
        HTTP: this.ports.http,
        HTTPS: this.ports.https,
        CHAIN: certificate.chain,
        KEY: certificate.key,
        CA: certificate.ca,
      }),
    );
  }

  protected override launch(): ServerCommand {
    return { file: requireBinary('prosody'), args: ['-F', '--config', join(this.directory, 'prosody.cfg.lua')] };
  }

  #writeAccounts(host: string): void {
    const accounts = join(host, 'accounts');
    const rosters = join(host, 'roster');
    mkdirSync(accounts, { recursive: true });
    mkdirSync(rosters, { recursive: true });
    const account = (user: string, password: string): void => {
      writeFileSync(join(accounts, `${encodeName(user)}.dat`), `return { ["password"] = ${lua(password)}; };\n`);
    };
    const roster = (user: string, contacts: readonly RosterContact[]): void => {
      writeFileSync(join(rosters, `${encodeName(user)}.dat`), rosterFile(contacts));
    };
    for (const one of ACCOUNTS) account(one.user, one.password);
    for (const one of this.#options.extraContacts) account(one.user, `${one.user}-lab-password`);
    const colleagues = ACCOUNTS.flatMap(({ user, name, rosterGroup }) =>
      rosterGroup === undefined ? [] : [{ user, name, group: rosterGroup }],
    );
    const contacts = [...colleagues, ...this.#options.extraContacts];
    roster('alice', contacts);
    for (const contact of contacts) roster(contact.user, [{ user: 'alice', name: 'Alice Hargreaves', group: 'Sales' }]);
  }
}
