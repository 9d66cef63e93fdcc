import { release } from 'node:os';
import type { Clock } from '../src-shared/clock.ts';
import type { EventName, EventPayload, MainHandlers } from '../src-shared/contract/contract.ts';
import { AppError } from '../src-shared/errors.ts';
import type { Call, CallEndReason } from '../src-shared/model/call.ts';
import type { ChatRecord } from '../src-shared/model/history.ts';
import type { ChatMessage } from '../src-shared/model/message.ts';
import type { SignInService } from '../src-shared/model/session.ts';
import type { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import type { AccountConfig, PhoneConfig } from './account/account-config.ts';
import { pathStyleOf } from './archive/archive-path.ts';
import { Archive } from './archive/archive.ts';
import { CallList } from './calls/call-list.ts';
import { CallsService } from './calls/calls-service.ts';
import { parseDialString } from './calls/dial-string.ts';
import type { LoggerFactory } from './core/log.ts';
import type { Random } from './core/server-list.ts';
import type { HealthReporter, Service } from './core/service.ts';
import type { Store } from './core/store.ts';
import { DirectoryService } from './directory/directory.ts';
import type { Dialable } from './directory/directory.ts';
import { PeopleStore } from './directory/people-store.ts';
import { CallHistory } from './history/history.ts';
import { HistoryStore } from './history/history-store.ts';
import { ImService } from './im/im-service.ts';
import { TcpTransport, systemSrvResolver } from './im/transport.ts';
import type { MediaGatewaySessions } from './media-gateway/media.ts';
import { OwnPresence } from './presence/own-presence.ts';
import type { CallMediaFactory } from './softphone/call-media.ts';
import { DirectMediaFactory } from './softphone/direct-media.ts';
import { GatewayMediaFactory } from './softphone/gateway-media.ts';
import { Softphone } from './softphone/softphone.ts';
import { VoicemailService } from './voicemail/voicemail.ts';
import { VoicemailStore } from './voicemail/voicemail-store.ts';
import type { WindowMedia } from './window-media.ts';

/** What the services of an account are built from: the parts of the program that outlive an account. */
export interface AccountParts {
  readonly store: Store;
  readonly hub: TopicHub;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: LoggerFactory;
  readonly health: HealthReporter;
  readonly gateway: MediaGatewaySessions;
  readonly windows: WindowMedia;
  /** For User-Agent headers, for example `Parley/0.1.0`. */
  readonly product: string;
  readonly emit: <Name extends EventName>(name: Name, payload: EventPayload<Name>) => void;
  /** ISO 3166 region of numbers without a country code. */
  readonly region: () => string | undefined;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly documents: string;
  /** Own name as others see it. */
  readonly ownName: () => string;
  readonly archiveSettings: () => { readonly enabled: boolean; readonly folder: string };
  readonly onIncomingMessage: (message: ChatMessage, name: string) => void;
  readonly onMissedCall: (who: string) => void;
}

/** Calls of the contract that need an account. */
export const accountCalls = [
  'roster.add',
  'roster.update',
  'roster.remove',
  'roster.approve',
  'roster.deny',
  'presence.set',
  'people.search',
  'people.card',
  'people.photo',
  'people.dialable',
  'chat.send',
  'chat.retry',
  'chat.discard',
  'chat.page',
  'chat.markRead',
  'calls.place',
  'calls.answer',
  'calls.decline',
  'calls.hangUp',
  'calls.mute',
  'calls.dtmf',
  'history.markSeen',
  'history.clear',
  'voicemail.audio',
  'voicemail.markHeard',
  'voicemail.refresh',
  'media.leg',
] as const satisfies readonly (keyof MainHandlers)[];

export type AccountHandlers = Pick<MainHandlers, (typeof accountCalls)[number]>;

/** Everything that one account has: built when the account is known, started from the cache, connected with its password. */
export class AccountServices {
  readonly handlers: AccountHandlers;
  readonly #config: AccountConfig;
  readonly #services: readonly Service[];
  readonly #directory: DirectoryService;
  readonly #im: ImService | undefined;
  readonly #softphone: Softphone | undefined;
  readonly #voicemail: VoicemailService;
  readonly #archive: Archive;
  readonly #undo: (() => void)[] = [];
  readonly #notedCalls = new Set<string>();
  #chats: readonly ChatRecord[] = [];
  readonly #parts: AccountParts;

  constructor(config: AccountConfig, parts: AccountParts) {
    this.#config = config;
    this.#parts = parts;
    const { store, hub, clock, random, log, health } = parts;

    this.#directory = new DirectoryService({
      config: config.directory,
      address: config.address,
      trust: config.trust,
      store: new PeopleStore(store.db, config.id, {
        clock,
        monotonicMs: () => performance.now(),
        pause: () => new Promise((resolve) => setImmediate(resolve)),
        region: parts.region,
      }),
      clock,
      random,
      log: log('directory'),
      health,
      region: parts.region,
      dialable: (text) => dialable(text, parts.region()),
      onContactsLearned: () => {
        this.#im?.namesChanged();
      },
    });
    this.#voicemail = new VoicemailService({
      config: config.voicemail,
      trust: config.trust,
      store: new VoicemailStore(store.db, config.id),
      hub,
      clock,
      random,
      log: log('voicemail'),
      health,
      lookup: this.#directory,
      onChange: () => {
        history.refresh();
      },
    });
    const history = new CallHistory({
      store: new HistoryStore(store.db, config.id),
      hub,
      clock,
      chats: () => this.#chats,
      voiceMessages: () => this.#voicemail.records(),
    });
    this.#archive = new Archive({
      style: pathStyleOf(parts.platform, release()),
      home: parts.home,
      documents: parts.documents,
      own: config.address,
      ownName: parts.ownName,
      nameOf: (peer) => this.#directory.byJid(peer)?.name ?? peer,
      settings: parts.archiveSettings,
      clock,
      log: log('archive'),
      health,
    });
    const ownPresence = new OwnPresence({
      db: store.db,
      accountId: config.id,
      publish: (snapshot) => hub.publish('ownPresence', snapshot),
    });
    this.#im =
      config.chat === undefined
        ? undefined
        : new ImService({
            account: config,
            config: config.chat,
            store,
            hub,
            emit: parts.emit,
            health,
            clock,
            random,
            log: log('chat'),
            transport: new TcpTransport(config.trust),
            resolve: systemSrvResolver,
            ownPresence,
            archive: this.#archive,
            names: this.#directory,
            onIncoming: parts.onIncomingMessage,
          });
    this.#softphone =
      config.phone === undefined
        ? undefined
        : new Softphone({
            config: config.phone,
            trust: config.trust,
            product: parts.product,
            clock,
            random,
            log: log('softphone'),
            health,
            window: parts.windows,
            media: mediaFactory(config.phone, parts),
          });
    const calls =
      this.#softphone === undefined
        ? undefined
        : new CallList({
            device: this.#softphone,
            hub,
            clock,
            log: log('calls'),
            history,
            lookup: this.#directory,
            region: parts.region,
          });
    const callsService =
      calls === undefined || this.#softphone === undefined
        ? undefined
        : new CallsService(calls, history, this.#softphone);

    this.#services = [
      this.#directory,
      startOnly('ownPresence', () => {
        ownPresence.start();
      }),
      ...(this.#im === undefined ? [] : [this.#im]),
      this.#voicemail,
      ...(this.#softphone === undefined ? [] : [this.#softphone]),
      callsService ??
        startOnly('history', () => {
          history.start();
        }),
      this.#archive,
    ];
    this.handlers = handlersOf(this.#directory, this.#voicemail, this.#im, callsService, history);
    this.#undo.push(
      hub.watch('roster', ({ contacts }) => {
        // The address stands in for a name that the roster lacks; the directory may know a real one.
        this.#directory.setContacts(contacts.map(({ jid, name }) => ({ jid, name: name === jid ? '' : name })));
      }),
      hub.watch('conversations', ({ conversations }) => {
        this.#chats = conversations.map(({ peer, name, lastBody, lastAtMs, unread }) => ({
          peer,
          name,
          lastBody,
          lastAtMs,
          unread,
        }));
        history.refresh();
      }),
      hub.watch('calls', ({ calls: list }) => {
        ownPresence.setOnPhone(list.some((call) => call.state === 'connected'));
        for (const call of list) this.#noteCall(call);
      }),
    );
  }

  get config(): AccountConfig {
    return this.#config;
  }

  /** Shows what this computer knows; no network. */
  async start(): Promise<void> {
    if (this.#im === undefined) {
      this.#parts.hub.publish('roster', { state: 'ready', contacts: [], requests: [] });
      this.#parts.hub.publish('conversations', { conversations: [], unread: 0 });
    }
    for (const service of this.#services) await service.start();
  }

  async stop(): Promise<void> {
    for (const undo of this.#undo.splice(0).reverse()) undo();
    for (const service of this.#services.toReversed()) await service.stop();
  }

  /** Connects every service with this password; each keeps itself connected and tells its health. */
  async connect(password: string): Promise<void> {
    this.#im?.connect(password);
    await Promise.all([
      this.#softphone?.connect(password),
      this.#directory.connect(password),
      this.#voicemail.connect(password),
    ]);
  }

  /** Archive settings changed: they hold from the next message on, and a folder that cannot be used is said at once. */
  archiveSettingsChanged(): void {
    this.#archive.settingsChanged();
  }

  /** The computer woke, or its network changed: what is dead is found out now. */
  wake(): void {
    this.#im?.wake();
    this.#softphone?.wake();
    this.#directory.kick();
    this.#voicemail.kick();
  }

  /** The person asked to try one service again. */
  retry(service: SignInService): void {
    switch (service) {
      case 'chat':
        this.#im?.retry();
        break;
      case 'phone':
        this.#softphone?.retry();
        break;
      case 'directory':
        this.#directory.retry();
        break;
      case 'voicemail':
        this.#voicemail.retry();
        break;
    }
  }

  /** A call that began is somebody talked to; one that was missed is told. */
  #noteCall(call: Call): void {
    if (call.state === 'ended') {
      if (this.#notedCalls.delete(call.id) && isMissed(call))
        this.#parts.onMissedCall(call.party.name ?? call.party.number);
      return;
    }
    if (this.#notedCalls.has(call.id)) return;
    this.#notedCalls.add(call.id);
    const { name, number, jid } = call.party;
    this.#directory.noteRecent({
      name: name ?? number,
      number,
      ...(jid === undefined ? {} : { jid }),
      atMs: call.startedAtMs,
    });
  }
}

/** A part that only has something to do at the start. */
function startOnly(name: string, begin: () => void): Service {
  return {
    name,
    start: () => {
      begin();
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
}

function isMissed(call: Call): boolean {
  return call.direction === 'in' && call.connectedAtMs === undefined && missedReasons.has(call.endReason);
}

/** Endings of a call that rang here and nobody took; declined and answered elsewhere are not missed. */
const missedReasons: ReadonlySet<CallEndReason | undefined> = new Set([
  'noAnswer',
  'cancelled',
  'remoteHungUp',
  'network',
]);

/** WebSocket servers speak WebRTC themselves; everything else gets plain RTP through our own gateway. */
function mediaFactory(config: PhoneConfig, parts: AccountParts): CallMediaFactory {
  if (config.transport === 'ws' || config.transport === 'wss') {
    return new DirectMediaFactory(parts.windows, [], config.transport === 'wss');
  }
  return new GatewayMediaFactory(parts.gateway, parts.windows, config.audioCodecs);
}

function dialable(text: string, region: string | undefined): Dialable {
  try {
    const { dialled, shown } = parseDialString(text, region);
    return { dial: dialled, shown };
  } catch {
    // A name; the search goes on with it.
    return { dial: null, shown: null };
  }
}

function off(what: string): () => never {
  return () => {
    throw new AppError('unsupported', `${what} is turned off for this account.`);
  };
}

function handlersOf(
  directory: DirectoryService,
  voicemail: VoicemailService,
  im: ImService | undefined,
  calls: CallsService | undefined,
  history: CallHistory,
): AccountHandlers {
  const noChat = off('Chat');
  const noCalls = off('Calling');
  return {
    ...directory.handlers,
    ...voicemail.handlers,
    'roster.add': (input) => im?.addContact(input) ?? noChat(),
    'roster.update': (input) => im?.updateContact(input) ?? noChat(),
    'roster.remove': (input) => im?.removeContact(input) ?? noChat(),
    'roster.approve': (input) => im?.approve(input) ?? noChat(),
    'roster.deny': (input) => im?.deny(input) ?? noChat(),
    'presence.set': (input) => im?.setPresence(input) ?? noChat(),
    'chat.send': (input) => im?.send(input) ?? noChat(),
    'chat.retry': (input) => im?.retryMessage(input) ?? noChat(),
    'chat.discard': (input) => (im === undefined ? noChat() : im.discardMessage(input)),
    'chat.page': (input) => im?.page(input) ?? noChat(),
    'chat.markRead': (input) => im?.markRead(input) ?? noChat(),
    'calls.place': noCalls,
    'calls.answer': noCalls,
    'calls.decline': noCalls,
    'calls.hangUp': noCalls,
    'calls.mute': noCalls,
    'calls.dtmf': noCalls,
    'media.leg': noCalls,
    'history.markSeen': () => ({ revision: history.markSeen() }),
    'history.clear': ({ tab }) => ({ revision: history.clear(tab) }),
    ...calls?.handlers,
  };
}
