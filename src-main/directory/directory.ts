import type { Clock } from '../../src-shared/clock.ts';
import type { MainHandlers } from '../../src-shared/contract/contract.ts';
import type { SearchAnswer } from '../../src-shared/contract/people.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { Person } from '../../src-shared/model/contact.ts';
import { t } from '../../src-shared/words.ts';
import type { DirectoryConfig, TrustConfig } from '../account/account-config.ts';
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
import type { DirectoryEntry } from './entry.ts';
import { LdapDirectory } from './ldap-directory.ts';
import { LdapSession } from './ldap-session.ts';
import type { KnownContact, PeopleStore, RecentParty } from './people-store.ts';
import type { KnownParty, ReverseLookup } from './reverse-lookup.ts';
import { words } from './words.ts';

/** A line of the search box as something to dial; both null when it is not. */
export interface Dialable {
  readonly dial: string | null;
  readonly shown: string | null;
  readonly isEmergency: boolean;
}

export interface DirectoryOptions {
  /** Undefined: no directory is set up; the cache works all the same. */
  readonly config: DirectoryConfig | undefined;
  /** The person's own address, `alice@example.com`. */
  readonly address: string;
  readonly trust: TrustConfig;
  readonly store: PeopleStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly health: HealthReporter;
  /** ISO 3166-1 alpha-2 region of numbers without a country code. */
  readonly region: () => string | undefined;
  /** The dial plan of calls/. */
  readonly dialable: (text: string) => Dialable;
  /** Entries of contacts came: who has no name of their own in the roster has one now. */
  readonly onContactsLearned?: () => void;
}

type PeopleHandlers = Pick<MainHandlers, 'people.search' | 'people.card' | 'people.photo' | 'people.dialable'>;
type PersonKey = { readonly id: string } | { readonly jid: string };

/** A first search right after signing in waits this long for the connection. */
const firstConnectionMs = 3_000;
/** A card is asked for again after this time. */
const cardFreshMs = 5 * 60_000;

/**
 * Finding people: the cache of this computer at once, the directory on demand. What the directory answers goes into
 * the cache. The states of its connection are this service's health.
 */
export class DirectoryService implements Service, ReverseLookup {
  readonly name = 'directory';
  readonly #options: DirectoryOptions;
  readonly #domain: string;
  readonly #user: string;
  readonly #connection: SignedInConnection;
  #status: ReconnectorStatus = { state: 'stopped' };
  #directory: LdapDirectory | undefined;
  readonly #waiters = new Set<() => void>();
  readonly #refreshedAtMs = new Map<string, number>();
  /** JIDs that this connection was asked for: the roster changes often, the directory does not. */
  readonly #askedFor = new Set<string>();
  readonly #photosUnderWay = new Map<string, Promise<void>>();

  constructor(options: DirectoryOptions) {
    this.#options = options;
    const [user = '', domain = ''] = options.address.toLowerCase().split('@');
    this.#user = user;
    this.#domain = domain;
    this.#connection = new SignedInConnection({
      clock: options.clock,
      random: options.random,
      changed: this.#changed.bind(this),
    });
  }

  readonly handlers: PeopleHandlers = {
    'people.search': async ({ query, scope }) =>
      scope === 'cache' ? this.#options.store.search(query) : await this.#searchDirectory(query),
    'people.card': async (key) => ({ person: await this.#card(key) }),
    'people.photo': async (key) => ({ dataUrl: await this.#photo(key) }),
    'people.dialable': ({ text }) => this.#options.dialable(text),
  };

  start(): Promise<void> {
    this.#options.store.warm();
    this.#report({ service: 'directory', state: 'off', message: '' });
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    await this.disconnect();
  }

  /** Connects with this password, in the background; a new password replaces the old one. The outcome is health. */
  async connect(password: string, guard: GuardConnect = unguarded): Promise<void> {
    await this.disconnect();
    const { config } = this.#options;
    if (config === undefined) return;
    this.#connection.connect({
      servers: config.servers,
      connect: guard((server, attempt) => this.#open(config, password, server, attempt)),
      answerMs: config.timeoutMs,
    });
  }

  async disconnect(): Promise<void> {
    this.#directory = undefined;
    await this.#connection.disconnect();
  }

  /** The computer woke or the network changed. */
  kick(): void {
    this.#connection.kick();
  }

  /** A person asked to try again. */
  retry(): void {
    this.#connection.retry();
  }

  /** The roster as it is now: contacts come first in search, and those without an entry are looked up. */
  setContacts(contacts: readonly KnownContact[]): void {
    this.#options.store.setContacts(contacts);
    void this.enrichContacts(contacts.map(({ jid }) => jid));
  }

  /** Somebody was called or written to. */
  noteRecent(recent: RecentParty): void {
    this.#options.store.noteRecent(recent);
  }

  byNumber(number: string): KnownParty | undefined {
    return this.#options.store.byNumber(number);
  }

  byJid(jid: string): KnownParty | undefined {
    return this.#options.store.byJid(jid);
  }

  /** Looks for the entries of these contacts, so that their cards show numbers and titles. Without a directory it does nothing. */
  async enrichContacts(jids: readonly string[]): Promise<void> {
    if (this.#directory === undefined) return;
    const missing = this.#options.store.withoutEntry(jids).filter((jid) => !this.#askedFor.has(jid));
    if (missing.length === 0) return;
    for (const jid of missing) this.#askedFor.add(jid);
    const entries = await this.#directory.findContacts(missing);
    await this.#keep(entries);
    if (entries.length > 0) this.#options.onContactsLearned?.();
  }

  async #open(
    config: DirectoryConfig,
    password: string,
    server: ServerAddress,
    attempt: Attempt,
  ): Promise<LdapSession> {
    const { clock, trust, log, region } = this.#options;
    const session = await LdapSession.open(server, {
      config,
      user: this.#user,
      password,
      tls: tlsOptionsFor(trust),
      clock,
      signal: attempt.signal,
      lost: (failure) => {
        attempt.lost(failure);
      },
    });
    if (!attempt.signal.aborted) {
      this.#directory = new LdapDirectory(session, {
        config,
        domain: this.#domain,
        region,
        log,
        late: (entries) => {
          void this.#keep(entries);
        },
      });
    }
    return session;
  }

  #changed(status: ReconnectorStatus): void {
    this.#status = status;
    if (status.state !== 'up') this.#directory = undefined;
    this.#askedFor.clear();
    const isOpen = status.state === 'up' && this.#options.config?.encryption === 'none';
    this.#report({ ...healthOfStatus('directory', status), ...(isOpen ? { detail: t(words.worksUnencrypted) } : {}) });
    for (const waiter of [...this.#waiters]) waiter();
    if (status.state === 'up') void this.enrichContacts(this.#options.store.contactJids());
  }

  #report(health: ServiceHealth): void {
    if (health.message !== '') this.#options.log.warn(health.message, { state: health.state, detail: health.detail });
    this.#options.health.report(health);
  }

  async #searchDirectory(query: string): Promise<SearchAnswer> {
    if (this.#status.state === 'connecting' && !this.#status.everUp) await this.#settled();
    const directory = this.#directory;
    if (directory === undefined) return { ...this.#options.store.search(query), problem: this.#whyNot() };
    const answer = await directory.search(query);
    await this.#keep(answer.entries);
    const { people, truncated } = this.#options.store.search(query);
    return {
      people,
      truncated: truncated || answer.truncated,
      ...(answer.problem === undefined ? {} : { problem: answer.problem }),
    };
  }

  /** Waits until the first connection stands or failed, but not for long. */
  #settled(): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const done = (): void => {
        if (this.#status.state === 'connecting' && clock.now() < deadlineMs) return;
        clock.clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const deadlineMs = clock.now() + firstConnectionMs;
      const timer = clock.setTimeout(done, firstConnectionMs);
      this.#waiters.add(done);
    });
  }

  #whyNot(): string {
    if (this.#options.config === undefined) return t(words.notConfigured);
    switch (this.#status.state) {
      case 'failed':
      case 'waiting':
        return this.#status.failure.message;
      case 'connecting':
        return this.#status.failure?.message ?? t(words.connecting);
      case 'up':
        return t(words.connecting);
      case 'stopped':
        return t(words.signedOut);
    }
  }

  /** Storing what was found must never fail a search: the disk may be full. */
  async #keep(entries: readonly DirectoryEntry[]): Promise<void> {
    try {
      await this.#options.store.putEntries(entries);
    } catch (error) {
      this.#options.log.error('people not stored', { error });
    }
  }

  #known(key: PersonKey): Person | undefined {
    return 'id' in key ? this.#options.store.byId(key.id) : this.#options.store.personByJid(key.jid);
  }

  async #card(key: PersonKey): Promise<Person | null> {
    const person = this.#known(key);
    if (person === undefined) {
      if ('jid' in key) await this.enrichContacts([key.jid.toLowerCase()]);
      return this.#known(key) ?? null;
    }
    void this.#refresh(person.id);
    return person;
  }

  /** The card is shown from the cache; the next look shows what changed meanwhile. */
  async #refresh(id: string): Promise<void> {
    const dn = this.#options.store.dnOf(id);
    const nowMs = this.#options.clock.now();
    if (dn === undefined || this.#directory === undefined) return;
    if (nowMs - (this.#refreshedAtMs.get(dn) ?? -cardFreshMs) < cardFreshMs) return;
    this.#refreshedAtMs.set(dn, nowMs);
    const entry = await this.#directory.entry(dn);
    if (entry !== undefined) await this.#keep([entry]);
  }

  async #photo(key: PersonKey): Promise<string | null> {
    const person = this.#known(key) ?? (await this.#card(key));
    if (person?.hasPhoto !== true) return null;
    const { store } = this.#options;
    if (store.photo(person.id) === undefined) await this.#fetchPhoto(person.id);
    const photo = store.photo(person.id);
    return photo === undefined ? null : `data:${photo.mimeType};base64,${photo.bytes.toString('base64')}`;
  }

  /** A list of rows asks for the same photo many times: it is fetched once. */
  async #fetchPhoto(id: string): Promise<void> {
    const dn = this.#options.store.dnOf(id);
    if (dn === undefined) return;
    let fetching = this.#photosUnderWay.get(dn);
    if (fetching === undefined) {
      fetching = this.#readPhoto(id, dn).finally(() => this.#photosUnderWay.delete(dn));
      this.#photosUnderWay.set(dn, fetching);
    }
    await fetching;
  }

  async #readPhoto(id: string, dn: string): Promise<void> {
    const photo = await this.#directory?.photo(dn);
    if (photo === undefined) return;
    try {
      this.#options.store.putPhoto(id, photo ?? undefined);
    } catch (error) {
      this.#options.log.error('photo not stored', { error });
    }
  }
}
