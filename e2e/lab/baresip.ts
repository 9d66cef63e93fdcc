import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { DOMAIN, account } from './accounts.ts';
import type { LabAccount } from './description.ts';
import type { KamailioServer } from './kamailio.ts';
import { NetstringParser, encodeNetstring } from './netstring.ts';
import { findLibrary, requireBinary } from './packages.ts';
import { LabServer } from './server.ts';
import type { LabContext, ServerCommand } from './server.ts';
import { WAV_HEADER_BYTES } from './tone.ts';
import { until } from './wait.ts';

/** `tone`: plays a tone and records what it hears. `echo`: sends back what it hears. */
export type PhoneSound = { readonly kind: 'tone'; readonly hz: number } | { readonly kind: 'echo' };

/** What the phone does when it is called: answers at once, or rings until {@link BaresipPhone.answer}. */
export type AnswerMode = 'auto' | 'manual';

/** SDES (RFC 4568): `offered` takes plain RTP too, `required` does not. */
export type PhoneEncryption = 'none' | 'offered' | 'required';

/** baresip's words for them. */
const MEDIA_ENCRYPTION = { none: undefined, offered: 'srtp', required: 'srtp-mand' } as const;

export interface PhoneOptions {
  /** User name of a lab account. */
  readonly user: string;
  readonly sound: PhoneSound;
  readonly answerMode: AnswerMode;
  readonly transport: 'udp' | 'tcp';
  /** baresip's list, in order of preference. */
  readonly codecs: string;
}

/** An event of baresip (`CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`, `REGISTER_OK` ...). */
export interface PhoneEvent {
  readonly type: string;
  /** performance.now() of this process when it came. */
  readonly atMs: number;
  readonly param: string | undefined;
  /** SIP address of the other end. */
  readonly peerUri: string | undefined;
  /** Display name that the other end sent. */
  readonly peerName: string | undefined;
  /** baresip's id of the call. */
  readonly callId: string | undefined;
}

/** `heard`: decoded sound from the network. `sent`: what the phone's own source gave. */
export type RecordingSide = 'heard' | 'sent';

const TCP = { protocols: ['tcp'] } as const;
/** SIP over TLS listens on the port after it (RFC 3261 section 19.1.2: 5060 and 5061). */
const SIP = { protocols: ['udp', 'tcp'], takesNext: true } as const;
const MEDIA_PORTS = 40;
/** As long as everything else is waited for: on a busy machine a phone answers late. */
const COMMAND_TIMEOUT_MS = 10_000;
const REGISTER_INTERVAL_S = 60;
const DEFAULT_EVENT_TIMEOUT_MS = 10_000;

function textOf(message: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = message[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A real SIP phone (baresip), controlled over its ctrl_tcp module by netstrings of JSON. */
export class BaresipPhone extends LabServer<'sip' | 'control' | 'media'> {
  readonly account: LabAccount;
  readonly #options: PhoneOptions;
  readonly #proxy: KamailioServer;
  readonly #events: PhoneEvent[] = [];
  readonly #pending = new Map<string, (answer: Readonly<Record<string, unknown>>) => void>();
  #socket: Socket | undefined;
  #sound: PhoneSound;
  #answerMode: AnswerMode;
  #encryption: PhoneEncryption = 'none';
  #codecs: string;

  constructor(context: LabContext, options: PhoneOptions, proxy: KamailioServer) {
    const ports = { sip: SIP, control: TCP, media: { protocols: ['udp'], count: MEDIA_PORTS } } as const;
    super(options.user, context, ports, 'baresip');
    this.account = account(options.user);
    this.#options = options;
    this.#proxy = proxy;
    this.#sound = options.sound;
    this.#answerMode = options.answerMode;
    this.#codecs = options.codecs;
  }

  /** Everything that has happened so far, oldest first. */
  get events(): readonly PhoneEvent[] {
    return this.#events;
  }

  get sound(): PhoneSound {
    return this.#sound;
  }

  get answerMode(): AnswerMode {
    return this.#answerMode;
  }

  /** Calls an address or number; resolves when the phone has taken the order, not when it is answered. */
  async dial(target: string): Promise<void> {
    await this.command('dial', target);
  }

  /** Answers the ringing call. */
  async answer(): Promise<void> {
    await this.command('accept');
  }

  /** Ends the current call, or refuses the ringing one. */
  async hangUp(): Promise<void> {
    await this.command('hangup');
  }

  /** Ends whatever calls there are: what another test left must not be taken for a call of this one. */
  async endCalls(): Promise<void> {
    await until(`${this.name} to be in no call`, async () => {
      if ((await this.command('listcalls')).includes('Active calls (0)')) return true;
      // One that ended by itself meanwhile cannot be ended, and baresip says so.
      await this.hangUp().catch(() => undefined);
      return false;
    });
  }

  /** Holds or resumes the current call. */
  async hold(isHeld: boolean): Promise<void> {
    await this.command(isHeld ? 'hold' : 'resume');
  }

  /** Sends digits in the current call (RFC 4733); the other baresip tells them as CALL_DTMF_START. */
  async sendDtmf(digits: string): Promise<void> {
    for (const digit of digits) await this.command('sndcode', digit);
  }

  /**
   * Makes it answer and sound like this. A phone that does so already goes on as it is; another is restarted, and
   * registered again when this resolves.
   */
  async use(wanted: { readonly answerMode?: AnswerMode; readonly sound?: PhoneSound }): Promise<void> {
    const { answerMode = this.#answerMode, sound = this.#sound } = wanted;
    const sounds = ({ kind, ...rest }: PhoneSound): string => [kind, ...Object.values(rest)].join(' ');
    const isSo = answerMode === this.#answerMode && sounds(sound) === sounds(this.#sound);
    if (isSo && this.state === 'running') return;
    this.#answerMode = answerMode;
    this.#sound = sound;
    await this.#restartNow();
  }

  get encryption(): PhoneEncryption {
    return this.#encryption;
  }

  /** Restarts the phone with another kind of SRTP, and waits until it is registered again. */
  async useEncryption(encryption: PhoneEncryption): Promise<void> {
    if (encryption === this.#encryption) return;
    this.#encryption = encryption;
    await this.#restartNow();
  }

  /** Restarts the phone with other codecs, in baresip's form and order of preference; undefined: the lab's own. */
  async useCodecs(codecs: string | undefined): Promise<void> {
    if ((codecs ?? this.#options.codecs) === this.#codecs) return;
    this.#codecs = codecs ?? this.#options.codecs;
    await this.#restartNow();
  }

  /**
   * The first event of a type at or after position `from` of {@link events}.
   * @throws Error when it has not come after `timeoutMs`
   */
  async waitFor(
    type: string,
    options: { readonly from?: number; readonly timeoutMs?: number } = {},
  ): Promise<PhoneEvent> {
    return until(
      `${type} of ${this.name}`,
      () => this.#events.slice(options.from ?? 0).find((event) => event.type === type),
      options.timeoutMs ?? DEFAULT_EVENT_TIMEOUT_MS,
      5,
    );
  }

  /** What it knows of its calls and their sound, for a failure: packets, codecs, states. */
  async describeCalls(): Promise<string> {
    const said = [await this.command('listcalls'), await this.command('audio_debug')].join(' ');
    return said.replaceAll(/\s+/g, ' ').trim();
  }

  /** UDP ports of its sound, both ends included. */
  get mediaRange(): { readonly first: number; readonly last: number } {
    return { first: this.ports.media, last: this.ports.media + MEDIA_PORTS - 1 };
  }

  /** Folder of the recordings. */
  get recordingsFolder(): string {
    return join(this.directory, 'recordings');
  }

  /**
   * Wav files of one side, oldest first; the newest may still be written. baresip names them by the
   * second: two calls that begin in the same second share a file. One without its header yet is none.
   */
  recordings(side: RecordingSide): readonly string[] {
    const suffix = side === 'heard' ? '-dec.wav' : '-enc.wav';
    return readdirSync(this.recordingsFolder)
      .filter((name) => name.endsWith(suffix))
      .sort()
      .map((name) => join(this.recordingsFolder, name))
      .filter((file) => statSync(file).size >= WAV_HEADER_BYTES);
  }

  /**
   * Any command of baresip's menu, without the slash (`callstat`, `listcalls`, `reginfo` ...).
   * @returns what it printed
   * @throws Error when it refuses or does not answer
   */
  async command(command: string, params = ''): Promise<string> {
    const socket = this.#socket;
    if (socket === undefined) throw new Error(`lab: ${this.name} has no control connection`);
    const token = randomUUID();
    const answer = await new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(token);
        reject(new Error(`lab: ${this.name} does not answer /${command}`));
      }, COMMAND_TIMEOUT_MS);
      this.#pending.set(token, (found) => {
        clearTimeout(timer);
        this.#pending.delete(token);
        resolve(found);
      });
      socket.write(encodeNetstring(JSON.stringify({ command, params, token })));
    });
    if (answer['ok'] !== true)
      throw new Error(`lab: ${this.name} refuses /${command}: ${textOf(answer, 'data') ?? ''}`);
    return textOf(answer, 'data') ?? '';
  }

  protected override async prepare(): Promise<void> {
    // what it registered before it was killed would make it look registered again too early
    if (this.#proxy.state === 'running') await this.#proxy.unregister(this.account.user);
    mkdirSync(this.recordingsFolder, { recursive: true });
    const source = this.#sound.kind === 'tone' ? `ausine,${String(this.#sound.hz)}` : 'aubridge,echo';
    const player = this.#sound.kind === 'tone' ? 'aubridge,ear' : 'aubridge,echo';
    const { sip, control, media } = this.ports;
    const modules = ['g711', 'g722', 'opus', 'ausine', 'aubridge', 'sndfile', 'srtp'];
    writeFileSync(
      join(this.directory, 'config'),
      [
        'poll_method epoll',
        `sip_listen 127.0.0.1:${String(sip)}`,
        'call_local_timeout 120',
        'call_max_calls 4',
        `audio_source ${source}`,
        `audio_player ${player}`,
        'audio_alert aubridge,alert',
        // no ringing tones: they would take the aubridge device away from the call's own sound
        'ringback_disabled yes',
        `audio_path ${this.directory}/no-tones`,
        // ausine knows 48 kHz stereo only
        ...['ausrc_srate 48000', 'auplay_srate 48000', 'ausrc_channels 2', 'auplay_channels 2'],
        ...['ausrc_format s16', 'auplay_format s16', 'auenc_format s16', 'audec_format s16'],
        'audio_level no',
        // without its jitter buffer: on a busy machine that drops key tones (RFC 4733) which came in a bunch
        'jitter_buffer_delay 0-0',
        'audio_buffer 20-160',
        `rtp_ports ${String(media)}-${String(media + MEDIA_PORTS - 1)}`,
        'rtcp_mux no',
        'rtp_stats yes',
        `snd_path ${this.recordingsFolder}`,
        'net_interface 127.0.0.1',
        `ctrl_tcp_listen 127.0.0.1:${String(control)}`,
        `module_path ${findLibrary('baresip/modules') ?? ''}`,
        ...modules.map((name) => `module ${name}.so`),
        'module_tmp uuid.so',
        'module_tmp account.so',
        'module_app menu.so',
        'module_app ctrl_tcp.so',
        '',
      ].join('\n'),
    );
    const { user, password, name } = this.account;
    const { transport } = this.#options;
    const mediaEncryption = MEDIA_ENCRYPTION[this.#encryption];
    const proxyPort = this.#proxy.ports[transport];
    const parameters = [
      `auth_user=${user}`,
      `auth_pass=${password}`,
      `outbound="sip:127.0.0.1:${String(proxyPort)};transport=${transport}"`,
      `regint=${String(REGISTER_INTERVAL_S)}`,
      `answermode=${this.#answerMode}`,
      `audio_codecs=${this.#codecs}`,
      ...(mediaEncryption === undefined ? [] : [`mediaenc=${mediaEncryption}`]),
    ];
    writeFileSync(
      join(this.directory, 'accounts'),
      `"${name}" <sip:${user}@${DOMAIN}${transport === 'udp' ? '' : `;transport=${transport}`}>;${parameters.join(';')}\n`,
    );
    writeFileSync(join(this.directory, 'contacts'), '');
  }

  protected override launch(): ServerCommand {
    return { file: requireBinary('baresip'), args: ['-f', this.directory, '-4', '-n', '127.0.0.1'] };
  }

  protected override async started(): Promise<void> {
    const socket = connect(this.ports.control, '127.0.0.1');
    const parser = new NetstringParser();
    socket.on('data', (piece) => {
      for (const text of parser.push(piece)) this.#receive(text);
    });
    socket.on('error', () => undefined); // the phone was killed, which is what specs do
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    this.#socket = socket;
    if (this.#proxy.state !== 'running') return; // it registers when the proxy is back
    await this.#proxy.whenRegistered(this.account.user);
    this.#proxy.keepContact(this.account.user, (await this.#proxy.contacts(this.account.user))[0]);
  }

  override async stop(): Promise<void> {
    this.#proxy.keepContact(this.account.user, undefined);
    await super.stop();
  }

  override async kill(): Promise<void> {
    this.#proxy.keepContact(this.account.user, undefined);
    await super.kill();
  }

  async #restartNow(): Promise<void> {
    await this.kill();
    await this.start();
  }

  #receive(text: string): void {
    const message = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (message['event'] === true) {
      this.#events.push({
        type: textOf(message, 'type') ?? '',
        atMs: performance.now(),
        param: textOf(message, 'param'),
        peerUri: textOf(message, 'peeruri'),
        peerName: textOf(message, 'peerdisplayname'),
        callId: textOf(message, 'id'),
      });
    } else {
      this.#pending.get(textOf(message, 'token') ?? '')?.(message);
    }
  }
}
