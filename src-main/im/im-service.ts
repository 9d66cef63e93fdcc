import type { Element } from '@xmpp/xml';
import { xml } from '@xmpp/client';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { CallInput, CallOutput, EventName, EventPayload } from '../../src-shared/contract/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { AccountConfig, ChatConfig } from '../account/account-config.ts';
import type { Archive } from '../archive/archive.ts';
import type { Logger } from '../core/log.ts';
import type { ReconnectorStatus } from '../core/reconnector.ts';
import { formatServer } from '../core/server-list.ts';
import type { Random } from '../core/server-list.ts';
import type { HealthReporter, Service } from '../core/service.ts';
import type { Store } from '../core/store.ts';
import type { ReverseLookup } from '../directory/reverse-lookup.ts';
import type { OwnPresence } from '../presence/own-presence.ts';
import { bareAddress } from './addresses.ts';
import { ArchiveSync } from './archive-sync.ts';
import { Conversations } from './conversations.ts';
import { imLimits } from './im-limits.ts';
import { InboundPipeline, NotStoredError } from './inbound-pipeline.ts';
import { answerIq } from './iq-responder.ts';
import { parseMessage, receiptStanza } from './message-stanza.ts';
import { MessageStore } from './message-store.ts';
import type { TimedMessage } from './message-store.ts';
import { namespaces } from './namespaces.ts';
import { Outbox } from './outbox.ts';
import { presenceStanza } from './presence-stanza.ts';
import { Roster } from './roster.ts';
import { RosterStore } from './roster-store.ts';
import { TypingNotices } from './typing-notices.ts';
import type { SrvResolver, Transport } from './transport.ts';
import { XmppSession } from './xmpp-session.ts';

export interface ImServiceOptions {
  readonly account: Pick<AccountConfig, 'id'>;
  readonly config: ChatConfig;
  readonly store: Pick<Store, 'db'>;
  readonly hub: Pick<TopicHub, 'publish' | 'revision'>;
  readonly emit: <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void;
  readonly health: HealthReporter;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly transport: Transport;
  readonly resolve: SrvResolver;
  readonly ownPresence: OwnPresence;
  readonly archive: Pick<Archive, 'append'>;
  readonly names: Pick<ReverseLookup, 'byJid'>;
  /** A message that nobody has seen yet, for notifications; not told for old ones of the server's archive. */
  readonly onIncoming?: (message: ChatMessage, name: string) => void;
}

const offlineWords = 'Chat is offline. Messages you write are sent when the connection returns.';
/** A cut that is healed within this time (milliseconds) does not show as our being offline. */
const offlineAfterMs = 3_000;

/** Chat and contacts of one account: the face of this folder to app.ts. */
export class ImService implements Service {
  readonly name = 'chat';
  readonly #options: ImServiceOptions;
  readonly #own: string;
  readonly #messages: MessageStore;
  readonly #session: XmppSession;
  readonly #roster: Roster;
  readonly #conversations: Conversations;
  readonly #outbox: Outbox;
  readonly #sync: ArchiveSync;
  readonly #inbound: InboundPipeline;
  readonly #typing: TypingNotices;
  /** Features of our account on the server (XEP-0030). */
  #features: ReadonlySet<string> = new Set();
  #sessionNumber = 0;
  #isBeginning = false;
  /** The batch under way is from the past and was seen before. */
  #isOldNews = false;
  #sentPresence = '';
  #catchingUp: Promise<boolean> | undefined;
  #pollTimer: TimerHandle | undefined;
  #offlineTimer: TimerHandle | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: ImServiceOptions) {
    this.#options = options;
    const { account, config, store, hub, clock, log, emit, transport, resolve, random } = options;
    this.#own = bareAddress(config.jid) ?? config.jid;
    this.#messages = new MessageStore(store.db, account.id);
    this.#session = new XmppSession(
      { config: { ...config, jid: this.#own }, transport, resolve, clock, random, log },
      {
        onStatus: (status) => {
          options.health.report(healthOf(status));
        },
        onUp: (resumed) => {
          this.#up(resumed);
        },
        onDown: () => {
          this.#down();
        },
        onStanza: (stanza) => {
          this.#onStanza(stanza);
        },
        onFlush: () => {
          this.#roster.flush();
          this.#inbound.flush();
        },
        onAcknowledged: (stanzas) => {
          this.#outbox.acknowledged(stanzas);
          this.#sync.savePosition();
        },
      },
    );
    this.#roster = new Roster({
      own: this.#own,
      store: new RosterStore(store.db, account.id),
      wire: this.#session,
      clock,
      publish: (snapshot) => hub.publish('roster', snapshot),
      fallbackName: (jid) => options.names.byJid(jid)?.name ?? jid,
    });
    this.#conversations = new Conversations({
      store: this.#messages,
      clock,
      nameOf: (peer) => this.#nameOf(peer),
      publish: (snapshot) => hub.publish('conversations', snapshot),
    });
    this.#outbox = new Outbox({
      store: this.#messages,
      session: this.#session,
      now: () => clock.now(),
      changed: (messages) => {
        this.#show(messages);
      },
      sent: (messages) => {
        options.archive.append(messages);
        this.#show(messages);
      },
    });
    this.#sync = new ArchiveSync({
      store: this.#messages,
      session: this.#session,
      take: (messages, countsAsUnread) => {
        this.#inbound.flush();
        this.#isOldNews = !countsAsUnread;
        try {
          for (const message of messages) this.#inbound.push(message, countsAsUnread);
          this.#inbound.flush();
        } finally {
          this.#isOldNews = false;
        }
      },
      isQuiet: () => !this.#outbox.isDoubtful,
      log,
    });
    this.#inbound = new InboundPipeline({
      now: () => clock.now(),
      ports: {
        confirm: (message) => this.#messages.confirmFromArchive(message),
        isKnown: (message) => this.#messages.isKnown(message),
        addAll: (messages) => this.#messages.addAll(messages),
        archive: (messages) => {
          options.archive.append(messages);
        },
        acknowledge: (messages) => {
          this.#acknowledge(messages);
        },
        publish: (messages) => {
          this.#show(messages);
          this.#notify(messages);
        },
      },
    });
    this.#typing = new TypingNotices(clock, (peer, typing) => {
      emit('chat.typing', { peer, typing });
    });
  }

  /** Publishes the cached roster and chats; no network. */
  start(): Promise<void> {
    this.#roster.start();
    this.#conversations.publish();
    this.#options.health.report({ service: 'chat', state: 'off', message: '' });
    this.#stopListening = this.#options.ownPresence.onChange(() => {
      this.#sendPresence();
    });
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.disconnect();
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#conversations.stop();
  }

  /** Signs in and stays signed in; how that goes is told as health. Called again with another password it uses that. */
  connect(password: string): void {
    this.#session.start(password);
  }

  /** Signs out. What is not sent stays in the outbox. */
  async disconnect(): Promise<void> {
    await this.#session.stop();
    this.#sessionNumber += 1;
    this.#clearTimers();
    this.#typing.stop();
    this.#options.ownPresence.setConnected(false);
    this.#roster.stop();
  }

  /** A person asked to try again (`health.retry`). */
  retry(): void {
    this.#session.retry();
  }

  networkChanged(): void {
    this.#session.kick();
  }

  wake(): void {
    this.#session.kick();
  }

  send({ peer, body }: CallInput<'chat.send'>): CallOutput<'chat.send'> {
    const address = this.#peer(peer);
    const message = this.#outbox.add(address, body);
    this.#show([message]);
    this.#outbox.pump();
    return { message };
  }

  retryMessage({ id }: CallInput<'chat.retry'>): CallOutput<'chat.retry'> {
    const message = this.#messages.markSending(id);
    if (message === undefined) throw new AppError('notFound', 'This message does not wait for another try.');
    this.#show([message]);
    this.#outbox.pump();
    return { message };
  }

  discardMessage({ id }: CallInput<'chat.discard'>): null {
    const message = this.#messages.discard(id);
    if (message === undefined) throw new AppError('notFound', 'Only a message that was not sent can be deleted.');
    this.#options.emit('chat.message', { message, removed: true });
    this.#conversations.publish();
    return null;
  }

  page({ peer, beforeMs, limit }: CallInput<'chat.page'>): CallOutput<'chat.page'> {
    return this.#messages.page(this.#peer(peer), beforeMs, limit);
  }

  markRead({ peer }: CallInput<'chat.markRead'>): CallOutput<'chat.markRead'> {
    const hasChanged = this.#messages.markRead(this.#peer(peer));
    return { revision: hasChanged ? this.#conversations.publish() : this.#options.hub.revision('conversations') };
  }

  async addContact({ jid, name, groups }: CallInput<'roster.add'>): Promise<CallOutput<'roster.add'>> {
    return { revision: await this.#roster.add(jid, name, groups) };
  }

  async updateContact({ jid, name, groups }: CallInput<'roster.update'>): Promise<CallOutput<'roster.update'>> {
    const revision = await this.#roster.update(jid, name, groups);
    this.#conversations.publish();
    return { revision };
  }

  async removeContact({ jid }: CallInput<'roster.remove'>): Promise<CallOutput<'roster.remove'>> {
    return { revision: await this.#roster.remove(jid) };
  }

  approve({ jid }: CallInput<'roster.approve'>): CallOutput<'roster.approve'> {
    return { revision: this.#roster.approve(jid) };
  }

  deny({ jid }: CallInput<'roster.deny'>): CallOutput<'roster.deny'> {
    return { revision: this.#roster.deny(jid) };
  }

  setPresence({ state, text }: CallInput<'presence.set'>): CallOutput<'presence.set'> {
    return { revision: this.#options.ownPresence.set(state, text) };
  }

  #peer(address: string): string {
    const peer = bareAddress(address);
    if (peer === undefined)
      throw new AppError('invalid', 'This is not a chat address. It looks like name@example.com.');
    return peer;
  }

  #nameOf(peer: string): string {
    return this.#roster.nameOf(peer) ?? this.#options.names.byJid(peer)?.name ?? peer;
  }

  #up(resumed: boolean): void {
    if (this.#offlineTimer !== undefined) this.#options.clock.clearTimeout(this.#offlineTimer);
    this.#offlineTimer = undefined;
    if (resumed) {
      this.#roster.sessionResumed();
      this.#sendPresence();
      this.#outbox.pump();
      // The cut may have come in the middle of the first steps.
      if (this.#outbox.isHeld && !this.#isBeginning) void this.#begin(this.#sessionNumber);
      return;
    }
    this.#sessionNumber += 1;
    this.#sentPresence = '';
    this.#roster.sessionBegins();
    this.#sync.sessionBegins();
    this.#outbox.hold();
    this.#catchingUp = undefined;
    void this.#begin(this.#sessionNumber);
  }

  /** The first steps of a new session. A cut ends them; the next session takes them again. */
  async #begin(session: number): Promise<void> {
    this.#isBeginning = true;
    try {
      await this.#takeFirstSteps(() => session === this.#sessionNumber);
    } finally {
      if (session === this.#sessionNumber) this.#isBeginning = false;
    }
  }

  async #takeFirstSteps(isCurrent: () => boolean): Promise<void> {
    const { log, ownPresence } = this.#options;
    const attempt = async (what: string, work: Promise<unknown>): Promise<boolean> => {
      try {
        await work;
        return true;
      } catch (error) {
        log.warn(`${what} failed`, { error });
        return false;
      }
    };
    const carbons = this.#session.iq('set', xml('enable', { xmlns: namespaces.carbons }));
    await Promise.all([
      attempt('carbons', carbons),
      attempt('features', this.#readFeatures()),
      attempt('roster', this.#roster.load()),
    ]);
    if (!isCurrent() || !this.#isUp()) return;
    this.#conversations.publish();
    ownPresence.setConnected(true);
    this.#sendPresence();
    const hasArchive = this.#features.has(namespaces.archive);
    // Nothing in doubt: what was written while offline goes out at once.
    if (!this.#outbox.isDoubtful) this.#outbox.settle(true);
    const isArchiveRead = hasArchive && (await this.#catchUp());
    if (isCurrent() && this.#isUp()) this.#outbox.settle(isArchiveRead);
  }

  #isUp(): boolean {
    return this.#session.isUp;
  }

  async #readFeatures(): Promise<void> {
    this.#features = new Set();
    const answer = await this.#session.iq('get', xml('query', { xmlns: namespaces.discoInfo }), this.#own);
    const features = answer.getChild('query', namespaces.discoInfo)?.getChildren('feature') ?? [];
    this.#features = new Set(features.map((feature) => feature.attrs['var'] ?? ''));
  }

  async #catchUp(): Promise<boolean> {
    if (this.#catchingUp === undefined) this.#inbound.archiveBegins();
    this.#catchingUp ??= this.#sync.run();
    const isComplete = await this.#catchingUp;
    this.#catchingUp = undefined;
    return isComplete;
  }

  #down(): void {
    this.#roster.connectionLost();
    if (this.#pollTimer !== undefined) this.#options.clock.clearTimeout(this.#pollTimer);
    this.#pollTimer = undefined;
    this.#offlineTimer ??= this.#options.clock.setTimeout(() => {
      this.#offlineTimer = undefined;
      this.#options.ownPresence.setConnected(false);
    }, offlineAfterMs);
  }

  #clearTimers(): void {
    for (const timer of [this.#pollTimer, this.#offlineTimer]) {
      if (timer !== undefined) this.#options.clock.clearTimeout(timer);
    }
    this.#pollTimer = undefined;
    this.#offlineTimer = undefined;
  }

  #sendPresence(): void {
    if (!this.#session.isUp) return;
    const { shown, text } = this.#options.ownPresence.wanted;
    const stanza = presenceStanza(shown, text);
    const written = stanza.toString();
    if (written === this.#sentPresence) return;
    const wasVisible = this.#sentPresence !== '' && !this.#sentPresence.includes('unavailable');
    this.#sentPresence = written;
    const isVisible = shown !== 'offline';
    // A session that was never visible has nothing to take back.
    if (isVisible || wasVisible) this.#session.send(stanza);
    if (isVisible && !wasVisible) void this.#learnPresence();
    if (!isVisible) {
      this.#roster.presenceEnds();
      this.#roster.flush();
      this.#poll();
    }
  }

  /** The server names who is there in answer to our first presence; what it answers to a ping afterwards comes later. */
  async #learnPresence(): Promise<void> {
    try {
      await this.#session.iq('get', xml('ping', { xmlns: namespaces.ping }), this.#session.domain);
    } catch (error) {
      // `unsupported` is an answer too.
      if (!(error instanceof AppError) || error.code === 'offline' || error.code === 'timeout') return;
    }
    if (!this.#sentPresence.includes('unavailable')) this.#roster.presenceIsKnown();
  }

  /** Who appears offline is sent nothing; messages are fetched from the archive instead. */
  #poll(): void {
    this.#pollTimer ??= this.#options.clock.setTimeout(() => {
      this.#pollTimer = undefined;
      if (!this.#session.isUp || this.#options.ownPresence.wanted.shown !== 'offline') return;
      if (this.#features.has(namespaces.archive)) void this.#catchUp();
      this.#poll();
    }, imLimits.invisiblePollMs);
  }

  #onStanza(stanza: Element): void {
    try {
      switch (stanza.name) {
        case 'message':
          this.#onMessage(stanza);
          return;
        case 'presence':
          this.#roster.onPresence(stanza);
          return;
        case 'iq':
          this.#onIq(stanza);
          return;
      }
    } catch (error) {
      if (error instanceof NotStoredError) throw error;
      // One strange stanza must not cost the connection.
      this.#options.log.error('a stanza could not be handled', { error, name: stanza.name });
    }
  }

  #onMessage(stanza: Element): void {
    const parsed = parseMessage(stanza, {
      own: this.#own,
      trustsStanzaIds: this.#features.has(namespaces.archive) || this.#features.has(namespaces.stanzaIds),
      archiveQuery: this.#sync.queryId,
    });
    switch (parsed.kind) {
      case 'chat':
        if (parsed.message.source === 'archive') {
          this.#sync.onResult(parsed.message);
        } else {
          if (parsed.message.direction === 'in') this.#typing.ended(parsed.message.peer);
          this.#inbound.push(parsed.message, parsed.message.direction === 'in');
        }
        return;
      case 'typing':
        this.#typing.told(parsed.peer, parsed.typing);
        return;
      case 'refused': {
        // Only whom it was for may say that it did not arrive.
        if (this.#messages.get(parsed.id)?.peer !== parsed.peer) return;
        const failed = this.#messages.markFailed(parsed.id, `Not delivered. ${parsed.error.message}`);
        if (failed !== undefined) this.#show([failed]);
        return;
      }
      case 'none':
    }
  }

  #onIq(iq: Element): void {
    const isPush = iq.attrs['type'] === 'set' && iq.getChild('query', namespaces.roster) !== undefined;
    const answer = answerIq(iq, isPush && this.#roster.onPush(iq));
    if (answer !== undefined && this.#session.isUp) this.#session.send(answer);
  }

  #acknowledge(messages: readonly TimedMessage[]): void {
    for (const { receiptTo, peer, archiveId, source } of messages) {
      if (archiveId !== undefined && source !== 'archive') this.#sync.onLive(archiveId);
      if (receiptTo === undefined || !this.#session.isUp || !this.#roster.sharesPresenceWith(peer)) continue;
      this.#session.send(receiptStanza(receiptTo.jid, receiptTo.id));
    }
  }

  #notify(messages: readonly ChatMessage[]): void {
    const { onIncoming } = this.#options;
    if (onIncoming === undefined || this.#isOldNews) return;
    for (const message of messages) {
      if (message.direction === 'in') onIncoming(message, this.#nameOf(message.peer));
    }
  }

  #show(messages: readonly ChatMessage[]): void {
    for (const message of messages) this.#options.emit('chat.message', { message, removed: false });
    this.#conversations.changed();
  }
}

function healthOf(status: ReconnectorStatus): ServiceHealth {
  const service = 'chat';
  switch (status.state) {
    case 'stopped':
      return { service, state: 'off', message: '' };
    case 'connecting': {
      const server = status.server === undefined ? {} : { server: formatServer(status.server) };
      if (!status.everUp && status.failure === undefined) return { service, state: 'starting', message: '', ...server };
      const detail = status.failure?.detail;
      return {
        service,
        state: 'reconnecting',
        message: offlineWords,
        ...server,
        ...(detail === undefined ? {} : { detail }),
      };
    }
    case 'waiting': {
      const { message, detail } = status.failure;
      return {
        service,
        state: 'reconnecting',
        message: offlineWords,
        detail: detail === undefined ? message : `${message} (${detail})`,
      };
    }
    case 'up':
      return { service, state: 'ok', message: '', server: formatServer(status.server) };
    case 'failed': {
      const { message, detail } = status.failure;
      return { service, state: 'failed', message, ...(detail === undefined ? {} : { detail }) };
    }
  }
}
