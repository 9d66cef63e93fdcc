import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DOMAIN, account } from './accounts.ts';
import type { LabAccount } from './description.ts';
import type { KamailioServer } from './kamailio.ts';
import { requireBinary } from './packages.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';
import { WAV_HEADER_BYTES, wavHeader, writeToneWav } from './tone.ts';
import { until } from './wait.ts';

/** SDES (RFC 4568). `offered`: takes RTP/SAVP, calls with it, and takes plain RTP too; it does not know RFC 8643. */
export type LinphoneEncryption = 'none' | 'offered' | 'required';

export interface LinphoneOptions {
  /** User name of a lab account. */
  readonly user: string;
  /** Frequency that it plays into its calls; it records what it hears. */
  readonly hz: number;
  readonly answerMode: 'auto' | 'manual';
  readonly encryption: LinphoneEncryption;
  /** SDES suites in order of preference, as RFC 4568 names them; empty: liblinphone's own list. */
  readonly suites: readonly string[];
  /** Seconds of the session timer (RFC 4028) that it asks for and answers with; 0: it knows none. */
  readonly sessionTimerS: number;
  /** Who keeps that timer; in calls that it answers `callee` is itself. */
  readonly refresher: 'caller' | 'callee';
  /** Reliable provisional answers (RFC 3262). */
  readonly reliable: 'no' | 'supported' | 'required';
  /** Sends its sound while it still rings. */
  readonly hasEarlyMedia: boolean;
  /** Calls without an offer and answers ours in its ACK. */
  readonly hasLateOffer: boolean;
  /** How it sends the digits that it is told to send: RFC 4733 or INFO (dtmf-relay). */
  readonly digitsBy: 'events' | 'info';
  /** `name/clock rate`, in order of preference; G729 works where libbcg729 is installed. */
  readonly codecs: readonly string[];
}

export const linphoneDefaults: Omit<LinphoneOptions, 'user'> = {
  hz: 660,
  answerMode: 'auto',
  encryption: 'none',
  suites: [],
  sessionTimerS: 0,
  refresher: 'caller',
  reliable: 'no',
  hasEarlyMedia: false,
  hasLateOffer: false,
  digitsBy: 'events',
  codecs: ['opus/48000', 'G722/8000', 'PCMU/8000', 'PCMA/8000'],
};

/** All that this build of liblinphone has; what is not in the list is switched off by name. */
const KNOWN_CODECS = ['opus/48000', 'G722/8000', 'PCMU/8000', 'PCMA/8000', 'G729/8000', 'GSM/8000'] as const;
const SPEEX = ['speex/32000', 'speex/16000', 'speex/8000'] as const;

/** liblinphone's numbers for them. */
const RELIABLE_LEVELS = { no: 0, supported: 1, required: 2 } as const;

const UDP = { protocols: ['udp'] } as const;
const MEDIA_PORTS = 40;
const DEFAULT_LINE_TIMEOUT_MS = 10_000;
const TONE_S = 10;
/** Where the header of a wav file says how much sound follows; 0: to the end of the file. */
const DATA_BYTES_AT = 40;

/**
 * A second make of SIP phone (linphonec), driven by the lines that a person would type and read. It plays a tone from
 * a file and records what it hears into another, since there is no sound card. DTLS is not compiled into Debian's, so
 * SRTP means SDES.
 */
export class LinphonePhone extends LabServer<'sip' | 'media'> {
  readonly account: LabAccount;
  readonly #proxy: KamailioServer;
  readonly #lines: string[] = [];
  #options: LinphoneOptions;
  #files = 0;
  /** Calls that are not over, by its own numbers. */
  readonly #running = new Set<string>();

  constructor(context: LabContext, options: LinphoneOptions, proxy: KamailioServer) {
    super(options.user, context, { sip: UDP, media: { protocols: ['udp'], count: MEDIA_PORTS } }, 'linphone');
    this.account = account(options.user);
    this.#options = options;
    this.#proxy = proxy;
  }

  get options(): LinphoneOptions {
    return this.#options;
  }

  /** Everything that it has said so far, oldest first, without its prompt. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Starts it, or starts it anew when it runs with other options. Resolves when it is registered. */
  async use(options: Partial<Omit<LinphoneOptions, 'user'>> = {}): Promise<void> {
    const wanted = { ...linphoneDefaults, ...options, user: this.#options.user };
    const isSame = JSON.stringify(wanted) === JSON.stringify(this.#options);
    if (this.state === 'running' && isSame) return;
    this.#options = wanted;
    await this.kill();
    await this.start();
  }

  /** Types one line (`help` lists them); resolves at once. */
  type(line: string): void {
    this.group.child.stdin?.write(`${line}\n`);
  }

  /** Calls an address or a number of the lab. Resolves when the line was typed. */
  dial(target: string): void {
    this.type(`call ${target.includes('@') ? target : `sip:${target}@${DOMAIN}`}`);
  }

  /** Answers the ringing call. */
  answer(): void {
    this.type('answer');
  }

  /** Ends every call, or refuses the ringing one. */
  hangUp(): void {
    this.type('terminate all');
  }

  /** Holds or resumes the current call (`a=sendonly`). Resolves when the far end agreed: until then it takes no order. */
  async hold(isHeld: boolean): Promise<void> {
    const from = this.#lines.length;
    this.type(isHeld ? 'pause' : 'resume');
    await this.waitFor(isHeld ? /Call \d+ with .* is now paused/ : /Media streams established/, { from });
  }

  /** Transfers the current call blindly. */
  transfer(target: string): void {
    this.type(`transfer ${target.includes('@') ? target : `sip:${target}@${DOMAIN}`}`);
  }

  /** Joins the far ends of its two newest calls with each other (REFER with Replaces to the older one). */
  joinCalls(): void {
    const [older = '', newer = ''] = this.#lines.flatMap((line) => /assigned id (\d+)/.exec(line)?.[1] ?? []).slice(-2);
    this.type(`transfer ${older} --to-call ${newer}`);
  }

  /** The digits that it was sent since position `from` of {@link lines}, by event or INFO. */
  digits(from: number): string {
    return this.#lines
      .slice(from)
      .flatMap((line) => /Receiving tone (\S) from/.exec(line)?.[1] ?? [])
      .join('');
  }

  /** Sends digits in the current call. */
  sendDtmf(digits: string): void {
    this.type(digits);
  }

  /**
   * The first line that matches, at or after position `from` of {@link lines}: `/Call \d+ with .* connected/`,
   * `/Receiving new incoming call/`, `/Media streams established/`, `/Call \d+ with .* (ended|error)/`.
   * @throws Error when it has not come after `timeoutMs`
   */
  async waitFor(
    pattern: RegExp,
    options: { readonly from?: number; readonly timeoutMs?: number } = {},
  ): Promise<string> {
    return until(
      `${String(pattern)} of ${this.name}`,
      () => this.#lines.slice(options.from ?? 0).find((line) => pattern.test(line)),
      options.timeoutMs ?? DEFAULT_LINE_TIMEOUT_MS,
      10,
    );
  }

  /** Wav files of what it heard, one per call (calls at the same time share one), oldest first; the newest may still be written. */
  recordings(_side: 'heard' = 'heard'): readonly string[] {
    return readdirSync(this.recordingsFolder)
      .sort()
      .map((name) => join(this.recordingsFolder, name))
      .filter((file) => this.#hasHeader(file));
  }

  get recordingsFolder(): string {
    return join(this.directory, 'recordings');
  }

  /** For a failure: its last words, and what its log tells of calls, streams, recordings and a late clock. */
  describeCalls(): Promise<string> {
    const told = readFileSync(this.trace, 'utf8')
      .split('\n')
      .filter((line) => /moving from state|MSFileRec: |MSTicker|stream \[|ortp-(?:warning|error)/.test(line));
    return Promise.resolve([...this.#lines.slice(-10), ...told.slice(-25)].join(' | '));
  }

  /** Its SIP messages and media decisions, from liblinphone's own log. */
  get trace(): string {
    return join(this.directory, 'trace.log');
  }

  protected override get stdio(): 'log' | 'lines' {
    return 'lines';
  }

  protected override async prepare(): Promise<void> {
    if (this.#proxy.state === 'running') await this.#proxy.unregister(this.account.user);
    const home = join(this.directory, 'home');
    mkdirSync(join(home, '.local', 'share', 'linphone'), { recursive: true });
    mkdirSync(this.recordingsFolder, { recursive: true });
    writeToneWav(join(this.directory, 'tone.wav'), this.#options.hz, TONE_S);
    writeFileSync(join(this.directory, 'linphonerc'), this.#configuration());
  }

  protected override launch(): ServerCommand {
    const auto = this.#options.answerMode === 'auto' ? ['-a'] : [];
    return {
      file: requireBinary('linphonec'),
      args: ['-c', join(this.directory, 'linphonerc'), '-d', '5', '-l', this.trace, ...auto],
      env: { HOME: join(this.directory, 'home') },
    };
  }

  protected override async started(): Promise<void> {
    this.#running.clear();
    const { stdout } = this.group.child;
    if (stdout === null) throw new Error('lab: linphonec has no output');
    createInterface({ input: stdout }).on('line', (line) => {
      const said = line.replace(/^(?:linphonec> ?)+/, '');
      this.#lines.push(said);
      const begun = /assigned id (\d+)$/.exec(said)?.[1];
      if (begun !== undefined) this.#running.add(begun);
      const ended = /Call (\d+) with .* (?:ended|error)/.exec(said)?.[1];
      if (ended !== undefined) this.#callEnded(ended);
    });
    this.type('soundcard use files');
    this.type(`play ${join(this.directory, 'tone.wav')}`);
    this.#recordIntoNextFile();
    if (this.#proxy.state === 'running') await this.#proxy.whenRegistered(this.account.user);
  }

  /** It would write the next call behind the last one, whatever its sampling rate. Told so during a call, it may hang. */
  #callEnded(id: string): void {
    this.#running.delete(id);
    if (this.#running.size === 0) this.#recordIntoNextFile();
  }

  #recordIntoNextFile(): void {
    this.#files += 1;
    const name = `${String(this.#files).padStart(3, '0')}-heard.wav`;
    this.type(`record ${join(this.recordingsFolder, name)}`);
  }

  /** linphone writes the header when the call ends; until then there are zeros, which no reader understands. */
  #hasHeader(file: string): boolean {
    const descriptor = openSync(file, 'r+');
    try {
      const header = Buffer.alloc(WAV_HEADER_BYTES);
      if (readSync(descriptor, header, 0, WAV_HEADER_BYTES, 0) < WAV_HEADER_BYTES) return false;
      if (header[0] !== 0) {
        // After a hold it goes on behind what the header counts, and counts that only when the call ends.
        const dataBytes = fstatSync(descriptor).size - WAV_HEADER_BYTES;
        if (header.readUInt32LE(DATA_BYTES_AT) !== dataBytes) {
          header.writeUInt32LE(dataBytes, DATA_BYTES_AT);
          writeSync(descriptor, header, DATA_BYTES_AT, 4, DATA_BYTES_AT);
        }
        return true;
      }
      const rates = [
        ...readFileSync(this.trace, 'utf8').matchAll(/-->MSFileRec:\S+ from rate \[\d+\] to rate \[(\d+)\]/g),
      ];
      // A data size of 0 means: to the end of the file.
      writeSync(
        descriptor,
        wavHeader({ sampleRateHz: Number(rates.at(-1)?.[1] ?? 8_000), dataBytes: 0 }),
        0,
        WAV_HEADER_BYTES,
        0,
      );
      return true;
    } finally {
      closeSync(descriptor);
    }
  }

  #configuration(): string {
    const { sip, media } = this.ports;
    const { user, password, name } = this.account;
    const { encryption, suites, codecs, sessionTimerS, refresher, reliable } = this.#options;
    const { hasEarlyMedia, hasLateOffer, digitsBy } = this.#options;
    const proxy = `<sip:127.0.0.1:${String(this.#proxy.ports.udp)};transport=udp>`;
    const off = [...KNOWN_CODECS, ...SPEEX].filter((codec) => !codecs.includes(codec));
    const codecSections = [...codecs, ...off].flatMap((codec, index) => {
      const [mime = '', rate = ''] = codec.split('/');
      const isOn = codecs.includes(codec) ? '1' : '0';
      return [
        `[audio_codec_${String(index)}]`,
        `mime=${mime}`,
        `rate=${rate}`,
        `channels=${mime === 'opus' ? '2' : '1'}`,
        `enabled=${isOn}`,
      ];
    });
    return [
      '[sip]',
      `sip_port=${String(sip)}`,
      'sip_tcp_port=0',
      'sip_tls_port=0',
      'bind_address=127.0.0.1',
      'use_ipv6=0',
      'guess_hostname=0',
      'register_only_when_network_is_up=0',
      'default_proxy=0',
      'inc_timeout=60',
      `use_info=${digitsBy === 'info' ? '1' : '0'}`,
      `use_rfc2833=${digitsBy === 'info' ? '0' : '1'}`,
      `sdp_200_ack=${hasLateOffer ? '1' : '0'}`,
      `media_encryption=${encryption === 'none' ? 'none' : 'srtp'}`,
      `media_encryption_mandatory=${encryption === 'required' ? '1' : '0'}`,
      ...(suites.length > 0 ? [`srtp_crypto_suites=${suites.join(',')}`] : []),
      `100rel_support_level=${String(RELIABLE_LEVELS[reliable])}`,
      `incoming_calls_early_media=${hasEarlyMedia ? '1' : '0'}`,
      ...(sessionTimerS === 0
        ? []
        : [
            'session_expires_enabled=1',
            `session_expires_value=${String(sessionTimerS)}`,
            `session_expires_min_value=${String(sessionTimerS)}`,
            `session_expires_refresher_value=${refresher === 'callee' ? '1' : '2'}`,
          ]),
      '[net]',
      'firewall_policy=0',
      '[rtp]',
      `audio_rtp_port=${String(media)}-${String(media + MEDIA_PORTS - 1)}`,
      '[proxy_0]',
      `reg_proxy=${proxy}`,
      `reg_route=${proxy.replace('>', ';lr>')}`,
      `reg_identity="${name}" <sip:${user}@${DOMAIN}>`,
      'reg_expires=600',
      'reg_sendregister=1',
      '[auth_info_0]',
      `username=${user}`,
      `passwd=${password}`,
      `realm=${DOMAIN}`,
      '[sound]',
      'echocancellation=0',
      ...codecSections,
      '',
    ].join('\n');
  }
}
