import { readFileSync } from 'node:fs';
import { resolveSrv } from 'node:dns/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import type { MainHandlers } from '../src-shared/contract/contract.ts';
import { AppError } from '../src-shared/errors.ts';
import type { ChatMessage } from '../src-shared/model/message.ts';
import { signInServices } from '../src-shared/model/session.ts';
import { TopicHub } from '../src-shared/rpc/topic-hub.ts';
import type { Wire } from '../src-shared/rpc/wire.ts';
import { AccountServices, accountCalls } from './account-services.ts';
import type { AccountHandlers } from './account-services.ts';
import type { AccountConfig } from './account/account-config.ts';
import { accountConfigKeys } from './account/build-config.ts';
import { configureAccount } from './account/configure.ts';
import { Account } from './account/sign-in.ts';
import { StoredSrvAnswers } from './account/srv-answers.ts';
import type { Probes } from './account/password-check.ts';
import type { AppPort, Credentials } from './app-port.ts';
import { archiveRoot, pathStyleOf } from './archive/archive-path.ts';
import { parsePolicy, readPolicy, systemPolicyProbe } from './config/policy-file.ts';
import type { Policy } from './config/policy-file.ts';
import { SettingsStore } from './config/settings-store.ts';
import { Settings } from './config/settings.ts';
import { Checkpointer } from './core/checkpointer.ts';
import { systemClock } from './core/clock.ts';
import { HealthBoard } from './core/health-board.ts';
import { Redactor } from './core/log-redaction.ts';
import { Log } from './core/log.ts';
import { LoopDelayMeter } from './core/loop-delay.ts';
import { migrationSteps } from './core/migrations/index-of-steps.ts';
import { RotatingFile } from './core/rotating-file.ts';
import type { Service } from './core/service.ts';
import { databaseFile, openStore } from './core/store.ts';
import type { Store } from './core/store.ts';
import { withTranslatedErrors } from './core/translate-errors.ts';
import { probeDirectory } from './directory/probe-directory.ts';
import type { Host } from './host.ts';
import { probeChat } from './im/probe-chat.ts';
import { TcpTransport, systemSrvResolver } from './im/transport.ts';
import { MediaGateway } from './media-gateway/gateway-client.ts';
import { supportReport } from './report.ts';
import { probePhone } from './softphone/probe-phone.ts';
import { CapabilityStore } from './video/capability-store.ts';
import { CapabilityService } from './video/capability.ts';
import { measureProcessor, systemWork } from './video/processor-speed.ts';
import { probeVoicemail } from './voicemail/probe-voicemail.ts';
import { Windows } from './windows.ts';

const logTailLines = 200;

/** Builds the program for this shell. Nothing runs before `start`. */
export function createApp(host: Host): Promise<AppPort> {
  return Promise.resolve(new App(host));
}

/** The one place that constructs: every part in order, started forward, stopped backward. */
class App implements AppPort {
  readonly #host: Host;
  readonly #redactor = new Redactor();
  readonly #logFile: RotatingFile;
  readonly #log: Log;
  readonly #hub = new TopicHub();
  readonly #health: HealthBoard;
  readonly #store: Store;
  readonly #settings: Settings;
  readonly #srvAnswers: StoredSrvAnswers;
  readonly #windows: Windows;
  readonly #gateway: MediaGateway;
  readonly #account: Account;
  readonly #loopDelay = new LoopDelayMeter();
  readonly #services: readonly Service[];
  readonly #handlers: MainHandlers;
  readonly #dismissed = new Set<string>();
  #started: Service[] = [];
  #accountServices: AccountServices | undefined;

  constructor(host: Host) {
    this.#host = host;
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
      readPolicy: () => this.#readPolicy(),
    });
    this.#srvAnswers = new StoredSrvAnswers(this.#store);
    this.#windows = new Windows({ hub: this.#hub, clock, log: log('windows') });
    this.#gateway = new MediaGateway({
      forkGateway: () => host.forkGateway(),
      clock,
      log: log('media-gateway'),
      health: this.#health,
    });
    this.#account = new Account({
      settings: this.#settings,
      secrets: host.secrets,
      hub: this.#hub,
      clock,
      log: log('account'),
      configure: (address) => this.#configure(address),
      configKeys: accountConfigKeys,
      probes: this.#probes(),
      services: {
        show: (config) => this.#showAccount(config),
        start: (config, password) => this.#startAccount(config, password),
        stop: () => this.#stopAccount(),
      },
      registerSecret: (value) => {
        this.#redactor.registerSecret(value);
      },
      archiveFolder: () => this.#archiveFolder(),
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
    const checkpointer = new Checkpointer({
      db: this.#store.db,
      file: join(host.paths.data, databaseFile),
      clock,
      log: log('store'),
    });
    this.#services = [
      ...(this.#store.persistent ? [checkpointer] : []),
      this.#settings,
      this.#gateway,
      capability,
      this.#account,
    ];
    const handlers: MainHandlers = {
      ...this.#account.handlers,
      ...this.#settings.handlers,
      ...capability.handlers,
      ...this.#accountHandlers(),
      'lease.claim': ({ takeOver }, clientId) => this.#windows.claim(clientId, takeOver),
      'lease.release': (_input, clientId) => {
        this.#windows.release(clientId);
        return null;
      },
      'media.codecs': ({ codecs }, clientId) => {
        this.#windows.reportCodecs(clientId, codecs);
        return null;
      },
      'health.retry': ({ service }) => {
        const known = signInServices.find((name) => name === service);
        if (known === undefined) throw new AppError('invalid', 'That service cannot be tried again by hand.', service);
        this.#accountServices?.retry(known);
        return null;
      },
      'app.info': () => ({
        version: host.version,
        shell: host.shell,
        platform: host.platform,
        dataDirectory: host.paths.data,
        logDirectory: host.paths.logs,
        notices: this.#notices(),
      }),
      'app.dismissNotice': ({ index }) => {
        const notice = this.#notices()[index];
        if (notice !== undefined) this.#dismissed.add(notice);
        return null;
      },
      'app.report': () => ({ text: this.#report() }),
      'app.logError': ({ component, message }) => {
        log(`window.${component}`).error(message);
        return null;
      },
    };
    this.#handlers = withTranslatedErrors(handlers, (error) => this.#store.translate(error));
  }

  async start(): Promise<void> {
    const log = this.#log.component('app');
    log.info('starting', { version: this.#host.version, shell: this.#host.shell, platform: this.#host.platform });
    this.#loopDelay.start();
    this.#publishSignedOut();
    for (const service of this.#services) {
      this.#started.push(service);
      await service.start();
    }
    this.#log.setLevel(this.#settings.get('log.level'));
    this.#settings.onChange(['log.level'], () => {
      this.#log.setLevel(this.#settings.get('log.level'));
    });
    this.#settings.onChange(['archive.enabled', 'archive.folder'], () => {
      this.#accountServices?.archiveSettingsChanged();
    });
    this.#host.power.onWake(() => {
      log.info('the computer woke');
      this.#accountServices?.wake();
    });
  }

  async stop(): Promise<void> {
    for (const service of this.#started.toReversed()) await service.stop();
    this.#started = [];
    this.#windows.close();
    this.#loopDelay.stop();
    this.#store.close();
    this.#log.component('app').info('stopped');
  }

  attach(clientId: string, wire: Wire): void {
    this.#windows.attach(clientId, wire, this.#handlers);
  }

  openTarget(target: string): void {
    this.#windows.emit('window.open', { target });
  }

  async signInOnce({ address, password }: Credentials): Promise<void> {
    try {
      await this.#account.signIn(address, password);
    } catch (error) {
      // The session topic shows why; the window is at its sign-in page.
      this.#log.component('app').warn('could not sign in at start', { error });
    }
  }

  /** The administrator's file, and below it what was handed over at start, which can only seed. */
  #readPolicy(): Policy {
    const { policyFile, seedFile } = this.#host.paths;
    const policy = readPolicy(policyFile, systemPolicyProbe(this.#host.platform));
    if (seedFile === undefined) return policy;
    let text: string;
    try {
      text = readFileSync(seedFile, 'utf8');
    } catch {
      return { ...policy, problems: [...policy.problems, `The settings file ${seedFile} cannot be read.`] };
    }
    const seeded = parsePolicy(`{"version":1,"seed":${text}}`, seedFile);
    return {
      lock: policy.lock,
      seed: { ...seeded.seed, ...policy.seed },
      problems: [...policy.problems, ...seeded.problems],
    };
  }

  #configure(address: string): Promise<AccountConfig> {
    return configureAccount(address, {
      settings: this.#settings,
      resolveSrv,
      answers: this.#srvAnswers,
      clock: systemClock,
      log: this.#log.component('discovery'),
      random: Math.random,
    });
  }

  #probes(): Probes {
    const log = this.#log.component('probe');
    const common = { clock: systemClock, random: Math.random, log };
    const off = (): Promise<never> => Promise.reject(new AppError('unsupported', 'That service is switched off.'));
    return {
      chat: (config, password) =>
        config.chat === undefined
          ? off()
          : probeChat(config.chat, password, {
              ...common,
              transport: new TcpTransport(config.trust),
              resolve: systemSrvResolver,
            }),
      phone: (config, password) =>
        config.phone === undefined
          ? off()
          : probePhone(config.phone, password, { ...common, trust: config.trust, product: this.#product }),
      directory: (config, password) =>
        config.directory === undefined
          ? off()
          : probeDirectory(config.directory, config.address, password, {
              ...common,
              trust: config.trust,
              region: () => this.#region(),
            }),
      voicemail: (config, password) =>
        config.voicemail === undefined
          ? off()
          : probeVoicemail(config.voicemail, password, { ...common, trust: config.trust }),
    };
  }

  get #product(): string {
    return `Parley/${this.#host.version}`;
  }

  /** The region that was set, else that of the computer's language. */
  #region(): string | undefined {
    const set = this.#settings.get('calls.region');
    return set === '' ? new Intl.Locale(Intl.DateTimeFormat().resolvedOptions().locale).maximize().region : set;
  }

  async #showAccount(config: AccountConfig): Promise<void> {
    if (this.#accountServices !== undefined) return;
    const { platform, paths } = this.#host;
    const services = new AccountServices(config, {
      store: this.#store,
      hub: this.#hub,
      clock: systemClock,
      random: Math.random,
      log: this.#log.component,
      health: this.#health,
      gateway: this.#gateway,
      windows: this.#windows,
      product: this.#product,
      emit: (name, payload) => {
        this.#windows.emit(name, payload);
      },
      region: () => this.#region(),
      platform,
      home: paths.home,
      documents: paths.documents,
      ownName: () => this.#account.session.displayName ?? config.address,
      archiveSettings: () => ({
        enabled: this.#settings.get('archive.enabled'),
        folder: this.#settings.get('archive.folder'),
      }),
      onIncomingMessage: (message, name) => {
        this.#notifyMessage(message, name);
      },
      onMissedCall: (who) => {
        this.#notifyMissedCall(who);
      },
    });
    this.#accountServices = services;
    await services.start();
  }

  async #startAccount(config: AccountConfig, password: string): Promise<void> {
    await this.#showAccount(config);
    await this.#accountServices?.connect(password);
  }

  async #stopAccount(): Promise<void> {
    const services = this.#accountServices;
    this.#accountServices = undefined;
    await services?.stop();
    if (services !== undefined) this.#publishSignedOut();
  }

  /** The account's topics without an account, so that every view has something to show. */
  #publishSignedOut(): void {
    const hub = this.#hub;
    hub.publish('roster', { state: 'loading', contacts: [], requests: [] });
    hub.publish('ownPresence', { chosen: 'available', shown: 'offline', text: '' });
    hub.publish('conversations', { conversations: [], unread: 0 });
    hub.publish('calls', { calls: [], line: { state: 'off', message: '' } });
    hub.publish('history', { chats: [], voiceMessages: [], calls: [], missedUnseen: 0 });
    hub.publish('voicemail', { state: 'notConfigured', messages: [], unread: 0 });
  }

  #accountHandlers(): AccountHandlers {
    const entries = accountCalls.map((name) => [name, this.#forAccount(name)] as const);
    // One function for each name of accountCalls, each of the type of its name.
    return Object.fromEntries(entries) as AccountHandlers;
  }

  #forAccount<Name extends keyof AccountHandlers>(name: Name): AccountHandlers[Name] {
    const forward = (input: never, clientId: string): unknown => {
      if (this.#accountServices === undefined) throw new AppError('invalid', 'Sign in first.', name);
      const handler = this.#accountServices.handlers[name] as (input: never, clientId: string) => unknown;
      return handler(input, clientId);
    };
    return forward as AccountHandlers[Name];
  }

  #notifyMessage(message: ChatMessage, name: string): void {
    if (!this.#settings.get('notifications.messages')) return;
    const body = this.#settings.get('notifications.preview') ? message.body.slice(0, 200) : '';
    this.#notify(name, body, `chat:${message.peer}`, `chats/${message.peer}`);
  }

  #notifyMissedCall(who: string): void {
    if (!this.#settings.get('notifications.missedCalls')) return;
    this.#notify(who, '', 'missed-call', 'calls');
  }

  #notify(title: string, body: string, tag: string, target: string): void {
    const shown = this.#host.notify({
      title,
      body,
      tag,
      onClick: () => {
        this.#host.showWindow();
        this.openTarget(target);
      },
    });
    if (!shown) this.#windows.emit('notify.show', { title, body, tag, target });
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

  #notices(): readonly string[] {
    return [...this.#store.notices, ...this.#settings.notices].filter((notice) => !this.#dismissed.has(notice));
  }

  #report(): string {
    const snapshot = this.#hub.current('settings').snapshot as { readonly settings: never[] } | undefined;
    const text = supportReport({
      host: this.#host,
      health: this.#health.all(),
      settings: snapshot?.settings ?? [],
      notices: [...this.#store.notices, ...this.#settings.notices],
      loopDelay: this.#loopDelay.read(),
      logTail: this.#logFile.tail(logTailLines).split('\n'),
      nowMs: systemClock.now(),
    });
    return this.#redactor.redact(text);
  }
}
