import { release } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Call } from '../src-shared/model/call.ts';
import type { ChatRecord } from '../src-shared/model/history.ts';
import type { PresenceState } from '../src-shared/model/presence.ts';
import { isQuiet } from '../src-shared/model/quiet.ts';
import type { SignInService } from '../src-shared/model/session.ts';
import { accountHandlers } from './account-calls.ts';
import type { AccountHandlers } from './account-calls.ts';
import { AccountConnections } from './account-connections.ts';
import { callRecordings, mediaFactory, speaksWebRtc } from './account-media.ts';
import type { AccountParts } from './account-parts.ts';
import type { AccountConfig, PhoneConfig } from './account/account-config.ts';
import { duringCalls } from './account/config-changes.ts';
import type { Passwords } from './account/passwords.ts';
import { pathStyleOf } from './archive/archive-path.ts';
import { Archive } from './archive/archive.ts';
import { availabilityOf } from './calls/availability.ts';
import { CallList } from './calls/call-list.ts';
import { CallsService } from './calls/calls-service.ts';
import { ConversationNotes, talkingWith } from './calls/conversation-notes.ts';
import { startOnly } from './core/service.ts';
import type { Service } from './core/service.ts';
import { dialable } from './dial-plan/dialable.ts';
import { DirectoryService } from './directory/directory.ts';
import { PeopleStore } from './directory/people-store.ts';
import { chatRecords } from './history/chat-records.ts';
import { CallHistory } from './history/history.ts';
import { HistoryStore } from './history/history-store.ts';
import { ImService } from './im/im-service.ts';
import { TcpTransport } from './im/transport.ts';
import { LineStateService } from './line-state/line-state-service.ts';
import { OwnPresence } from './presence/own-presence.ts';
import { InstanceStore } from './softphone/instance-store.ts';
import { Softphone } from './softphone/softphone.ts';
import { VoicemailService } from './voicemail/voicemail.ts';
import { VoicemailStore } from './voicemail/voicemail-store.ts';

/** Everything that one account has: built when it is known, started from the cache, connected with its password. */
export class AccountServices {
  readonly handlers: AccountHandlers;
  readonly connections: AccountConnections;
  #config: AccountConfig;
  readonly #services: readonly Service[];
  readonly #directory: DirectoryService;
  readonly #ownPresence: OwnPresence;
  readonly #im: ImService | undefined;
  readonly #softphone: Softphone | undefined;
  readonly #calls: CallList | undefined;
  readonly #voicemail: VoicemailService;
  readonly #archive: Archive;
  readonly #undo: (() => void)[] = [];
  #chats: readonly ChatRecord[] = [];
  #presences: ReadonlyMap<string, PresenceState> = new Map();
  #running: readonly Call[] = [];
  /** Who was talked to when the computer went to sleep. */
  #cut: readonly string[] = [];
  readonly #parts: AccountParts;

  constructor(config: AccountConfig, parts: AccountParts) {
    this.#config = config;
    this.#parts = parts;
    const { store, hub, clock, random, log, health } = parts;
    // The services read it when they connect, so that a change concerns only what rests on it.
    const now = (): AccountConfig => this.#config;
    const { chat, phone } = config;
    // While a service is on it has a configuration: when it is switched off, all are built anew.
    const phoneNow = phone === undefined ? undefined : (): PhoneConfig => now().phone ?? phone;

    this.#directory = new DirectoryService({
      get config() {
        return now().directory;
      },
      address: config.address,
      get trust() {
        return now().trust;
      },
      store: new PeopleStore(store, config.id, {
        clock,
        monotonicMs: () => performance.now(),
        pause: () => parts.room() ?? nextTurn(),
        region: parts.region,
      }),
      clock,
      random,
      log: log('directory'),
      health,
      region: parts.region,
      dialable: (text) => dialable(text, parts.dialPlan, parts.isEmergency),
      onContactsLearned: () => {
        this.#im?.namesChanged();
        this.#voicemail.namesChanged();
        lineStates?.numbersLearned();
      },
    });
    this.#voicemail = new VoicemailService({
      get config() {
        return now().voicemail;
      },
      get trust() {
        return now().trust;
      },
      store: new VoicemailStore(store, config.id),
      hub,
      clock,
      random,
      log: log('voicemail'),
      health,
      region: parts.region,
      lookup: this.#directory,
      onChange: () => {
        history.refresh();
      },
    });
    const history = new CallHistory({
      store: new HistoryStore(store, config.id),
      hub,
      clock,
      chats: () => this.#chats,
      voiceMessages: () => this.#voicemail.records(),
      afterTurn: (task) => {
        parts.afterwards.run(task);
      },
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
      store,
      accountId: config.id,
      publish: (snapshot) => hub.publish('ownPresence', snapshot),
    });
    this.#ownPresence = ownPresence;
    this.#im =
      chat === undefined
        ? undefined
        : new ImService({
            account: config,
            get config() {
              return now().chat ?? chat;
            },
            store,
            room: parts.room,
            hub,
            emit: parts.emit,
            health,
            clock,
            random,
            log: log('chat'),
            get transport() {
              return new TcpTransport(now().trust);
            },
            resolve: (name) => parts.names.srv(name),
            ownPresence,
            archive: this.#archive,
            names: this.#directory,
            sendsTyping: parts.sendsTyping,
            onIncoming: parts.onIncomingMessage,
            onRequest: parts.onContactRequest,
          });
    this.#softphone =
      phoneNow === undefined
        ? undefined
        : new Softphone({
            get config() {
              return phoneNow();
            },
            get trust() {
              return now().trust;
            },
            product: parts.product,
            clock,
            random,
            log: log('softphone'),
            health,
            window: parts.windows,
            media: mediaFactory(phoneNow, parts),
            names: parts.names,
            afterwards: parts.afterwards,
            trace: parts.trace,
            instanceId: () => new InstanceStore(store, config.id).get(),
          });
    this.#calls =
      this.#softphone === undefined
        ? undefined
        : new CallList({
            device: this.#softphone,
            hub,
            clock,
            log: log('calls'),
            history,
            domain: (config.address.split('@')[1] ?? '').toLowerCase(),
            lookup: this.#directory,
            dialPlan: parts.dialPlan,
            isEmergency: parts.isEmergency,
            settings: parts.callSettings,
            isQuiet: () => isQuiet(ownPresence.wanted.chosen),
            availability: (jid) => availabilityOf(this.#presences.get(jid), lineStates?.stateOf(jid)),
            ringingAt: (jid) => lineStates?.ringingAt(jid),
            quality: (quality) => {
              parts.emit('call.quality', quality);
            },
            announce: async (callId) => {
              await parts.windows.ask('media.notice', { callId });
            },
            mix: async (groups) => {
              await parts.windows.ask('media.mix', { groups: groups.map((callIds) => [...callIds]) });
            },
          });
    const callsService =
      this.#calls === undefined || this.#softphone === undefined
        ? undefined
        : new CallsService(
            this.#calls,
            history,
            this.#softphone,
            callRecordings(parts, {
              shown: (callId, isRecorded, words) => {
                this.#calls?.showRecording(callId, isRecorded, words);
              },
              isRunning: (callId) => this.#calls?.isRunning(callId) ?? false,
            }),
          );
    const notes = new ConversationNotes({
      talkedTo: (who) => {
        this.#directory.noteRecent(who);
      },
      missed: parts.onMissedCall,
    });

    const lineStates =
      this.#softphone === undefined || phone === undefined
        ? undefined
        : new LineStateService({
            source: this.#softphone,
            phone: {
              aor: phone.aor,
              dial: (number) => parts.dialPlan.outbound(number),
              extensionDigits: () => parts.dialPlan.extensionDigits,
              byJid: (jid) => this.#directory.byJid(jid),
            },
            hub,
            clock,
            random,
            log: log('line-state'),
            linesChanged: () => {
              this.#calls?.availabilityChanged();
            },
          });

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
      ...(lineStates === undefined ? [] : [lineStates]),
      this.#archive,
    ];
    this.connections = new AccountConnections({
      services: { chat: this.#im, phone: this.#softphone, directory: this.#directory, voicemail: this.#voicemail },
      config: now,
      clock,
    });
    this.handlers = accountHandlers({
      directory: this.#directory,
      voicemail: this.#voicemail,
      history,
      im: this.#im,
      calls: callsService,
    });
    this.#undo.push(
      parts.windows.onHolderChanged(() => {
        callsService?.windowChanged();
      }),
      hub.watch('roster', ({ contacts }) => {
        this.#presences = new Map(contacts.map(({ jid, presence }) => [jid, presence.state]));
        this.#calls?.availabilityChanged();
        // The address stands in for a name that the roster lacks; the directory may know a real one.
        lineStates?.setContacts(contacts.map(({ jid }) => jid));
        this.#directory.setContacts(contacts.map(({ jid, name }) => ({ jid, name: name === jid ? '' : name })));
      }),
      hub.watch('conversations', ({ conversations }) => {
        this.#chats = chatRecords(conversations);
        history.refresh();
      }),
      hub.watch('calls', ({ calls: list }) => {
        this.#running = list.filter((call) => call.state !== 'ended');
        parts.afterwards.run(() => {
          ownPresence.setOnPhone(talkingWith(list).length > 0);
          notes.see(list);
        });
      }),
    );
  }

  get config(): AccountConfig {
    return this.#config;
  }

  /** Sound of this account's calls passes the media gateway. */
  get usesGateway(): boolean {
    const { phone } = this.#config;
    return phone !== undefined && !speaksWebRtc(phone);
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
    this.#parts.afterwards.flush();
    for (const undo of this.#undo.splice(0).reverse()) undo();
    for (const service of this.#services.toReversed()) await service.stop();
    this.#parts.afterwards.flush();
  }

  /** Whether somebody is called, rings or talks. */
  get callsRun(): boolean {
    return this.#running.length > 0;
  }

  /**
   * Connects every service whose part of the configuration or password is not what its connection was made with; each
   * keeps itself connected and tells its health. While a call runs its phone keeps what it has, except for the way of
   * digits: false then says that something waits.
   */
  async connect(config: AccountConfig, passwords: Passwords): Promise<boolean> {
    const outdated = this.connections.outdated(config, passwords);
    const waits = this.callsRun && outdated.includes('phone');
    this.#config = waits ? duringCalls(this.#config, config) : config;
    this.#calls?.settingsChanged();
    await this.connections.connect(waits ? outdated.filter((service) => service !== 'phone') : outdated, passwords);
    return !waits;
  }

  /** Archive settings changed: they hold from the next message on, and a folder that cannot be used is said at once. */
  archiveSettingsChanged(): void {
    this.#archive.settingsChanged();
  }

  /** Rules for calls changed: they hold from the next call on, and the window shows them. */
  callSettingsChanged(): void {
    this.#calls?.settingsChanged();
  }

  /** The person locked the screen and wants others to see it, or is back. */
  screenLocked(isLocked: boolean): void {
    this.#ownPresence.setLocked(isLocked);
  }

  /**
   * The computer goes to sleep: running calls end, and the servers no longer send calls and messages here, so that they
   * go to the person's other devices or the mailbox. `wake` ends it. The directory and the mailbox send nothing by
   * themselves; their connections are looked at when it wakes.
   */
  async sleep(): Promise<void> {
    this.#cut = talkingWith(this.#running);
    await Promise.all([this.#softphone?.sleep(), this.#im?.sleep()]);
  }

  /** Another network, a VPN: what is dead is found out now. A computer that goes to sleep loses its network too. */
  networkChanged(): void {
    this.#im?.networkChanged();
    this.#softphone?.networkChanged();
    this.#directory.kick();
    this.#voicemail.kick();
  }

  /** The computer woke. */
  wake(): void {
    this.#im?.wake();
    this.#softphone?.wake();
    this.#directory.kick();
    this.#voicemail.kick();
    const cut = this.#cut;
    this.#cut = [];
    if (cut.length > 0) this.#parts.onCallsCut(cut);
  }

  /** The person asked to try one service again. */
  retry(service: SignInService | 'archive'): void {
    if (service === 'archive') this.#archive.retry();
    else this.connections.retry(service);
  }
}
