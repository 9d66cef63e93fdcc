import type { TimerHandle } from '../../src-shared/clock.ts';
import type { MainHandlers } from '../../src-shared/contract/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { ServiceTest, Session, SignInService } from '../../src-shared/model/session.ts';
import { t } from '../../src-shared/words.ts';
import type { Service } from '../core/service.ts';
import type { AccountConfig } from './account-config.ts';
import { accountIdOf, normalizedAddress } from './account-id.ts';
import type { AccountOptions } from './account-options.ts';
import { PasswordCheck, ownReplaced, throwUnlessAccepted } from './password-check.ts';
import { ownPasswords } from './passwords.ts';
import type { Passwords } from './passwords.ts';
import { RememberedPassword } from './remembered-password.ts';
import { ServiceQueue } from './service-queue.ts';
import { testService, throwUnlessWorks } from './service-test.ts';
import { whatStays } from './what-stays.ts';
import type { Stays } from './what-stays.ts';

/** Several settings are commonly changed together; they are taken over once. */
const reconfigureDelayMs = 1_000;

/** Transitions that are not listed are refused. */
const transitions: Readonly<Record<Session['state'], readonly Session['state'][]>> = {
  signedOut: ['signingIn', 'signedIn'],
  signingIn: ['signedIn', 'signedOut'],
  signedIn: ['signingIn', 'signedOut'],
};

/**
 * Signing in and out; topic `session`.
 *
 *   signedOut --signIn--> signingIn --first service accepts--> signedIn
 *   signingIn --refused | nothing reachable | signOut--> signedOut, with the failure
 *   signedIn --signIn (new password)--> signingIn --refused--> signedIn, as before, with the failure
 *   signedIn --enterPassword--> signedIn, with another password where a service accepted it
 *   signedIn --signOut | remembered password refused--> signedOut
 *   signedOut --start, password remembered--> signedIn, so that what is stored shows at once and without network
 *
 * A password is tried on one service first (chat, else phone, directory, voicemail) and on the others after that one
 * accepted it: a typo costs one attempt, which locks no account. A refused password is never tried again by itself.
 */
export class Account implements Service {
  readonly name = 'account';
  readonly #options: AccountOptions;
  readonly #check: PasswordCheck;
  readonly #remembered: RememberedPassword;
  #session: Session;
  #password: string | undefined;
  /** A server accepted it. */
  #isProven = false;
  readonly #services: ServiceQueue;
  /** A later sign-in or sign-out makes the one under way moot. */
  #generation = 0;
  #reconfigureTimer: TimerHandle | undefined;
  /** Why settings could not be used, as the session says it. */
  #settingsFailure: string | undefined;
  #unlisten: (() => void) | undefined;

  constructor(options: AccountOptions) {
    this.#options = options;
    this.#check = new PasswordCheck(options);
    this.#remembered = new RememberedPassword(options);
    this.#services = new ServiceQueue(options.services);
    this.#session = {
      state: 'signedOut',
      secretsBackend: options.secrets.backend,
      secretsPlainText: options.secrets.plainText,
    };
  }

  readonly handlers: Pick<
    MainHandlers,
    'session.signIn' | 'session.signOut' | 'session.test' | 'session.enterPassword'
  > = {
    'session.signIn': async ({ address, password }) => {
      await this.signIn(address, password);
      return null;
    },
    'session.signOut': async ({ forgetPassword }) => {
      const { data, password } = await this.signOut(forgetPassword);
      return { stays: [...data, ...password] };
    },
    'session.test': ({ service, address, password }) => this.test(service, address, password),
    'session.enterPassword': async ({ service, password, isOwn }) => {
      await this.enterPassword(service, password, isOwn && service !== 'chat' ? 'own' : 'account');
      return null;
    },
  };

  get session(): Session {
    return this.#session;
  }

  /** The account in use or last used; undefined on a new machine. */
  get accountId(): string | undefined {
    return this.#session.accountId;
  }

  /** Shows the last account, and signs in by itself when its password is remembered. Does not wait for the network. */
  async start(): Promise<void> {
    const { settings, log } = this.#options;
    this.#unlisten = settings.onChange(this.#options.configKeys, () => {
      this.#scheduleReconfigure();
    });
    const address = normalizedAddress(settings.get('account.address'));
    if (address === undefined) {
      this.#publish({});
      return;
    }
    const { password, failure } = await this.#remembered.get(address);
    if (password === undefined) {
      this.#publish({ address, accountId: accountIdOf(address), ...(failure === undefined ? {} : { failure }) });
      return;
    }
    this.#options.registerSecret(password);
    this.#password = password;
    settings.adoptDrafts(address);
    this.#enter('signedIn', this.#who(address));
    const generation = this.#begin();
    void this.#resume(generation, address, password).catch((error: unknown) => {
      log.error('signing in with the remembered password failed', { error });
    });
  }

  /** Something from which `configure` works changed beside the settings. */
  reconfigureSoon(): void {
    this.#scheduleReconfigure();
  }

  async stop(): Promise<void> {
    this.#begin();
    this.#unlisten?.();
    this.#unlisten = undefined;
    await this.#services.stop();
  }

  /**
   * Throws AppError in plain words: `denied` (password refused), `offline` (no server could be asked), `invalid`
   * (address, settings), `unsupported` (every service is switched off). The session shows the same words.
   */
  async signIn(typedAddress: string, password: string): Promise<void> {
    const address = normalizedAddress(typedAddress);
    if (address === undefined) {
      throw new AppError('invalid', t('The address must have the form name@company.com.'));
    }
    if (this.#session.state === 'signingIn') throw new AppError('invalid', t('Parley is signing in already.'));
    this.#options.registerSecret(password);
    const before = this.#session;
    const generation = this.#begin();
    this.#enter('signingIn', { ...this.#who(address) });
    try {
      const config = await this.#options.configure(address);
      this.#stillCurrent(generation);
      const passwords = await this.#passwords(address, password);
      const verdict = await this.#check.typed(config, passwords, () => generation !== this.#generation);
      this.#stillCurrent(generation);
      throwUnlessAccepted(verdict);
      const replaced = ownReplaced(verdict, config, passwords.own);
      // A store that does not let it go will not keep the new one either; that is said.
      if (replaced !== undefined)
        await this.#options.accountSecrets.keep(address, `${replaced}.password`, '').catch(() => undefined);
      await this.#accepted(generation, config, password);
    } catch (error) {
      if (generation === this.#generation) this.#refused(before, address, error);
      throw error;
    }
  }

  /** Ends the session. Answers what stays on this computer, in words. */
  async signOut(forgetPassword: boolean): Promise<Stays> {
    const { address } = this.#session;
    this.#begin();
    this.#password = undefined;
    this.#isProven = false;
    if (this.#session.state !== 'signedOut') {
      this.#enter('signedOut', address === undefined ? {} : { address, accountId: accountIdOf(address) });
    }
    const { secrets, archiveFolder } = this.#options;
    const forgotten = forgetPassword && address !== undefined ? await this.#forget(address) : undefined;
    const stays = whatStays({
      archive: archiveFolder(),
      hasAddress: address !== undefined,
      forgotten,
      backend: secrets.backend,
    });
    await this.#services.stop();
    this.#options.settings.signedOut();
    return stays;
  }

  /** One attempt on one service with the settings as they are. Expected failures are the answer, not errors. */
  test(service: SignInService, typedAddress: string, password: string): Promise<ServiceTest> {
    const { clock, configure, registerSecret } = this.#options;
    registerSecret(password);
    return testService(service, {
      address: normalizedAddress(typedAddress),
      password,
      configure,
      check: this.#check,
      clock,
    });
  }

  /**
   * A new password while signed in, of one service or of the account: tried at that service, once, and kept when it is
   * accepted. Throws AppError in plain words, as `signIn` does; then all is as before.
   */
  async enterPassword(service: SignInService, password: string, of: 'own' | 'account'): Promise<void> {
    const { configure, registerSecret, accountSecrets } = this.#options;
    const { address, state } = this.#session;
    const accountPassword = this.#password;
    if (state !== 'signedIn' || address === undefined || accountPassword === undefined) {
      throw new AppError('invalid', t('Sign in first.'));
    }
    registerSecret(password);
    // Another one that is entered for another service at the same time does no harm.
    const mustBeAsBefore = (): void => {
      const { session } = this;
      if (session.state !== 'signedIn' || session.address !== address || this.#password !== accountPassword)
        throw cancelled();
    };
    const config = await configure(address);
    throwUnlessWorks(service, config, await this.#check.one(service, config, password));
    mustBeAsBefore();
    const isOwn = of === 'own' && service !== 'chat';
    // One of its own would stand before the one of the account that was accepted here.
    if (service !== 'chat') await accountSecrets.keep(address, `${service}.password`, isOwn ? password : '');
    mustBeAsBefore();
    // What is under way has the passwords and settings of before.
    const generation = this.#begin();
    if (!isOwn) {
      this.#password = password;
      this.#isProven = true;
      const failure = await this.#remembered.keep(address, password);
      this.#stillCurrent(generation);
      const { failure: _, ...session } = this.#session;
      this.#publish({ ...session, ...(failure === undefined ? {} : { failure }) });
    }
    // The phone of a running call still has the old one.
    if (await this.#reconfigure()) this.#services.accepted(service);
  }

  /** With the remembered password: what is stored shows at once; the services connect when one accepts or none answers. */
  async #resume(generation: number, address: string, password: string): Promise<void> {
    const isMoot = (): boolean => generation !== this.#generation;
    try {
      const config = await this.#options.configure(address);
      if (generation !== this.#generation) return;
      await this.#services.show(config, isMoot);
      const verdict = await this.#check.remembered(config, await this.#passwords(address, password), isMoot);
      if (generation !== this.#generation) return;
      if (verdict.kind === 'denied') {
        this.#password = undefined;
        await this.#remembered.forget(address).catch((error: unknown) => {
          this.#options.log.warn('the password could not be deleted', { error });
        });
        if (generation !== this.#generation) return;
        this.#enter('signedOut', { address, accountId: accountIdOf(address), failure: verdict.message });
        this.#options.settings.signedOut();
        await this.#services.stop();
        return;
      }
      this.#isProven = verdict.kind === 'accepted';
      // Without network each service goes on trying by itself.
      await this.#connect(generation, config, password);
    } catch (error) {
      if (generation !== this.#generation || !(error instanceof AppError)) throw error;
      this.#settingsFailed(error);
      // What is stored helps all the same, and a person who mends the setting is connected.
      await this.#services.show(this.#options.configureToShow(address), isMoot);
    }
  }

  async #accepted(generation: number, config: AccountConfig, password: string): Promise<void> {
    await this.#services.stop();
    this.#stillCurrent(generation);
    this.#options.settings.adoptDrafts(config.address);
    this.#password = password;
    this.#isProven = true;
    const failure = await this.#remembered.keep(config.address, password);
    this.#stillCurrent(generation);
    this.#enter('signedIn', { ...this.#who(config.address), ...(failure === undefined ? {} : { failure }) });
    await this.#connect(generation, config, password);
  }

  async #passwords(address: string, account: string): Promise<Passwords> {
    const own = await ownPasswords(address, this.#options.accountSecrets);
    return { account, own, isProven: this.#isProven };
  }

  #refused(before: Session, address: string, error: unknown): void {
    const failure = error instanceof AppError ? error.message : t('Something went wrong. The log has the details.');
    if (before.state === 'signedIn' && before.address !== undefined) {
      this.#enter('signedIn', { ...this.#who(before.address), failure });
      // The attempt stopped what was under way: the start with the remembered password, settings that wait for a call.
      this.#scheduleReconfigure();
      return;
    }
    this.#enter('signedOut', { address, accountId: accountIdOf(address), failure });
  }

  #scheduleReconfigure(): void {
    const { clock, log } = this.#options;
    if (this.#password === undefined || this.#reconfigureTimer !== undefined) return;
    this.#reconfigureTimer = clock.setTimeout(() => {
      this.#reconfigureTimer = undefined;
      void this.#reconfigure().catch((error: unknown) => {
        log.error('changed settings were not taken over', { error });
      });
    }, reconfigureDelayMs);
  }

  #settingsFailed(error: AppError): void {
    this.#options.log.warn('the services cannot connect with these settings', { error });
    this.#settingsFailure = error.message;
    this.#publish({ ...this.#session, failure: error.message });
  }

  /**
   * What rests on changed settings or passwords connects anew. False: something has to wait, or a setting stands in the
   * way, which the session says.
   */
  async #reconfigure(): Promise<boolean> {
    const { address, state } = this.#session;
    if (state !== 'signedIn' || address === undefined) return false;
    const generation = this.#generation;
    try {
      const config = await this.#options.configure(address);
      const password = this.#password;
      if (generation !== this.#generation || password === undefined) return false;
      const { displayName: _, failure, ...session } = this.#session;
      const stays = failure === undefined || failure === this.#settingsFailure ? {} : { failure };
      this.#publish({ ...session, ...this.#who(address), ...stays });
      return await this.#connect(generation, config, password);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (generation === this.#generation) this.#settingsFailed(error);
      return false;
    }
  }

  /** Hands the configuration over; what has to wait for the end of calls is handed over again then, and false is answered. */
  async #connect(generation: number, config: AccountConfig, password: string): Promise<boolean> {
    const passwords = await this.#passwords(config.address, password);
    const isDone = await this.#services.connect(config, passwords, () => generation !== this.#generation);
    if (generation !== this.#generation) return false;
    const { waitsForCalls: _, ...session } = this.#session;
    this.#publish(isDone ? session : { ...session, waitsForCalls: true });
    if (isDone) return true;
    void this.#options.whenNoCallRuns().then(() => {
      if (generation === this.#generation) this.#scheduleReconfigure();
    });
    return false;
  }

  /** Forgets every password of the account. False: the store did not let them go. */
  async #forget(address: string): Promise<boolean> {
    const { accountSecrets, log } = this.#options;
    try {
      await this.#remembered.forget(address);
      await accountSecrets.forgetAll(address);
      return true;
    } catch (error) {
      log.warn('the passwords could not be deleted', { error });
      return false;
    }
  }

  /** Makes what is under way moot. */
  #begin(): number {
    if (this.#reconfigureTimer !== undefined) this.#options.clock.clearTimeout(this.#reconfigureTimer);
    this.#reconfigureTimer = undefined;
    this.#generation += 1;
    return this.#generation;
  }

  #stillCurrent(generation: number): void {
    if (generation !== this.#generation) throw cancelled();
  }

  #who(address: string): Pick<Session, 'address' | 'accountId' | 'displayName'> {
    const name = this.#options.settings.forAccount(address).get('account.displayName');
    return { address, accountId: accountIdOf(address), ...(name === '' ? {} : { displayName: name }) };
  }

  #enter(state: Session['state'], rest: Omit<Session, 'state' | 'secretsBackend' | 'secretsPlainText'>): void {
    if (!transitions[this.#session.state].includes(state)) {
      throw new Error(`session: no transition from ${this.#session.state} to ${state}`);
    }
    this.#session = { ...this.#session, state };
    this.#publish(rest);
  }

  #publish(rest: Omit<Session, 'state' | 'secretsBackend' | 'secretsPlainText'>): void {
    const { secrets, hub } = this.#options;
    this.#session = {
      ...rest,
      state: this.#session.state,
      secretsBackend: secrets.backend,
      secretsPlainText: secrets.plainText,
    };
    hub.publish('session', this.#session);
  }
}

function cancelled(): AppError {
  return new AppError('invalid', t('Signing in was cancelled.'));
}
