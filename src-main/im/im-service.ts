import type { Clock } from '../../src-shared/clock.ts';
import type { CallInput, CallOutput, EventName, EventPayload } from '../../src-shared/contract/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { SubscriptionRequest } from '../../src-shared/model/contact.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import { t } from '../../src-shared/words.ts';
import type { AccountConfig, ChatConfig } from '../account/account-config.ts';
import type { Archive } from '../archive/archive.ts';
import type { Logger } from '../core/log.ts';
import type { Random } from '../core/server-list.ts';
import type { HealthReporter, Service } from '../core/service.ts';
import type { GuardConnect } from '../core/shared-credential.ts';
import type { Store } from '../core/store.ts';
import type { ReverseLookup } from '../directory/reverse-lookup.ts';
import type { OwnPresence } from '../presence/own-presence.ts';
import { bareAddress, chatAddress, domainOf } from './addresses.ts';
import { ArchiveSync } from './archive-sync.ts';
import { ChatDeletion } from './chat-deletion.ts';
import { chatHealth } from './chat-health.ts';
import { Conversations } from './conversations.ts';
import { DeletedChatsStore } from './deleted-chats-store.ts';
import { InboundPipeline } from './inbound-pipeline.ts';
import { MessageStore } from './message-store.ts';
import { Outbox } from './outbox.ts';
import { PresenceSender } from './presence-sender.ts';
import { Roster } from './roster.ts';
import { RosterStore } from './roster-store.ts';
import { SessionSetup } from './session-setup.ts';
import { StanzaRouter } from './stanza-router.ts';
import { TypingNotices } from './typing-notices.ts';
import { TypingSender } from './typing-sender.ts';
import type { SrvResolver, Transport } from './transport.ts';
import { XmppSession } from './xmpp-session.ts';

export interface ImServiceOptions {
  readonly account: Pick<AccountConfig, 'id'>;
  /** Servers and names are read at each connection; the address is for good. */
  readonly config: ChatConfig;
  readonly store: Store;
  /** `Checkpointer.room`: the server waits while the disk catches up. */
  readonly room?: () => Promise<void> | undefined;
  readonly hub: Pick<TopicHub, 'publish' | 'revision'>;
  readonly emit: <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void;
  readonly health: HealthReporter;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Read at each connection. */
  readonly transport: Transport;
  readonly resolve: SrvResolver;
  readonly ownPresence: OwnPresence;
  readonly archive: Pick<Archive, 'append'>;
  readonly names: Pick<ReverseLookup, 'byJid'>;
  /** The person lets others know that they type. */
  readonly sendsTyping: () => boolean;
  /** A message that nobody has seen yet, for notifications; not told for old ones of the server's archive. */
  readonly onIncoming?: (message: ChatMessage, name: string) => void;
  /** Somebody new asks to see our presence. */
  readonly onRequest?: (request: SubscriptionRequest) => void;
}

/** Chat and contacts of one account: the face of this folder to app.ts. */
export class ImService implements Service {
  readonly name = 'chat';
  readonly #options: ImServiceOptions;
  readonly #own: string;
  readonly #messages: MessageStore;
  readonly #deletion: ChatDeletion;
  readonly #session: XmppSession;
  readonly #roster: Roster;
  readonly #conversations: Conversations;
  readonly #outbox: Outbox;
  readonly #sync: ArchiveSync;
  readonly #inbound: InboundPipeline;
  readonly #typing: TypingNotices;
  readonly #typingSender: TypingSender;
  readonly #setup: SessionSetup;
  readonly #presence: PresenceSender;
  readonly #stanzas: StanzaRouter;
  /** The batch under way is from the past and was seen before. */
  #isOldNews = false;
  #stopListening: (() => void) | undefined;

  constructor(options: ImServiceOptions) {
    this.#options = options;
    const { account, store, hub, clock, log, emit, resolve, random } = options;
    const own = bareAddress(options.config.jid) ?? options.config.jid;
    this.#own = own;
    this.#messages = new MessageStore(store, account.id);
    this.#session = new XmppSession(
      {
        get config() {
          return { ...options.config, jid: own };
        },
        get transport() {
          return options.transport;
        },
        ...{ resolve, clock, random, log },
      },
      {
        onStatus: (status) => {
          options.health.report(chatHealth(status));
        },
        onUp: (resumed) => {
          this.#up(resumed);
        },
        onDown: () => {
          this.#down();
        },
        onStanza: (stanza) => {
          this.#stanzas.take(stanza);
        },
        onFlush: () => {
          this.#roster.flush();
          this.#inbound.flush();
        },
        room: () => options.room?.(),
        onAcknowledged: (stanzas) => {
          this.#outbox.acknowledged(stanzas);
          this.#sync.savePosition();
        },
      },
    );
    this.#deletion = new ChatDeletion({
      store: new DeletedChatsStore(store, account.id),
      session: this.#session,
      domain: domainOf(own),
      clock,
      room: options.room,
      log,
    });
    this.#roster = new Roster({
      own: this.#own,
      store: new RosterStore(store, account.id),
      wire: this.#session,
      clock,
      publish: (snapshot) => hub.publish('roster', snapshot),
      fallbackName: (jid) => options.names.byJid(jid)?.name ?? jid,
      ...(options.onRequest === undefined ? {} : { onRequest: options.onRequest }),
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
      begins: () => {
        this.#inbound.archiveBegins();
      },
      take: (messages, countsAsUnread) => {
        this.#inbound.flush();
        this.#isOldNews = !countsAsUnread;
        try {
          for (const message of messages) {
            if (!this.#deletion.covers(message)) this.#inbound.push(message, countsAsUnread);
          }
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
          this.#stanzas.acknowledge(messages);
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
    this.#typingSender = new TypingSender({
      session: this.#session,
      isAllowed: () => options.sendsTyping() && options.ownPresence.wanted.chosen !== 'offline',
      resourcesOf: (peer) => this.#roster.resourcesOf(peer),
      clock,
      log,
    });
    this.#presence = new PresenceSender({
      session: this.#session,
      ownPresence: options.ownPresence,
      roster: this.#roster,
      clock,
      fetchMissed: () => void this.#setup.catchUp(),
    });
    this.#setup = new SessionSetup({
      own: this.#own,
      session: this.#session,
      roster: this.#roster,
      outbox: this.#outbox,
      sync: this.#sync,
      deletion: this.#deletion,
      onReady: () => {
        this.#conversations.publish();
        this.#presence.connected();
        this.#presence.send();
      },
      whenWritable: (then) => {
        this.#messages.whenWritable(then);
      },
      log,
    });
    this.#stanzas = new StanzaRouter({
      own: this.#own,
      session: this.#session,
      setup: this.#setup,
      roster: this.#roster,
      sync: this.#sync,
      inbound: this.#inbound,
      typing: this.#typing,
      typingSender: this.#typingSender,
      refused: (id, peer, words) => {
        // Only whom it was for may say that it did not arrive.
        if (this.#messages.get(id)?.peer !== peer) return;
        const failed = this.#messages.markFailed(id, words);
        if (failed !== undefined) this.#show([failed]);
      },
      log,
    });
  }

  /** Publishes the cached roster and chats; no network. */
  start(): Promise<void> {
    this.#roster.start();
    this.#conversations.publish();
    this.#options.health.report({ service: 'chat', state: 'off', message: '' });
    this.#stopListening = this.#options.ownPresence.onChange(() => {
      this.#presence.send();
    });
    void this.#deletion.finish();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.disconnect();
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#conversations.stop();
  }

  /** Signs in and stays signed in; how that goes is told as health. Called again with another password it uses that. */
  connect(password: string, guard?: GuardConnect): void {
    this.#session.start(password, guard);
  }

  /** Signs out. What is not sent stays in the outbox. */
  async disconnect(): Promise<void> {
    await this.#session.stop();
    this.#setup.end();
    this.#typing.stop();
    this.#presence.stop();
    this.#roster.stop();
  }

  /** The directory learned names; contacts and chats without a name of their own take them. */
  namesChanged(): void {
    this.#roster.namesChanged();
    this.#conversations.publish();
  }

  /** A person asked to try again (`health.retry`). */
  retry(): void {
    this.#session.retry();
  }

  networkChanged(): void {
    this.#session.kick();
  }

  /** The computer goes to sleep: others see this person offline, and the server keeps what is written. */
  async sleep(): Promise<void> {
    await this.#session.rest();
  }

  wake(): void {
    this.#session.wake();
  }

  send({ peer, body }: CallInput<'chat.send'>): CallOutput<'chat.send'> {
    const address = chatAddress(peer);
    const message = this.#outbox.add(address, body);
    this.#typingSender.sent(address);
    this.#show([message]);
    this.#outbox.pump();
    return { message };
  }

  setTyping({ peer, typing }: CallInput<'chat.setTyping'>): null {
    this.#typingSender.typed(chatAddress(peer), typing);
    return null;
  }

  retryMessage({ id }: CallInput<'chat.retry'>): CallOutput<'chat.retry'> {
    const message = this.#messages.markSending(id);
    if (message === undefined) throw new AppError('notFound', t('This message does not wait for another try.'));
    this.#show([message]);
    this.#outbox.pump();
    return { message };
  }

  discardMessage({ id }: CallInput<'chat.discard'>): null {
    const message = this.#messages.discard(id);
    if (message === undefined) throw new AppError('notFound', t('Only a message that was not sent can be deleted.'));
    this.#options.emit('chat.message', { message, removed: true });
    this.#conversations.publish();
    return null;
  }

  page({ peer, before, limit }: CallInput<'chat.page'>): CallOutput<'chat.page'> {
    return this.#messages.page(chatAddress(peer), before, limit);
  }

  /** Deletes a chat from this computer; what waited to be sent in it is not sent. */
  async deleteChat({ peer }: CallInput<'chat.delete'>): Promise<CallOutput<'chat.delete'>> {
    const address = chatAddress(peer);
    const deleteMessages = this.#deletion.delete(address);
    const revision = this.#conversations.publish();
    this.#options.emit('chat.deleted', { peer: address });
    await deleteMessages();
    return { revision };
  }

  markRead({ peer }: CallInput<'chat.markRead'>): CallOutput<'chat.markRead'> {
    const hasChanged = this.#messages.markRead(chatAddress(peer));
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

  askPresence({ jid }: CallInput<'roster.askPresence'>): CallOutput<'roster.askPresence'> {
    return { revision: this.#roster.askPresence(jid) };
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

  #nameOf(peer: string): string {
    return this.#roster.nameOf(peer) ?? this.#options.names.byJid(peer)?.name ?? peer;
  }

  #up(resumed: boolean): void {
    if (resumed) {
      this.#roster.sessionResumed();
      this.#presence.connected();
      this.#presence.send();
      this.#outbox.pump();
      // The cut may have come in the middle of the first steps.
      this.#setup.resume();
      return;
    }
    this.#roster.sessionBegins();
    this.#presence.sessionBegins();
    this.#sync.sessionBegins();
    this.#outbox.hold();
    this.#setup.begin();
  }

  #down(): void {
    this.#roster.connectionLost();
    this.#presence.connectionLost();
    this.#typingSender.connectionLost();
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
