import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { MainHandlers } from '../../src-shared/contract/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { VoiceRecord } from '../../src-shared/model/history.ts';
import type { VoiceMessage, VoicemailBox } from '../../src-shared/model/voicemail.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { readableNumber } from '../../src-shared/text/readable-number.ts';
import { t } from '../../src-shared/words.ts';
import type { Message } from '../../src-shared/words.ts';
import type { TrustConfig, VoicemailConfig } from '../account/account-config.ts';
import type { Attempt } from '../core/dial.ts';
import { healthOfStatus } from '../core/failure-words.ts';
import type { Logger } from '../core/log.ts';
import { unguarded } from '../core/shared-credential.ts';
import type { GuardConnect } from '../core/shared-credential.ts';
import type { ReconnectorStatus } from '../core/reconnector-options.ts';
import type { Random, ServerAddress } from '../core/server-list.ts';
import type { HealthReporter, Service } from '../core/service.ts';
import { SignedInConnection } from '../core/signed-in-connection.ts';
import { tlsOptionsFor } from '../core/tls-trust.ts';
import type { ReverseLookup } from '../directory/reverse-lookup.ts';
import type { PlayableAudio } from './audio.ts';
import type { ImapSession, StoredVoiceMessage } from './imap-session.ts';
import { defaultImapTiming } from './imap-timing.ts';
import type { ImapTiming } from './imap-timing.ts';
import { mailboxKey } from './mailbox-key.ts';
import { MessageSounds } from './message-sounds.ts';
import type { VoicemailStore } from './voicemail-store.ts';
import { words } from './words.ts';

export interface VoicemailOptions {
  /** Undefined: no voicemail is set up. */
  readonly config: VoicemailConfig | undefined;
  readonly trust: TrustConfig;
  readonly store: VoicemailStore;
  readonly hub: TopicHub;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly health: HealthReporter;
  /** Names callers that the exchange does not know. */
  readonly lookup: Pick<ReverseLookup, 'byNumber'>;
  /** ISO 3166-1 alpha-2 region of numbers without a country code. */
  readonly region: () => string | undefined;
  /** Called after each change of the list, for the history. */
  readonly onChange: () => void;
  readonly timing?: Partial<ImapTiming>;
}

type VoicemailHandlers = Pick<
  MainHandlers,
  'voicemail.audio' | 'voicemail.markHeard' | 'voicemail.delete' | 'voicemail.refresh'
>;

/** Several notices of one change come together: they are waited for this long (milliseconds). */
const settleMs = 120;

/**
 * Visual voicemail: the newest messages of an IMAP mailbox as topic `voicemail`. The list of last time is shown until
 * the server answers; news come by IDLE. The states of its connection are this service's health.
 */
export class VoicemailService implements Service {
  readonly name = 'voicemail';
  readonly #options: VoicemailOptions;
  readonly #connection: SignedInConnection;
  #session: ImapSession | undefined;
  /** Which one the connection is for. */
  #mailbox: string | undefined;
  #status: ReconnectorStatus = { state: 'stopped' };
  /** What the server said in this session that it holds: in another one these places may be other messages'. */
  #stored: readonly StoredVoiceMessage[] = [];
  #messages: readonly VoiceMessage[] = [];
  /** Which mailbox they are of, while another one may be connected to already. */
  #shownMailbox = '';
  #isListed = false;
  #timer: TimerHandle | undefined;
  #listing: Promise<void> | undefined;
  #isListDue = false;
  readonly #sounds: MessageSounds;

  constructor(options: VoicemailOptions) {
    this.#options = options;
    const { store, clock, log } = options;
    this.#sounds = new MessageSounds({
      ...{ store, clock, log },
      fetched: (...told) => {
        this.#lengthKnown(...told);
      },
    });
    this.#connection = new SignedInConnection({
      clock: options.clock,
      random: options.random,
      changed: this.#changed.bind(this),
    });
  }

  readonly handlers: VoicemailHandlers = {
    'voicemail.audio': async ({ id }) => {
      const { mimeType, bytes } = await this.#sounds.get(this.#shownMailbox, id, () => this.#download(id));
      return { mimeType, base64: bytes.toString('base64') };
    },
    'voicemail.markHeard': async ({ id, heard }) => ({ revision: await this.#markHeard(id, heard) }),
    'voicemail.delete': async ({ id }) => ({ revision: await this.#delete(id) }),
    'voicemail.refresh': async () => {
      if (this.#session === undefined) this.#connection.retry();
      else await this.#refresh();
      return { revision: this.#publish() };
    },
  };

  start(): Promise<void> {
    const { config, store } = this.#options;
    this.#shownMailbox = config === undefined ? '' : mailboxKey(config);
    if (config !== undefined) this.#messages = store.messages(this.#shownMailbox);
    this.#report({ service: 'voicemail', state: 'off', message: '' });
    this.#publish();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.disconnect();
  }

  /** Connects with this password, in the background; a new password replaces the old one. The outcome is health. */
  async connect(password: string, guard: GuardConnect = unguarded): Promise<void> {
    await this.disconnect();
    const { config, timing } = this.#options;
    if (config === undefined) return;
    this.#mailbox = mailboxKey(config);
    const times: ImapTiming = { ...defaultImapTiming, ...timing };
    this.#connection.connect({
      servers: config.servers,
      connect: guard((server, attempt) => this.#open(config, password, server, attempt, times)),
      answerMs: times.commandMs,
    });
  }

  async disconnect(): Promise<void> {
    this.#use(undefined);
    this.#setTimer(false);
    await this.#connection.disconnect();
  }

  /** The directory learned who has which number: callers that were unknown until now have a face. */
  namesChanged(): void {
    if (this.#messages.length === 0) return;
    this.#publish();
    this.#options.onChange();
  }

  /** The computer woke or the network changed. */
  kick(): void {
    this.#connection.kick();
  }

  /** A person asked to try again. */
  retry(): void {
    this.#connection.retry();
  }

  /** The messages as the history shows them, newest first. */
  records(): readonly VoiceRecord[] {
    return this.#named().map(({ id, name, jid, number, receivedAtMs, durationS, heard }) => ({
      id,
      ...(name === undefined ? {} : { name }),
      ...(jid === undefined ? {} : { jid }),
      number,
      receivedAtMs,
      durationS,
      heard,
    }));
  }

  async #open(
    config: VoicemailConfig,
    password: string,
    server: ServerAddress,
    attempt: Attempt,
    timing: ImapTiming,
  ): Promise<ImapSession> {
    const { clock, trust } = this.#options;
    // With what reads mail it is two fifths of the program, and only who has voicemail needs it.
    const imap = await import('./imap-session.ts');
    const session = await imap.ImapSession.open(server, {
      config,
      password,
      tls: tlsOptionsFor(trust),
      clock,
      timing,
      signal: attempt.signal,
      changed: () => {
        if (session === this.#session) this.#setTimer(true);
      },
      lost: (failure) => {
        attempt.lost(failure);
      },
    });
    if (!attempt.signal.aborted) this.#use(session);
    return session;
  }

  /** Nothing is done by what an earlier session listed; that is only shown, until this one lists. */
  #use(session: ImapSession | undefined): void {
    this.#session = session;
    this.#stored = [];
    this.#isListed = false;
  }

  #changed(status: ReconnectorStatus): void {
    this.#status = status;
    if (status.state !== 'up') this.#use(undefined);
    this.#report(healthOfStatus('voicemail', status));
    this.#publish();
    if (status.state === 'up') void this.#refresh();
  }

  #report(health: ServiceHealth): void {
    if (health.message !== '') this.#options.log.warn(health.message, { state: health.state, detail: health.detail });
    this.#options.health.report(health);
  }

  #setTimer(isDue: boolean): void {
    const { clock } = this.#options;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#timer = isDue
      ? clock.setTimeout(() => {
          this.#timer = undefined;
          void this.#refresh();
        }, settleMs)
      : undefined;
  }

  /** Lists the mailbox; a change during a listing causes one more, never several at once. */
  async #refresh(): Promise<void> {
    this.#isListDue = true;
    this.#listing ??= this.#listWhileDue().finally(() => {
      this.#listing = undefined;
    });
    await this.#listing;
  }

  async #listWhileDue(): Promise<void> {
    while (this.#isListDue) {
      this.#isListDue = false;
      const session = this.#session;
      if (session === undefined) return;
      try {
        const stored = await session.list();
        if (session === this.#session) this.#take(stored);
      } catch (error) {
        // A lost session tells the reconnector by itself.
        this.#options.log.debug('voicemail not listed', { error });
      }
    }
  }

  #take(stored: readonly StoredVoiceMessage[]): void {
    const isOther = this.#mailbox !== this.#shownMailbox;
    const known = new Map(isOther ? [] : this.#messages.map((message) => [message.id, message.durationS]));
    this.#shownMailbox = this.#mailbox ?? '';
    this.#stored = stored;
    this.#isListed = true;
    // The length that the sound itself told is better than none.
    this.#messages = stored.map(({ message }) =>
      message.durationS > 0 ? message : { ...message, durationS: known.get(message.id) ?? 0 },
    );
    this.#save();
    this.#publish();
    this.#options.onChange();
  }

  #save(): void {
    try {
      this.#options.store.replace(this.#shownMailbox, this.#messages);
    } catch (error) {
      // A full disk must not take voicemail away; it is on the server.
      this.#options.log.error('voicemail not stored', { error });
    }
  }

  #named(): readonly VoiceMessage[] {
    return this.#messages.map((message) => {
      const known = this.#options.lookup.byNumber(message.number);
      const name = message.name ?? known?.name;
      return {
        ...message,
        number: readableNumber(message.number, this.#options.region()),
        ...(name === undefined ? {} : { name }),
        ...(known?.jid === undefined ? {} : { jid: known.jid }),
      };
    });
  }

  #box(): VoicemailBox {
    if (this.#options.config === undefined) return { state: 'notConfigured', messages: [], unread: 0 };
    const messages = this.#named();
    const unread = messages.filter(({ heard }) => !heard).length;
    const list = { messages, unread, ...(this.#mailbox === undefined ? {} : { mailbox: this.#mailbox }) };
    const problem = this.#problem();
    if (problem !== undefined) return { state: 'unavailable', ...list, problem };
    return { state: this.#status.state === 'up' && this.#isListed ? 'ready' : 'loading', ...list };
  }

  #problem(): string | undefined {
    switch (this.#status.state) {
      case 'failed':
      case 'waiting':
        return this.#status.failure.message;
      case 'connecting':
        return this.#status.failure?.message;
      case 'up':
      case 'stopped':
        return undefined;
    }
  }

  #publish(): number {
    return this.#options.hub.publish('voicemail', this.#box());
  }

  /** The server's sound of a message. */
  async #download(id: string): Promise<Buffer> {
    const { session, stored } = this.#find(id, words.cannotPlay);
    try {
      return await session.audio(stored);
    } catch (error) {
      if (error instanceof AppError && error.code === 'notFound') throw error;
      const detail = error instanceof Error ? error.message : String(error);
      throw new AppError('offline', t(words.cannotPlay), detail);
    }
  }

  /** The sound of a message told its length, where the server did not. */
  #lengthKnown(mailbox: string, id: string, { durationS }: PlayableAudio): void {
    if (durationS === undefined || mailbox !== this.#shownMailbox) return;
    const isUnknown = this.#messages.some((message) => message.id === id && message.durationS === 0);
    if (!isUnknown) return;
    this.#messages = this.#messages.map((message) => (message.id === id ? { ...message, durationS } : message));
    this.#save();
    this.#publish();
  }

  /** Where a message is on the server. Throws in these words while the server has not listed its messages. */
  #find(id: string, offline: Message): { readonly session: ImapSession; readonly stored: StoredVoiceMessage } {
    const session = this.#session;
    if (session === undefined || !this.#isListed)
      throw new AppError(
        'offline',
        t(offline),
        this.#problem() ?? (session === undefined ? 'not connected' : 'not listed'),
      );
    const stored = this.#stored.find(({ message }) => message.id === id);
    if (stored === undefined) throw new AppError('notFound', t(words.gone));
    return { session, stored };
  }

  async #markHeard(id: string, heard: boolean): Promise<number> {
    const { session, stored } = this.#find(id, words.notMarked);
    try {
      await session.setHeard(stored, heard);
    } catch (error) {
      if (error instanceof AppError && error.code === 'notFound') throw error;
      throw new AppError('offline', t(words.notMarked), error instanceof Error ? error.message : String(error));
    }
    return this.#keepList(this.#messages.map((message) => (message.id === id ? { ...message, heard } : message)));
  }

  async #delete(id: string): Promise<number> {
    const { session, stored } = this.#find(id, words.notDeleted);
    try {
      await session.delete(stored);
    } catch (error) {
      if (error instanceof AppError && (error.code === 'denied' || error.code === 'notFound')) throw error;
      throw new AppError('offline', t(words.notDeleted), error instanceof Error ? error.message : String(error));
    }
    this.#stored = this.#stored.filter((one) => one !== stored);
    // Its sound leaves this computer with its row.
    return this.#keepList(this.#messages.filter((message) => message.id !== id));
  }

  #keepList(messages: readonly VoiceMessage[]): number {
    this.#messages = messages;
    this.#save();
    const revision = this.#publish();
    this.#options.onChange();
    return revision;
  }
}
