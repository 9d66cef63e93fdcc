import { release } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MainHandlers, TopicSnapshot } from '../src-shared/contract/contract.ts';
import { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import type { Wire } from '../src-shared/rpc/wire.ts';
import { AccountData } from './account-data.ts';
import { AccountServices } from './account-services.ts';
import type { AccountConfig } from './account/account-config.ts';
import { AccountSecrets } from './account/account-secrets.ts';
import { accountConfigKeys } from './account/build-config.ts';
import { configurationToShow, configureAccount } from './account/configure.ts';
import { Account } from './account/sign-in.ts';
import { StoredSrvAnswers } from './account/srv-answers.ts';
import type { AppPort, CreateApp, Credentials } from './app-port.ts';
import { archiveRoot, pathStyleOf } from './archive/archive-path.ts';
import { CallRules } from './call-rules.ts';
import { policyAtStart } from './config/policy-at-start.ts';
import { SettingsStore } from './config/settings-store.ts';
import { Settings } from './config/settings.ts';
import { callSettingKeys } from './config/call-settings-reader.ts';
import { Afterwards } from './core/afterwards.ts';
import { Checkpointer } from './core/checkpointer.ts';
import { systemClock } from './core/clock.ts';
import { HealthBoard } from './core/health-board.ts';
import { Redactor } from './core/log-redaction.ts';
import { Log } from './core/log.ts';
import { LoopDelayMeter } from './core/loop-delay.ts';
import { migrationSteps } from './core/migrations/index-of-steps.ts';
import { nameService } from './core/name-service.ts';
import type { NameService } from './core/name-service.ts';
import { NetworkWatch } from './core/network-watch.ts';
import { RotatingFile } from './core/rotating-file.ts';
import type { Service } from './core/service.ts';
import { backupFolder, databaseFile, openStore } from './core/store.ts';
import type { Store } from './core/store.ts';
import { loadSystemStore } from './core/system-store.ts';
import { withTranslatedErrors } from './core/translate-errors.ts';
import { CurrentAccount } from './current-account.ts';
import { PeopleStore } from './directory/people-store.ts';
import type { Host } from './host.ts';
import { parsePortRange } from './core/port-range.ts';
import { CodecLibraries } from './media-gateway/codec-libraries.ts';
import { MediaGateway } from './media-gateway/gateway-client.ts';
import { Desktop } from './desktop.ts';
import { OutsideWindow } from './outside-window.ts';
import { Power } from './power.ts';
import { programCalls } from './program-calls.ts';
import { supportReport } from './report.ts';
import { serviceProbes } from './service-probes.ts';
import { publishSignedOut } from './signed-out-topics.ts';
import { SipTrace } from './softphone/sip-trace.ts';
import { CapabilityStore } from './video/capability-store.ts';
import { CapabilityService } from './video/capability.ts';
import { measureProcessor, systemWork } from './video/processor-speed.ts';
import { Windows } from './windows.ts';

const logTailLines = 200;
/** At the start the processors are busy with the window (milliseconds); a call does not wait for this. */
const gatewayAfterMs = 1_000;

/** Builds the program for this shell. Nothing runs before `start`. */
export const createApp: CreateApp = (host, notices) => Promise.resolve(new App(host, notices));

/** The one place that constructs: every part in order, started forward, stopped backward. */
class App implements AppPort {
  readonly #host: Host;
  readonly #redactor = new Redactor();
  readonly #logFile: RotatingFile;
  readonly #log: Log;
  readonly #hub = new TopicHub();
  readonly #health: HealthBoard;
  readonly #store: Store;
  readonly #checkpointer: Checkpointer;
  readonly #settings: Settings;
  readonly #srvAnswers: StoredSrvAnswers;
  readonly #windows: Windows;
  readonly #afterwards: Afterwards;
  readonly #gateway: MediaGateway;
  readonly #outside: OutsideWindow;
  readonly #rules: CallRules;
  readonly #current: CurrentAccount;
  readonly #account: Account;
  readonly #accountSecrets: AccountSecrets;
  readonly #trace: SipTrace;
  readonly #loopDelay = new LoopDelayMeter();
  readonly #services: readonly Service[];
  readonly #handlers: MainHandlers;
  /** What came before this program was built, in words. */
  readonly #before: readonly string[];
  #started: Service[] = [];

  constructor(host: Host, notices: readonly string[]) {
    this.#host = host;
    this.#before = notices;
    const clock = systemClock;
    this.#logFile = new RotatingFile({ directory: host.paths.logs, name: 'parley', clock });
    this.#log = new Log({ clock, redactor: this.#redactor, file: this.#logFile, level: 'info' });
    const log = this.#log.component;
    this.#health = new HealthBoard({
      hub: this.#hub,
      log: log('health'),
      redact: (text) => this.#redactor.redact(text),
    });
    this.#store = openStore({
      directory: host.paths.data,
      migrations: migrationSteps,
      clock,
      log: log('store'),
      health: this.#health,
    });
    this.#settings = new Settings({
      store: new SettingsStore(this.#store),
      hub: this.#hub,
      clock,
      log: log('settings'),
      readPolicy: () => policyAtStart(host.paths, host.platform),
    });
    this.#trace = new SipTrace({
      clock,
      isOn: () => this.#settings.get('log.sipTrace'),
      redact: (text) => this.#redactor.redact(text),
    });
    this.#srvAnswers = new StoredSrvAnswers(this.#store);
    this.#afterwards = new Afterwards({ clock, log: log('afterwards') });
    this.#windows = new Windows({
      hub: this.#hub,
      clock,
      log: log('windows'),
      afterTurn: (task) => {
        this.#afterwards.run(task);
      },
    });
    this.#gateway = new MediaGateway({
      forkGateway: () => host.forkGateway(),
      startAfterMs: gatewayAfterMs,
      clock,
      log: log('media-gateway'),
      health: this.#health,
      settings: () => {
        const audioPorts = parsePortRange(this.#settings.get('calls.audioPortRange'));
        const videoPorts = parsePortRange(this.#settings.get('calls.videoPortRange'));
        return { ...(audioPorts && { audioPorts }), ...(videoPorts && { videoPorts }) };
      },
    });
    this.#outside = new OutsideWindow({
      host,
      settings: this.#settings,
      hub: this.#hub,
      clock,
      emit: (name, payload) => {
        this.#windows.emit(name, payload);
      },
    });
    this.#rules = new CallRules(this.#settings);
    this.#current = new CurrentAccount({
      hub: this.#hub,
      build: (config) => this.#accountServices(config),
    });
    this.#accountSecrets = new AccountSecrets({
      secrets: host.secrets,
      address: () => this.#account.session.address,
      registerSecret: (value) => {
        this.#redactor.registerSecret(value);
      },
      changed: () => {
        this.#account.reconfigureSoon();
      },
      log: log('account'),
    });
    this.#account = new Account({
      settings: this.#settings,
      secrets: host.secrets,
      hub: this.#hub,
      clock,
      log: log('account'),
      configure: (address) => this.#configure(address),
      configureToShow: (address) => configurationToShow(address, { settings: this.#settings, random: Math.random }),
      configKeys: accountConfigKeys,
      probes: serviceProbes({
        log: log('probe'),
        product: this.#product,
        names: () => this.#names(),
        region: () => this.#rules.region(),
      }),
      services: this.#current,
      whenNoCallRuns: () => this.whenIdle(),
      registerSecret: (value) => {
        this.#redactor.registerSecret(value);
      },
      accountSecrets: this.#accountSecrets,
      archiveFolder: () => this.#archiveFolder(),
    });
    const accountData = new AccountData({
      store: this.#store,
      address: () => this.#account.session.address,
      signOut: (forgetPassword) => this.#account.signOut(forgetPassword),
      forgetPeople: (accountId) => this.#peopleStore(accountId).forget(),
      forgetSecrets: (address) => this.#accountSecrets.forgetAll(address),
      forgetSettings: (address) => {
        this.#settings.forgetAccount(address);
      },
      pause: () => this.#pause(),
      archiveFolder: () => this.#archiveFolder(),
      backupFolder: join(host.paths.data, backupFolder),
      log: log('account'),
    });
    const capability = new CapabilityService({
      store: new CapabilityStore(this.#store),
      settings: this.#settings,
      hub: this.#hub,
      clock,
      log: log('capability'),
      measureVideo: () => this.#windows.ask('capability.measureVideo', null),
      measureProcessor: async (signal) => measureProcessor(await systemWork(), () => performance.now(), signal),
    });
    this.#checkpointer = new Checkpointer({
      db: this.#store.db,
      file: join(host.paths.data, databaseFile),
      clock,
      log: log('store'),
    });
    const { handlers: accountHandlers } = this.#current;
    const byHand = 'desktop';
    const desktop = new Desktop({
      host,
      settings: this.#settings,
      hub: this.#hub,
      answer: (callId) => accountHandlers['calls.answer']({ callId }, byHand),
      decline: (callId) => accountHandlers['calls.decline']({ callId }, byHand),
      end: (ending) =>
        ending.ask === 'hangUp'
          ? accountHandlers['calls.hangUp'](ending, byHand)
          : accountHandlers['calls.endConference'](ending, byHand),
      choosePresence: (state, text) => accountHandlers['presence.set']({ state, text }, byHand),
      open: (link) => {
        this.#outside.open(link);
      },
      log: log('desktop'),
    });
    const power = new Power({
      events: host.power,
      clock,
      log: log('power'),
      sleep: () => this.#current.services?.sleep() ?? Promise.resolve(),
      wake: () => {
        this.#current.services?.wake();
      },
      locked: (isLocked) => {
        this.#current.services?.screenLocked(isLocked && this.#settings.get('presence.awayOnLock'));
      },
    });
    this.#services = [
      ...(this.#store.persistent ? [this.#checkpointer] : []),
      this.#settings,
      new CodecLibraries({
        gateway: this.#gateway,
        settings: this.#settings,
        hub: this.#hub,
        log: log('media-gateway'),
      }),
      this.#gateway,
      capability,
      desktop,
      this.#account,
      power,
      new NetworkWatch({
        clock,
        changed: () => {
          log('network').info('the addresses of this computer changed');
          this.#current.services?.networkChanged();
        },
        woke: () => {
          power.woke();
        },
      }),
    ];
    const handlers: MainHandlers = {
      ...this.#account.handlers,
      'session.signOut': (input) => accountData.signOut(input),
      ...this.#accountSecrets.handlers,
      ...this.#settings.handlers,
      ...capability.handlers,
      ...accountHandlers,
      ...desktop.handlers,
      ...programCalls({
        host,
        settings: this.#settings,
        windows: this.#windows,
        gateway: this.#gateway,
        store: this.#store,
        account: this.#current,
        outside: this.#outside,
        trace: this.#trace,
        log,
        notices: () => this.#notices,
        report: () => this.#report(),
      }),
    };
    this.#handlers = withTranslatedErrors(handlers, (error) => this.#store.translate(error));
  }

  async start(): Promise<void> {
    const log = this.#log.component('app');
    log.info('starting', { version: this.#host.version, shell: this.#host.shell, platform: this.#host.platform });
    this.#loopDelay.start();
    publishSignedOut(this.#hub);
    this.#outside.start();
    for (const service of this.#services) {
      this.#started.push(service);
      await service.start();
    }
    this.#log.setLevel(this.#settings.get('log.level'));
    this.#settings.onChange(['log.level'], () => {
      this.#log.setLevel(this.#settings.get('log.level'));
    });
    this.#settings.onChange(callSettingKeys, () => {
      this.#current.services?.callSettingsChanged();
    });
    this.#settings.onChange(['archive.enabled', 'archive.folder'], () => {
      this.#current.services?.archiveSettingsChanged();
    });
  }

  async stop(): Promise<void> {
    const log = this.#log.component('app');
    for (const service of this.#started.toReversed()) {
      try {
        await service.stop();
      } catch (error) {
        // The others end all the same: the database is closed, calls are said goodbye to.
        log.error('a service did not stop cleanly', { service: service.name, error });
      }
    }
    this.#started = [];
    this.#afterwards.flush();
    this.#windows.close();
    this.#loopDelay.stop();
    this.#store.close();
    log.info('stopped');
  }

  unexpected(kind: 'rejection' | 'exception', error: unknown): void {
    this.#log.component('app').error(`unexpected ${kind}`, { error });
  }

  whenIdle(): Promise<void> {
    const isIdle = ({ calls }: TopicSnapshot<'calls'>): boolean => calls.every(({ state }) => state === 'ended');
    return new Promise((resolve) => {
      const now = this.#hub.current('calls').snapshot as TopicSnapshot<'calls'> | undefined;
      if (now === undefined || isIdle(now)) {
        resolve();
        return;
      }
      const unwatch = this.#hub.watch('calls', (snapshot) => {
        if (!isIdle(snapshot)) return;
        unwatch();
        resolve();
      });
    });
  }

  attach(clientId: string, wire: Wire): void {
    this.#windows.attach(clientId, wire, this.#handlers);
  }

  openTarget(target: string): void {
    this.#outside.open(target);
  }

  async signInOnce({ address, password }: Credentials): Promise<void> {
    try {
      await this.#account.signIn(address, password);
    } catch (error) {
      // The session topic shows why; the window is at its sign-in page.
      this.#log.component('app').warn('could not sign in at start', { error });
    }
  }

  #configure(address: string): Promise<AccountConfig> {
    return configureAccount(address, {
      settings: this.#settings,
      secret: (of, name) => this.#accountSecrets.get(of, name),
      names: nameService,
      answers: this.#srvAnswers,
      clock: systemClock,
      log: this.#log.component('discovery'),
      random: Math.random,
      loadSystemStore,
    });
  }

  #pause(): Promise<void> {
    return this.#checkpointer.room() ?? nextTurn();
  }

  #peopleStore(accountId: string): PeopleStore {
    return new PeopleStore(this.#store, accountId, {
      clock: systemClock,
      monotonicMs: () => performance.now(),
      pause: () => this.#pause(),
      region: () => this.#rules.region(),
    });
  }

  /** As the settings are now. */
  #names(): NameService {
    return nameService(this.#settings.get('network.resolvers'));
  }

  get #product(): string {
    return `Parley/${this.#host.version}`;
  }

  #accountServices(config: AccountConfig): AccountServices {
    const { platform, paths } = this.#host;
    return new AccountServices(config, {
      store: this.#store,
      room: () => this.#checkpointer.room(),
      hub: this.#hub,
      afterwards: this.#afterwards,
      clock: systemClock,
      random: Math.random,
      log: this.#log.component,
      health: this.#health,
      gateway: this.#gateway,
      windows: this.#windows,
      product: this.#product,
      names: {
        // As the settings are at each question.
        srv: (name) => this.#names().srv(name),
        naptr: (name) => this.#names().naptr(name),
        addresses: (host) => this.#names().addresses(host),
      },
      emit: (name, payload) => {
        this.#windows.emit(name, payload);
      },
      region: () => this.#rules.region(),
      dialPlan: this.#rules.dialPlan(),
      trace: (direction, server, text) => {
        this.#trace.record(direction, server, text);
      },
      isEmergency: (number) => this.#rules.isEmergency(number),
      platform,
      home: paths.home,
      documents: paths.documents,
      showFile: this.#host.showFile,
      ownName: () => this.#account.session.displayName ?? config.address,
      sendsTyping: () => this.#settings.get('chat.sendTyping'),
      archiveSettings: () => ({
        enabled: this.#settings.get('archive.enabled'),
        folder: this.#settings.get('archive.folder'),
      }),
      callSettings: () => this.#rules.callSettings(),
      onIncomingMessage: (message, name) => {
        this.#outside.message(message, name);
      },
      onContactRequest: (request) => {
        this.#outside.contactRequest(request);
      },
      onMissedCall: (who) => {
        this.#outside.missedCall(who);
      },
      onCallsCut: (names) => {
        this.#outside.callsCutBySleep(names);
      },
    });
  }

  #archiveFolder(): string | undefined {
    if (!this.#settings.get('archive.enabled')) return undefined;
    const { paths, platform } = this.#host;
    return archiveRoot({
      style: pathStyleOf(platform, release()),
      home: paths.home,
      documents: paths.documents,
      folder: this.#settings.get('archive.folder'),
    });
  }

  get #notices(): readonly string[] {
    return [...this.#before, ...this.#store.notices, ...this.#settings.notices];
  }

  #report(): string {
    const snapshot = this.#hub.current('settings').snapshot as { readonly settings: never[] } | undefined;
    const text = supportReport({
      host: this.#host,
      health: this.#health.all(),
      settings: snapshot?.settings ?? [],
      notices: this.#notices,
      loopDelay: this.#loopDelay.read(),
      logTail: this.#logFile.tail(logTailLines).split('\n'),
      nowMs: systemClock.now(),
    });
    return this.#redactor.redact(text);
  }
}
