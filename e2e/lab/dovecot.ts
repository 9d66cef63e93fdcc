import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { ACCOUNTS, account } from './accounts.ts';
import { installCertificate } from './certificates.ts';
import type { CertificateKind } from './certificates.ts';
import { requireBinary } from './packages.ts';
import { run } from './run.ts';
import { LabServer, chownTree } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';
import { speak } from './speech.ts';
import { fillTemplate } from './template.ts';
import { VOICEMAIL_SCRIPTS, voicemailMail } from './voicemail-messages.ts';
import type { VoicemailScript } from './voicemail-messages.ts';

export interface DovecotOptions {
  readonly certificate: CertificateKind;
}

const TCP = { protocols: ['tcp'] } as const;

/** The mailbox that voicemail stands in. */
export const VOICEMAIL_MAILBOX = 'Voicemail';

/** Names of user and group: dovecot wants names where everybody else takes numbers. */
async function namesOf(isNobody: boolean): Promise<{ user: string; group: string }> {
  if (isNobody) return { user: 'nobody', group: 'nogroup' };
  const group = await run('/usr/bin/id', ['-gn']);
  return { user: userInfo().username, group: group.toString().trim() };
}

/** The mail store, with alice's voicemail in it. */
export class DovecotServer extends LabServer<'imap' | 'imaps'> {
  readonly #options: DovecotOptions;
  #sequence = 0;

  constructor(context: LabContext, options: DovecotOptions) {
    super('dovecot', context, { imap: TCP, imaps: TCP });
    this.#options = options;
  }

  protected override async prepare(): Promise<void> {
    const { directory, ports } = this;
    const certificate = installCertificate(
      this.context.certificates,
      this.#options.certificate,
      join(directory, 'certificates'),
    );
    mkdirSync(join(directory, 'run'), { recursive: true });
    writeFileSync(
      join(directory, 'users'),
      ACCOUNTS.map((one) => `${one.user}:{PLAIN}${one.password}::::::\n`).join(''),
    );
    const { user, group } = await namesOf(this.identity !== undefined);
    writeFileSync(
      join(directory, 'dovecot.conf'),
      fillTemplate('dovecot.conf', {
        DIR: directory,
        USER: user,
        GROUP: group,
        IMAP: ports.imap,
        IMAPS: ports.imaps,
        CHAIN: certificate.chain,
        KEY: certificate.key,
      }),
    );
    if (existsSync(join(directory, 'mail'))) return; // a restart keeps its mail
    for (const one of ACCOUNTS) mkdirSync(join(directory, 'mail', one.user), { recursive: true });
    // spoken side by side, delivered one after the other: the oldest has the lowest UID
    await Promise.all(VOICEMAIL_SCRIPTS.map((script) => speak(script.text, script.voice)));
    for (const script of [...VOICEMAIL_SCRIPTS].sort((a, b) => b.ageMs - a.ageMs)) await this.leaveVoicemail(script);
  }

  /**
   * Leaves a message in a voicemail box, as the PBX does; the server may run, stand or be frozen.
   * @param to user name of a lab account
   */
  async leaveVoicemail(script: VoicemailScript, to = 'alice'): Promise<void> {
    const { wav, durationMs } = await speak(script.text, script.voice);
    this.#sequence += 1;
    const leftAtMs = Date.now() - script.ageMs;
    const mail = voicemailMail({
      to: account(to),
      script,
      sequence: this.#sequence,
      leftAtMs,
      wav,
      durationMs,
    });
    const box = join(this.directory, 'mail', to, `.${VOICEMAIL_MAILBOX}`);
    const isNew = !existsSync(box);
    for (const folder of ['tmp', 'new', 'cur']) mkdirSync(join(box, folder), { recursive: true });
    if (isNew && this.identity !== undefined) chownTree(box, this.identity);
    // maildir(5): written in tmp, renamed into place; flags stand in the name below cur only
    const name = `${String(Math.floor(leftAtMs / 1_000))}.M${String(this.#sequence).padStart(6, '0')}P1.pbx`;
    const draft = join(box, 'tmp', name);
    writeFileSync(draft, mail);
    chmodSync(draft, 0o600);
    if (this.identity !== undefined) chownSync(draft, this.identity.uid, this.identity.gid);
    utimesSync(draft, leftAtMs / 1_000, leftAtMs / 1_000); // becomes INTERNALDATE
    renameSync(draft, script.isSeen ? join(box, 'cur', `${name}:2,S`) : join(box, 'new', name));
  }

  protected override launch(): ServerCommand {
    return { file: requireBinary('dovecot'), args: ['-F', '-c', join(this.directory, 'dovecot.conf')] };
  }
}
