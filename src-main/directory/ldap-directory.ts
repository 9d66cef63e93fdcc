import { ResultCodeError } from 'ldapts';
import type { Entry } from 'ldapts';
import { AppError } from '../../src-shared/errors.ts';
import { limits } from '../../src-shared/limits.ts';
import { t } from '../../src-shared/words.ts';
import type { DirectoryConfig } from '../account/account-config.ts';
import { ConnectFailure } from '../core/connect-failure.ts';
import type { Logger } from '../core/log.ts';
import { readPhoto } from './entry.ts';
import type { DirectoryEntry, Photo } from './entry.ts';
import {
  accentedFilter,
  contactsFilter,
  entryAttributes,
  isFilter,
  photoAttributes,
  searchFilter,
  toDirectoryEntry,
  withBase,
} from './ldap-mapping.ts';
import { ldapResult } from './ldap-session.ts';
import type { LdapSession } from './ldap-session.ts';
import { words } from './words.ts';

/** What the directory found. `problem`: why it is not everything, in plain words. */
export interface DirectoryAnswer {
  readonly entries: readonly DirectoryEntry[];
  readonly truncated: boolean;
  readonly problem?: string;
}

export interface DirectoryContext {
  readonly config: DirectoryConfig;
  /** Domain of the person's own address, lower case. */
  readonly domain: string;
  readonly region: () => string | undefined;
  readonly log: Logger;
  /** Entries that came after their search was answered. */
  readonly late: (entries: readonly DirectoryEntry[]) => void;
}

/** JIDs asked for in one request; a filter of more than some thousand characters is refused by some servers. */
const jidsPerRequest = 20;

type BaseOutcome =
  | { readonly kind: 'found'; readonly entries: readonly DirectoryEntry[]; readonly truncated: boolean }
  | { readonly kind: 'slow' }
  | { readonly kind: 'refused'; readonly code: number }
  | { readonly kind: 'failed' };

/** The searches of Parley, over a session of the directory. Failures are answers, never exceptions. */
export class LdapDirectory {
  readonly #session: LdapSession;
  readonly #context: DirectoryContext;

  constructor(session: LdapSession, context: DirectoryContext) {
    this.#session = session;
    this.#context = context;
  }

  /** Asks all search bases at once; what one of them cannot say, the others do. */
  async search(text: string): Promise<DirectoryAnswer> {
    const { config, region } = this.#context;
    const filter = searchFilter(text, config.baseFilter, region());
    if (filter === undefined) return { entries: [], truncated: false };
    const answer = await this.#searchBases(filter, limits.searchResults);
    const accented = accentedFilter(text, config.baseFilter, region());
    if (answer.entries.length > 0 || answer.problem !== undefined || accented === undefined) return answer;
    return await this.#searchBases(accented, limits.searchResults);
  }

  /** The entries of these contacts, each with the JID it was found for. */
  async findContacts(jids: readonly string[]): Promise<readonly DirectoryEntry[]> {
    const found: DirectoryEntry[] = [];
    const { config, domain } = this.#context;
    for (let at = 0; at < jids.length; at += jidsPerRequest) {
      const some = jids.slice(at, at + jidsPerRequest);
      const answer = await this.#searchBases(contactsFilter(some, domain, config.baseFilter), jidsPerRequest * 2);
      for (const entry of answer.entries) {
        const jid = contactOf(entry, some, domain);
        if (jid !== undefined) found.push({ ...entry, jid });
      }
      if (answer.problem === t(words.standsStill)) break;
    }
    return found;
  }

  /** One entry by its DN; undefined when it is gone or the server did not say. */
  async entry(dn: string): Promise<DirectoryEntry | undefined> {
    try {
      const request = { base: dn, scope: 'base', filter: '(objectClass=*)', sizeLimit: 1 } as const;
      const [entries, withPhoto] = await Promise.all([
        this.#session.search({ ...request, attributes: entryAttributes }),
        this.#session.search({ ...request, filter: hasPhotoFilter, attributes: ['1.1'] }),
      ]);
      const [entry] = entries;
      return entry === undefined ? undefined : toDirectoryEntry(entry, this.#context.domain, withPhoto.length > 0);
    } catch (error) {
      this.#context.log.debug('entry not read', { error });
      return undefined;
    }
  }

  /** The photo of an entry: undefined when the server did not say, null when there is none that can be shown. */
  async photo(dn: string): Promise<Photo | null | undefined> {
    try {
      const [entry] = await this.#session.search({
        base: dn,
        scope: 'base',
        filter: '(objectClass=*)',
        attributes: photoAttributes,
        binaryAttributes: photoAttributes,
        sizeLimit: 1,
      });
      if (entry === undefined) return null;
      const buffers = Object.values(entry)
        .flatMap((value) => (Array.isArray(value) ? value : [value]))
        .filter((value) => Buffer.isBuffer(value));
      return buffers.map(readPhoto).find((photo) => photo !== undefined) ?? null;
    } catch (error) {
      if (error instanceof ResultCodeError && error.code === ldapResult.noSuchObject) return null;
      this.#context.log.debug('photo not read', { error });
      return undefined;
    }
  }

  /** How many of the search bases can be read; for the test in Settings. Rejects with AppError in plain words. */
  async test(): Promise<string> {
    const { config } = this.#context;
    const filter = withBase('(objectClass=*)', config.baseFilter);
    if (!isFilter(filter)) throw new AppError('invalid', t(words.badFilter));
    const outcomes = await this.#askBases(filter, 1);
    if (outcomes.length === 0) throw new AppError('invalid', t(words.noBases));
    const found = outcomes.filter((outcome) => outcome.kind === 'found').length;
    if (found === 0) throw new AppError('unsupported', problemOf(outcomes, true) ?? t(words.refused));
    return found < outcomes.length ? t(words.someBasesMissing) : t(words.works);
  }

  async #searchBases(filter: string, sizeLimit: number): Promise<DirectoryAnswer> {
    if (!isFilter(filter)) return { entries: [], truncated: false, problem: t(words.badFilter) };
    const before = this.#session.received;
    const outcomes = await this.#askBases(filter, sizeLimit);
    const isSilent =
      outcomes.length > 0 && outcomes.every(({ kind }) => kind === 'slow') && this.#session.received === before;
    if (isSilent) {
      // Not one message since we asked: waiting longer on this connection helps nobody.
      this.#session.abandon(new ConnectFailure('later', t(words.standsStill), { detail: 'no answer to any search' }));
    }
    const found = outcomes.filter((outcome) => outcome.kind === 'found');
    const entries = new Map(found.flatMap((outcome) => outcome.entries).map((entry) => [entry.id, entry]));
    const problem = isSilent ? t(words.standsStill) : problemOf(outcomes, false);
    return {
      entries: [...entries.values()],
      truncated: found.some((outcome) => outcome.truncated),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  #askBases(filter: string, sizeLimit: number): Promise<readonly BaseOutcome[]> {
    const bases = this.#context.config.searchBases.slice(0, limits.ldapSearchBases);
    return Promise.all(bases.map((base) => this.#askBase(base, filter, sizeLimit)));
  }

  async #askBase(base: string, filter: string, sizeLimit: number): Promise<BaseOutcome> {
    try {
      const request = { base, scope: 'sub', sizeLimit } as const;
      const [entries, photos] = await Promise.all([
        this.#session.search({ ...request, filter, attributes: entryAttributes }, (late) => {
          this.#context.late(this.#mapped(late, new Set()));
        }),
        this.#withPhoto(base, filter, sizeLimit),
      ]);
      const mapped = this.#mapped(entries.slice(0, sizeLimit), photos);
      return { kind: 'found', entries: mapped, truncated: entries.length > sizeLimit };
    } catch (error) {
      this.#context.log.debug('search base failed', { base, error });
      if (error instanceof AppError && error.code === 'timeout') return { kind: 'slow' };
      return error instanceof ResultCodeError ? { kind: 'refused', code: error.code } : { kind: 'failed' };
    }
  }

  /** DNs of the matching entries with a photo: the photos themselves are fetched when they are looked at. */
  async #withPhoto(base: string, filter: string, sizeLimit: number): Promise<ReadonlySet<string>> {
    try {
      const entries = await this.#session.search({
        base,
        scope: 'sub',
        filter: `(&${hasPhotoFilter}${filter})`,
        attributes: ['1.1'],
        sizeLimit,
      });
      return new Set(entries.map((entry) => entry.dn));
    } catch {
      // The people are what was asked for; their photos stay unknown.
      return new Set();
    }
  }

  #mapped(entries: readonly Entry[], withPhoto: ReadonlySet<string>): readonly DirectoryEntry[] {
    return entries
      .map((entry) => toDirectoryEntry(entry, this.#context.domain, withPhoto.has(entry.dn)))
      .filter((entry) => entry !== undefined);
  }
}

const hasPhotoFilter = `(|${photoAttributes.map((attribute) => `(${attribute}=*)`).join('')})`;

/** The JID an entry was found for: its own address, else its login name in our domain. */
function contactOf(entry: DirectoryEntry, jids: readonly string[], domain: string): string | undefined {
  for (const address of [entry.jid, entry.mail]) if (address !== undefined && jids.includes(address)) return address;
  return entry.aliases.map((alias) => `${alias.toLowerCase()}@${domain}`).find((address) => jids.includes(address));
}

function problemOf(outcomes: readonly BaseOutcome[], isTest: boolean): string | undefined {
  const bad = outcomes.filter((outcome) => outcome.kind !== 'found');
  if (bad.length === 0) return outcomes.length === 0 ? t(words.noBases) : undefined;
  if (bad.some(({ kind }) => kind === 'slow')) return t(words.slow);
  if (bad.some(({ kind }) => kind === 'failed')) return t(words.unreachable);
  if (bad.length < outcomes.length) return t(words.partly);
  const isMissing = bad.every((outcome) => outcome.kind === 'refused' && outcome.code === ldapResult.noSuchObject);
  if (isMissing) return isTest ? t(words.noBaseFound) : t(words.partly);
  return t(words.refused);
}
