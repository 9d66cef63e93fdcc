import { ImapFlow } from 'imapflow';
import type { FetchMessageObject, ImapFlowError, MessageStructureObject } from 'imapflow';
import PostalMime, { decodeWords } from 'postal-mime';
import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import type { VoiceMessage } from '../../src-shared/model/voicemail.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { t } from '../../src-shared/words.ts';
import type { ServerAddress, VoicemailConfig } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import type { Connection } from '../core/dial.ts';
import { racedLookup } from '../core/raced-tcp.ts';
import type { RaceTools } from '../core/raced-tcp.ts';
import { formatServer } from '../core/server-list.ts';
import { certificateProblem } from '../core/tls-trust.ts';
import type { TlsTrustOptions } from '../core/tls-trust.ts';
import type { ImapTiming } from './imap-timing.ts';
import { readVoiceFacts } from './voice-envelope.ts';
import type { MailFacts } from './voice-envelope.ts';
import { words } from './words.ts';

export interface ImapSessionOptions {
  readonly config: VoicemailConfig;
  readonly password: string;
  readonly tls: TlsTrustOptions;
  readonly clock: Clock;
  readonly timing: ImapTiming;
  readonly signal: AbortSignal;
  /** Something changed in the mailbox: it should be listed again. */
  readonly changed: () => void;
  /** Told once when an open session ends by itself. */
  readonly lost: (failure: ConnectFailure) => void;
  /** For tests: how addresses are found. */
  readonly race?: RaceTools;
}

/** A voice message and where its sound is. */
export interface StoredVoiceMessage {
  readonly message: VoiceMessage;
  readonly uid: number;
  /** IMAP part number (RFC 3501 section 6.4.5) of the sound. */
  readonly audioPart: string;
}

/** Sound of half an hour at 8 kHz, 16 bit. Larger attachments are no voicemail. */
const maxAudioBytes = 32 * 1024 * 1024;
/** Mails looked through for the newest voice messages, when other mail stands in the same mailbox. */
const mailsPerFetch = 100;
const maxFetches = 5;

const headerNames = [
  'X-Asterisk-VM-Caller-ID-Num',
  'X-Asterisk-VM-Caller-ID-Name',
  'X-Asterisk-VM-Duration',
  'X-Asterisk-VM-Orig-time',
  'X-Asterisk-VM-Flag',
  'X-Voicemail-Caller-Number',
  'X-Voicemail-Caller-Name',
  'X-Voice-Message-Duration',
  'Content-Duration',
  'Importance',
  'Priority',
  'X-Priority',
];

/** RFC 5530 codes of a refusal that is not about the password. */
const passingCodes: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG']);

/**
 * One signed-in connection with the voicemail box open. It is never used again after it ended: the library's commands
 * then return without an error.
 */
export class ImapSession implements Connection {
  readonly server: ServerAddress;
  readonly #flow: ImapFlow;
  readonly #options: ImapSessionOptions;
  #state: 'opening' | 'open' | 'over' = 'opening';
  #cause: Error | undefined;

  private constructor(server: ServerAddress, options: ImapSessionOptions) {
    const { config, password, tls, timing } = options;
    this.server = server;
    this.#options = options;
    this.#flow = new ImapFlow({
      host: server.host,
      port: server.port,
      secure: config.encryption === 'imaps',
      // Nothing is sent in the clear: without STARTTLS the attempt fails (RFC 8314 section 4.1).
      ...(config.encryption === 'starttls' ? { doSTARTTLS: true } : {}),
      ...(config.tlsName === undefined ? {} : { servername: config.tlsName }),
      tls: { ...tls, lookup: racedLookup(server.port, { ...options.race, signal: options.signal }) },
      auth: { user: config.user, pass: password },
      logger: false,
      clientInfo: { name: 'Parley' },
      disableCompression: true,
      autoIdleDelay: timing.idleDelayMs,
      connectionTimeout: timing.commandMs,
      greetingTimeout: timing.commandMs,
      socketTimeout: timing.silenceMs,
      maxLineLength: 1024 * 1024,
      maxLiteralSize: maxAudioBytes * 2,
      maxResponseSize: maxAudioBytes * 3,
    });
    this.#flow.on('error', (error: Error) => {
      this.#cause = error;
      this.#flow.close();
    });
    this.#flow.on('close', () => {
      this.#ended();
    });
    for (const event of ['exists', 'expunge', 'flags'] as const) this.#flow.on(event, options.changed);
  }

  /** Connects, signs in and opens the mailbox; rejects with ConnectFailure. */
  static async open(server: ServerAddress, options: ImapSessionOptions): Promise<ImapSession> {
    const session = new ImapSession(server, options);
    const abort = (): void => {
      session.#flow.close();
    };
    options.signal.addEventListener('abort', abort);
    try {
      await session.#connect();
      session.#state = 'open';
      return session;
    } catch (error) {
      session.#state = 'over';
      session.#flow.close();
      throw error;
    } finally {
      options.signal.removeEventListener('abort', abort);
    }
  }

  async #connect(): Promise<void> {
    const { config, password, signal } = this.#options;
    if (signal.aborted) throw new ConnectFailure('later', t(words.offline));
    // An empty password is never right, and some servers count it as an attempt.
    if (password === '') throw new ConnectFailure('never', t(words.denied), { credentialRefused: true });
    try {
      await this.#flow.connect();
      await this.#within(this.#flow.mailboxOpen(config.mailbox), 'open');
    } catch (error) {
      throw this.#failureOf(error);
    }
  }

  #failureOf(error: unknown): ConnectFailure {
    const { config } = this.#options;
    const shown = describe(error);
    const detail = `${formatServer(this.server)}: ${shown.text}`;
    for (const one of [error, shown.cause, this.#cause]) {
      const problem = certificateProblem(one, config.tlsName ?? this.server.host);
      if (problem !== undefined) return new ConnectFailure('never', problem.message, { detail: problem.detail });
    }
    if (error instanceof AppError) return new ConnectFailure('later', t(words.standsStill), { detail });
    // Only a tagged NO or BAD is a refusal: a connection that broke during LOGIN says nothing about the password.
    if (shown.isLoginRefused) {
      if (passingCodes.has(shown.code)) return new ConnectFailure('later', t(words.busy), { detail });
      return new ConnectFailure('never', t(words.denied), { detail, credentialRefused: true });
    }
    if (shown.isMailboxMissing) return new ConnectFailure('later', words.noMailbox(config.mailbox), { detail });
    if (shown.isWithoutTls) return new ConnectFailure('never', t(words.noStartTls), { detail });
    if (shown.isGarbled) return new ConnectFailure('later', t(words.garbled), { detail });
    return new ConnectFailure('later', t(words.offline), { detail });
  }

  /** The newest voice messages, newest first; other mail is left out. Rejects when the session ends meanwhile. */
  async list(): Promise<readonly StoredVoiceMessage[]> {
    const mailbox = this.#flow.mailbox;
    if (this.#state !== 'open' || mailbox === false) throw new Error('the session is over');
    const found: StoredVoiceMessage[] = [];
    let last = mailbox.exists;
    for (let fetches = 0; last > 0 && fetches < maxFetches && found.length < limits.historyRowsPerTab; fetches += 1) {
      const first = Math.max(1, last - mailsPerFetch + 1);
      const mails = await this.#within(
        this.#flow.fetchAll(`${first}:${last}`, {
          uid: true,
          flags: true,
          internalDate: true,
          envelope: true,
          bodyStructure: true,
          headers: headerNames,
        }),
        'list',
      );
      for (const mail of mails) {
        const stored = await this.#read(mail, mailbox.uidValidity);
        if (stored !== undefined) found.push(stored);
      }
      last = first - 1;
    }
    found.sort((a, b) => b.message.receivedAtMs - a.message.receivedAtMs || b.uid - a.uid);
    return found.slice(0, limits.historyRowsPerTab);
  }

  async #read(mail: FetchMessageObject, uidValidity: bigint): Promise<StoredVoiceMessage | undefined> {
    // Deleted by somebody, and only still to be removed (RFC 3501 section 2.3.2).
    if (mail.flags?.has('\\Deleted') === true) return undefined;
    const audioPart = mail.bodyStructure === undefined ? undefined : findAudio(mail.bodyStructure);
    if (audioPart === undefined || !Number.isInteger(mail.uid)) return undefined;
    const facts = readVoiceFacts(await mailFacts(mail), this.#options.clock.now());
    const message: VoiceMessage = {
      id: idOf(uidValidity, mail.uid),
      ...(facts.name === undefined ? {} : { name: facts.name }),
      number: facts.number,
      receivedAtMs: facts.receivedAtMs,
      durationS: facts.durationS,
      heard: mail.flags?.has('\\Seen') === true,
      urgent: facts.urgent || mail.flags?.has('\\Flagged') === true,
    };
    return { message, uid: mail.uid, audioPart };
  }

  /** The decoded sound. Rejects with AppError `notFound`, `timeout`, or what the network says. */
  async audio(stored: StoredVoiceMessage): Promise<Buffer> {
    this.#mustHave(stored);
    return await this.#within(this.#download(stored), 'audio', 3);
  }

  async #download(stored: StoredVoiceMessage): Promise<Buffer> {
    const { content } = await this.#flow.download(String(stored.uid), stored.audioPart, {
      uid: true,
      maxBytes: maxAudioBytes,
      chunkSize: 256 * 1024,
    });
    if (content === undefined) throw new AppError('notFound', t(words.gone));
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks);
  }

  /** Sets or removes \Seen (RFC 3501 section 2.3.2). */
  async setHeard(stored: StoredVoiceMessage, heard: boolean): Promise<void> {
    this.#mustHave(stored);
    const range = String(stored.uid);
    const change = heard
      ? this.#flow.messageFlagsAdd(range, ['\\Seen'], { uid: true })
      : this.#flow.messageFlagsRemove(range, ['\\Seen'], { uid: true });
    if (!(await this.#within(change, 'flags'))) throw new AppError('notFound', t(words.gone));
  }

  /**
   * Flags it as deleted, and removes it where that can be said of this one message (UID EXPUNGE, RFC 4315 section 2.1).
   * A plain EXPUNGE would also remove what others have flagged: without it the flag alone takes it out of every list.
   */
  async delete(stored: StoredVoiceMessage): Promise<void> {
    this.#mustHave(stored);
    const range = String(stored.uid);
    const removal = this.#flow.capabilities.has('UIDPLUS')
      ? this.#flow.messageDelete(range, { uid: true })
      : this.#flow.messageFlagsAdd(range, ['\\Deleted'], { uid: true });
    if (!(await this.#within(removal, 'delete'))) throw new AppError('denied', t(words.mayNotDelete));
  }

  /** Places hold only while the mailbox keeps its UIDVALIDITY (RFC 3501 section 2.3.1.1): then it is another message's. */
  #mustHave({ message, uid }: StoredVoiceMessage): void {
    const { mailbox } = this.#flow;
    if (this.#state !== 'open' || mailbox === false) throw new Error('the session is over');
    if (message.id !== idOf(mailbox.uidValidity, uid)) throw new AppError('notFound', t(words.gone));
  }

  async check(): Promise<void> {
    await this.#within(this.#flow.noop(), 'check');
    if (this.#flow.isClosed) throw new Error('the session is over');
  }

  async close(): Promise<void> {
    if (this.#state === 'over') return;
    this.#state = 'over';
    try {
      await withDeadline(this.#flow.logout(), 500, this.#options.clock, 'logout');
    } catch {
      // Politeness only; the connection is closed either way.
    }
    this.#flow.close();
  }

  #ended(): void {
    if (this.#state !== 'open') return;
    this.#state = 'over';
    const shown = describe(this.#cause);
    const detail = `${formatServer(this.server)}: ${this.#cause === undefined ? (this.#flow.byeReason ?? 'closed the connection') : shown.text}`;
    const isFrozen = shown.code === 'ETIMEOUT';
    const message = isFrozen ? t(words.standsStill) : shown.isGarbled ? t(words.garbled) : t(words.offline);
    // Servers end idle sessions and restart: this one may be asked again at once.
    this.#options.lost(new ConnectFailure(isFrozen || shown.isGarbled ? 'later' : 'now', message, { detail }));
  }

  /** A server that does not answer a command will not answer the next one either: the session is given up. */
  async #within<T>(work: Promise<T>, what: string, times = 1): Promise<T> {
    try {
      return await withDeadline(work, this.#options.timing.commandMs * times, this.#options.clock, what);
    } catch (error) {
      if (error instanceof AppError && error.code === 'timeout' && this.#state === 'open') {
        this.#state = 'over';
        this.#flow.close();
        this.#options.lost(new ConnectFailure('later', t(words.standsStill), { detail: error.detail ?? what }));
      }
      throw error;
    }
  }
}

function idOf(uidValidity: bigint, uid: number): string {
  return `${uidValidity}-${uid}`;
}

interface Described {
  readonly text: string;
  readonly code: string;
  readonly cause: unknown;
  readonly isLoginRefused: boolean;
  readonly isMailboxMissing: boolean;
  readonly isWithoutTls: boolean;
  readonly isGarbled: boolean;
}

const garbledCodes: ReadonlySet<string> = new Set([
  'LineTooLarge',
  'LiteralTooLarge',
  'ResponseTooLarge',
  'UnexpectedTag',
  'InvalidResponse',
  'ResponseProcessingFailed',
  'MAX_IMAP_NESTING_REACHED',
  'STARTTLS_INJECTION',
]);

/** What an error of the library says. Its texts may repeat what the server wrote, never what we sent. */
function describe(error: unknown): Described {
  const from: Partial<ImapFlowError> = error instanceof Error ? error : {};
  const code = from.serverResponseCode ?? from.code ?? '';
  const said = typeof from.responseText === 'string' ? `: ${from.responseText}` : '';
  const reason = typeof from.reason === 'string' ? `: ${from.reason}` : '';
  return {
    text: `${error instanceof Error ? error.message : String(error)}${said}${reason}${code === '' ? '' : ` (${code})`}`,
    code,
    cause: from._err,
    isLoginRefused:
      from.authenticationFailed === true && (from.responseStatus === 'NO' || from.responseStatus === 'BAD'),
    isMailboxMissing: from.mailboxMissing === true,
    isWithoutTls: from.tlsFailed === true && from._err === undefined,
    isGarbled: garbledCodes.has(from.code ?? '') || from.code?.startsWith('ParserError') === true,
  };
}

/** The first part with sound: by type, else by the ending of its name. */
function findAudio(node: MessageStructureObject): string | undefined {
  const name = node.dispositionParameters?.['filename'] ?? node.parameters?.['name'] ?? '';
  const isAudio = node.type.startsWith('audio/') || /\.(wav|mp3|ogg|gsm|amr)$/i.test(name);
  // A mail that is nothing but its sound has no part numbers; its body is part 1 (RFC 3501 section 6.4.5).
  if (isAudio && node.childNodes === undefined) return node.part ?? '1';
  for (const child of node.childNodes ?? []) {
    const found = findAudio(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function mailFacts(mail: FetchMessageObject): Promise<MailFacts> {
  const headers = new Map<string, string>();
  if (mail.headers !== undefined) {
    const parsed = await PostalMime.parse(mail.headers);
    for (const { key, value } of parsed.headers) if (!headers.has(key)) headers.set(key, decodeWords(value));
  }
  const from = mail.envelope?.from?.[0];
  const dates = [mail.internalDate, mail.envelope?.date].map((date) =>
    date === undefined ? NaN : new Date(date).getTime(),
  );
  return {
    headers,
    subject: mail.envelope?.subject ?? '',
    fromName: from?.name ?? '',
    fromAddress: from?.address ?? '',
    receivedAtMs: dates.find((date) => Number.isFinite(date)),
  };
}
