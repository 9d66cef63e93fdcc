import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACCOUNTS, DOMAIN, LDAP_READER, LDAP_SUFFIX, account } from './accounts.ts';
import { BaresipPhone } from './baresip.ts';
import type { AnswerMode, PhoneSound } from './baresip.ts';
import { labCertificates } from './certificates.ts';
import type { CertificateKind, Certificates } from './certificates.ts';
import { Colleagues, DEFAULT_ONLINE } from './colleague.ts';
import type { ColleaguePresence } from './colleague-protocol.ts';
import type { LabAccount, LabDescription, PhoneDescription } from './description.ts';
import { CoturnServer } from './coturn.ts';
import { DnsmasqServer } from './dnsmasq.ts';
import { DovecotServer, VOICEMAIL_MAILBOX } from './dovecot.ts';
import { KamailioServer } from './kamailio.ts';
import { LinphonePhone, linphoneDefaults } from './linphone.ts';
import { requirePackages } from './packages.ts';
import { DEFAULT_PEOPLE, makePeople } from './people.ts';
import { chownTree } from './server.ts';
import { unprivilegedIdentity } from './process-group.ts';
import { ProsodyServer } from './prosody.ts';
import type { RosterContact } from './prosody.ts';
import { Reaper } from './reaper.ts';
import { RtpengineServer } from './rtpengine.ts';
import type { LabContext, LabServer } from './server.ts';
import { SEARCH_BASES, SlapdServer } from './slapd.ts';

/**
 * What a spec can ask for. `kamailio` brings its relay with it, a phone brings kamailio, `colleagues` brings prosody.
 * frank, the linphone, the second proxy, the name server and the TURN server are in every lab with kamailio, but only started with the
 * others when asked for by name.
 */
export type LabPart =
  'prosody' | 'colleagues' | 'kamailio' | 'standby' | 'dns' | 'turn' | 'bob' | 'carol' | 'frank' | 'slapd' | 'dovecot';

export const ALL_PARTS: readonly LabPart[] = ['prosody', 'colleagues', 'kamailio', 'bob', 'carol', 'slapd', 'dovecot'];

export interface LabOptions {
  /** Default: all of them. */
  readonly servers?: readonly LabPart[];
  /** People in the directory besides the accounts. Default 10,000. */
  readonly people?: number;
  /** Contacts in alice's roster, filled up from the directory's people. Default: her 12 colleagues. */
  readonly rosterSize?: number;
  /** Which certificate a server presents. Default `good`. With a bad one prosody has no colleagues. */
  readonly certificates?: Readonly<Partial<Record<'prosody' | 'kamailio' | 'slapd' | 'dovecot', CertificateKind>>>;
  /** Who of the colleagues is online from the start. */
  readonly online?: readonly ColleaguePresence[];
  /** Colleagues type for a moment and change their presence by themselves. Default false. */
  readonly isInteractive?: boolean;
  /** Frequency that bob plays. Default 440. */
  readonly bobHz?: number;
  readonly bobAnswers?: AnswerMode;
  readonly carolAnswers?: AnswerMode;
  /** More words in the logs. */
  readonly isVerbose?: boolean;
}

const DEFAULT_TONE_HZ = 440;
const ANSWER_DELAY_MS = 900;
const DRIFT_INTERVAL_MS = 20_000;
const PHONE_CODECS = 'opus/48000/2,G722/16000/1,PCMU/8000/1,PCMA/8000/1';
const LOOPBACK = '127.0.0.1';

const NEEDS: Readonly<Record<LabPart, readonly LabPart[]>> = {
  prosody: [],
  colleagues: ['prosody'],
  kamailio: [],
  standby: ['kamailio'],
  dns: ['kamailio'],
  turn: ['kamailio'],
  bob: ['kamailio'],
  carol: ['kamailio'],
  frank: ['kamailio'],
  slapd: [],
  dovecot: [],
};

/**
 * A running lab. The handles throw when the lab was started without that server. Whoever starts it
 * stops it; if the process dies before, the reaper ends the servers and removes the folder.
 */
export class Lab {
  readonly accounts: readonly LabAccount[] = ACCOUNTS;
  readonly certificates: Certificates;
  /** Folder of everything that the servers write. */
  readonly directory: string;
  readonly #reaper: Reaper;
  readonly #options: LabOptions;
  readonly #servers = new Map<string, LabServer<string>>();
  #prosody: ProsodyServer | undefined;
  #colleagues: Colleagues | undefined;
  #kamailio: KamailioServer | undefined;
  #standby: KamailioServer | undefined;
  #dns: DnsmasqServer | undefined;
  #turn: CoturnServer | undefined;
  #rtpengine: RtpengineServer | undefined;
  #slapd: SlapdServer | undefined;
  #dovecot: DovecotServer | undefined;
  readonly #phones = new Map<string, BaresipPhone>();
  #frank: LinphonePhone | undefined;

  constructor(options: LabOptions, context: LabContext) {
    this.#options = options;
    this.certificates = context.certificates;
    this.directory = context.directory;
    this.#reaper = context.reaper;
    const parts = new Set((options.servers ?? ALL_PARTS).flatMap((part) => [...NEEDS[part], part]));
    const kind = (name: 'prosody' | 'kamailio' | 'slapd' | 'dovecot'): CertificateKind =>
      options.certificates?.[name] ?? 'good';
    if (parts.has('prosody')) {
      this.#prosody = this.#add(
        new ProsodyServer(context, {
          certificate: kind('prosody'),
          extraContacts: extraContacts(options.rosterSize ?? 0),
          logLevel: options.isVerbose === true ? 'debug' : 'info',
        }),
      );
      if (parts.has('colleagues') && kind('prosody') === 'good') {
        const isInteractive = options.isInteractive === true;
        this.#colleagues = this.#add(
          new Colleagues(
            context,
            {
              online: options.online ?? DEFAULT_ONLINE,
              answerDelayMs: isInteractive ? ANSWER_DELAY_MS : 0,
              driftIntervalMs: isInteractive ? DRIFT_INTERVAL_MS : 0,
            },
            this.#prosody,
          ),
        );
      }
    }
    if (parts.has('kamailio')) {
      this.#rtpengine = this.#add(new RtpengineServer(context));
      const proxy = { certificate: kind('kamailio'), logLevel: options.isVerbose === true ? 3 : 1 };
      this.#kamailio = this.#add(new KamailioServer(context, proxy, this.#rtpengine));
      this.#standby = this.#add(new KamailioServer(context, { ...proxy, name: 'kamailio-standby' }, this.#rtpengine));
      this.#dns = this.#add(new DnsmasqServer(context));
      this.#turn = this.#add(new CoturnServer(context));
      const phone = (user: string, sound: PhoneSound, answerMode: AnswerMode, proxy: KamailioServer): void => {
        const added = new BaresipPhone(
          context,
          { user, sound, answerMode, transport: 'udp', codecs: PHONE_CODECS },
          proxy,
        );
        this.#phones.set(user, this.#add(added));
      };
      const tone: PhoneSound = { kind: 'tone', hz: options.bobHz ?? DEFAULT_TONE_HZ };
      if (parts.has('bob')) phone('bob', tone, options.bobAnswers ?? 'auto', this.#kamailio);
      if (parts.has('carol')) phone('carol', { kind: 'echo' }, options.carolAnswers ?? 'auto', this.#kamailio);
      this.#frank = this.#add(new LinphonePhone(context, { user: 'frank', ...linphoneDefaults }, this.#kamailio));
    }
    if (parts.has('slapd')) {
      this.#slapd = this.#add(
        new SlapdServer(context, { certificate: kind('slapd'), people: options.people ?? DEFAULT_PEOPLE }),
      );
    }
    if (parts.has('dovecot')) this.#dovecot = this.#add(new DovecotServer(context, { certificate: kind('dovecot') }));
  }

  get prosody(): ProsodyServer {
    return started('prosody', this.#prosody);
  }
  get colleagues(): Colleagues {
    return started('colleagues', this.#colleagues);
  }
  get kamailio(): KamailioServer {
    return started('kamailio', this.#kamailio);
  }
  /** A second proxy of the same domain, with a registrar of its own, behind the same relay; `start` it. */
  get standby(): KamailioServer {
    return started('standby', this.#standby);
  }
  /** The name server; `use` it. */
  get dns(): DnsmasqServer {
    return started('dns', this.#dns);
  }
  /** The TURN server; `start` it. */
  get turn(): CoturnServer {
    return started('turn', this.#turn);
  }
  get rtpengine(): RtpengineServer {
    return started('rtpengine', this.#rtpengine);
  }
  get slapd(): SlapdServer {
    return started('slapd', this.#slapd);
  }
  get dovecot(): DovecotServer {
    return started('dovecot', this.#dovecot);
  }
  /** Plays a tone and records what it hears. */
  get bob(): BaresipPhone {
    return started('bob', this.#phones.get('bob'));
  }
  /** Sends back what it hears. */
  get carol(): BaresipPhone {
    return started('carol', this.#phones.get('carol'));
  }
  /** A linphone: start it with its `use`. Plays a tone and records what it hears. */
  get frank(): LinphonePhone {
    return started('frank', this.#frank);
  }

  /** Every server of this lab, in the order of construction. */
  get servers(): readonly LabServer<string>[] {
    return [...this.#servers.values()];
  }

  /** Ports by server. */
  get ports(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    const opened = this.servers.filter((server) => server.hasPorts);
    return Object.fromEntries(opened.map((server) => [server.name, server.ports]));
  }

  /** An account by its user name. @throws Error for an unknown one */
  account(user: string): LabAccount {
    return account(user);
  }

  /** Cuts the sound of all relayed calls while signalling goes on. */
  cutMedia(): void {
    this.rtpengine.freeze();
  }

  restoreMedia(): void {
    this.rtpengine.thaw();
  }

  /** What a client or a spec needs to use this lab. */
  get description(): LabDescription {
    const sip = this.#kamailio?.ports;
    const ldap = this.#slapd?.ports;
    const imap = this.#dovecot?.ports;
    const xmpp = this.#prosody?.ports;
    const online = this.#colleagues === undefined ? [] : (this.#options.online ?? DEFAULT_ONLINE);
    return {
      domain: DOMAIN,
      caPath: this.certificates.caPath,
      accounts: [...ACCOUNTS],
      ...(xmpp === undefined
        ? {}
        : {
            xmpp: {
              host: LOOPBACK,
              port: xmpp.c2s,
              directTlsPort: xmpp.c2sDirectTls,
              conference: `conference.${DOMAIN}`,
              colleagues: online.map(({ user }) => user),
            },
          }),
      ...(sip === undefined
        ? {}
        : {
            sip: {
              host: LOOPBACK,
              udpPort: sip.udp,
              tcpPort: sip.tcp,
              tlsPort: sip.tls,
              wsUrl: `ws://${LOOPBACK}:${String(sip.ws)}`,
              wssUrl: `wss://${LOOPBACK}:${String(sip.wss)}`,
              phones: [...this.#phones.values()].map(describePhone),
            },
          }),
      ...(ldap === undefined
        ? {}
        : {
            ldap: {
              host: LOOPBACK,
              port: ldap.ldap,
              tlsPort: ldap.ldaps,
              suffix: LDAP_SUFFIX,
              searchBases: [...SEARCH_BASES],
              reader: LDAP_READER,
              people: (this.#options.people ?? DEFAULT_PEOPLE) + ACCOUNTS.length,
            },
          }),
      ...(imap === undefined
        ? {}
        : { imap: { host: LOOPBACK, port: imap.imap, tlsPort: imap.imaps, mailbox: VOICEMAIL_MAILBOX } }),
    };
  }

  /** Resolves when everything answers, the phones are registered and the colleagues are online. */
  async start(): Promise<void> {
    const xmpp = async (): Promise<void> => {
      await this.#prosody?.start();
      await this.#colleagues?.start();
    };
    const sip = async (): Promise<void> => {
      await this.#rtpengine?.start();
      await this.#kamailio?.start();
      const isWanted = (part: LabPart): boolean => this.#options.servers?.includes(part) === true;
      const isFrankWanted = isWanted('frank');
      await Promise.all([
        ...(isWanted('standby') ? [this.#standby?.start()] : []),
        ...(isWanted('dns') ? [this.#dns?.start()] : []),
        ...(isWanted('turn') ? [this.#turn?.start()] : []),
        ...[...this.#phones.values()].map((phone) => phone.start()),
        ...(isFrankWanted && this.#frank !== undefined ? [this.#frank.start()] : []),
      ]);
    };
    const results = await Promise.allSettled([xmpp(), sip(), this.#slapd?.start(), this.#dovecot?.start()]);
    const failure = results.find((result) => result.status === 'rejected');
    if (failure === undefined) return;
    await this.stop();
    throw failure.reason;
  }

  /** Ends everything and removes the folder; what is stopped or frozen already is no error. */
  async stop(): Promise<void> {
    // phones and colleagues would sign off one by one from servers that are about to go
    const results = await Promise.allSettled(
      this.servers.map((server) =>
        server === this.#colleagues || this.#isPhone(server) ? server.kill() : server.stop(),
      ),
    );
    for (const server of this.servers) server.release();
    await this.#reaper.stop(); // it removes the folder, too
    const failure = results.find((result) => result.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  #isPhone(server: LabServer<string>): boolean {
    return server instanceof BaresipPhone || server instanceof LinphonePhone;
  }

  #add<S extends LabServer<string>>(server: S): S {
    this.#servers.set(server.name, server);
    return server;
  }
}

function started<T>(name: string, server: T | undefined): T {
  if (server === undefined) throw new Error(`this lab was started without ${name}`);
  return server;
}

function describePhone(phone: BaresipPhone): PhoneDescription {
  const { user, number, extension } = phone.account;
  const { sound } = phone;
  return {
    user,
    number,
    extension,
    sound: sound.kind,
    ...(sound.kind === 'tone' ? { hz: sound.hz } : {}),
    answerMode: phone.answerMode,
  };
}

/** People of the directory as contacts, until the roster has the wanted size. */
function extraContacts(rosterSize: number): readonly RosterContact[] {
  const colleagues = ACCOUNTS.filter((one) => one.rosterGroup !== undefined).length;
  const groups = ['Sales', 'Engineering', 'Support'];
  return makePeople(Math.max(0, rosterSize - colleagues)).map((person, index) => ({
    user: person.uid,
    name: person.displayName,
    group: groups[index % groups.length] ?? 'Sales',
  }));
}

/**
 * Starts real servers on loopback.
 * @throws MissingPackagesError naming the command that installs what is missing
 */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  requirePackages();
  const certificates = await labCertificates();
  const directory = mkdtempSync(join(tmpdir(), 'parley-lab-'));
  const identity = unprivilegedIdentity();
  if (identity !== undefined) chownTree(directory, identity);
  chmodSync(directory, 0o711); // the unprivileged servers pass through to their own folders
  const reaper = new Reaper(directory);
  reaper.start();
  const lab = new Lab(options, { directory, identity, certificates, reaper });
  await lab.start();
  return lab;
}
