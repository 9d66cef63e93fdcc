import type { Database } from 'better-sqlite3';
import type { Clock } from '../../src-shared/clock.ts';
import { limits } from '../../src-shared/limits.ts';
import type { Person } from '../../src-shared/model/contact.ts';
import { digitsOf, numberKeys } from '../../src-shared/text/phone-number.ts';
import type { Store } from '../core/store.ts';
import type { DirectoryEntry, Photo } from './entry.ts';
import { NearPeople } from './near-people.ts';
import { candidateOf, isSame, personOf, searchKeys, withE164 } from './people-rows.ts';
import type { PersonRow } from './people-rows.ts';
import { candidateRows, matchingRows, reverse } from './people-matches.ts';
import type { AccountRows } from './people-matches.ts';
import { prepareStatements } from './people-sql.ts';
import type { Statements } from './people-sql.ts';
import { PhotoCache } from './photo-cache.ts';
import { parseQuery, rank } from './ranking.ts';
import type { Candidate } from './ranking.ts';
import type { KnownParty, ReverseLookup } from './reverse-lookup.ts';

/** A member of the roster, as far as search needs one. */
export interface KnownContact {
  /** Bare JID, lower case. */
  readonly jid: string;
  readonly name: string;
}

/** Somebody called or written to. */
export interface RecentParty {
  readonly name: string;
  readonly jid?: string;
  /** As dialled or received. */
  readonly number?: string;
  readonly atMs: number;
}

export interface CachedPeople {
  readonly people: readonly Person[];
  readonly truncated: boolean;
}

/** What the store needs beside the database; injected so that tests own time. */
export interface PeopleStoreOptions {
  readonly clock: Clock;
  /** Milliseconds of a clock that never goes back; measures how long a transaction holds the process. */
  readonly monotonicMs: () => number;
  /** Lets other work run between two transactions. */
  readonly pause: () => Promise<void>;
  /** ISO 3166-1 alpha-2 region of numbers without a country code. */
  readonly region: () => string | undefined;
}

/** No row is added to a transaction after this time (milliseconds): its commit takes about as long again, and together they stay near 10. */
const transactionMs = 4;
/** People talked to lately that search lists before strangers. */
const recentParties = 200;
/** Row numbers of one account: the account's number stands above them. 2^32 people, 2^21 accounts. */
const rowsPerAccount = 2 ** 32;

/**
 * The people of one account that this computer knows. Every operation answers at once; texts from outside reach
 * SQLite as values, and the full-text tables see nothing but words of letters and digits in quotes.
 */
export class PeopleStore implements ReverseLookup {
  readonly #store: Store;
  readonly #account: string;
  readonly #options: PeopleStoreOptions;
  readonly #statements: Statements;
  readonly #firstRow: number;
  readonly #lastRow: number;
  readonly #rows: AccountRows;
  readonly #near: NearPeople;
  readonly #photos: PhotoCache;

  constructor(store: Store, accountId: string, options: PeopleStoreOptions) {
    const { db } = store;
    this.#store = store;
    this.#account = accountId;
    this.#options = options;
    this.#statements = prepareStatements(db);
    this.#photos = new PhotoCache(store, this.#statements, accountId);
    this.#near = new NearPeople(this.#statements, accountId, options.region);
    this.#firstRow = accountNumber(db, accountId) * rowsPerAccount;
    this.#lastRow = this.#firstRow + rowsPerAccount - 1;
    this.#rows = { account: accountId, first: this.#firstRow, last: this.#lastRow };
  }

  /** People that fit, best first, at most limits.searchResults. */
  search(text: string): CachedPeople {
    const query = parseQuery(text, this.#options.region());
    if (query.words.length === 0 && query.digits.length === 0) return { people: [], truncated: false };
    const near = this.#near.load();
    const found = new Map<number, Candidate>();
    for (const row of matchingRows(query, this.#statements, this.#rows)) {
      if (!near.rows.has(row.row)) found.set(row.row, candidateOf(row));
    }
    const ranked = rank(query, [...near.candidates, ...found.values()]);
    return { people: ranked.slice(0, limits.searchResults), truncated: ranked.length > limits.searchResults };
  }

  /** One person by `Person.id`. */
  byId(id: string): Person | undefined {
    if (id.startsWith('jid:')) return this.#contactOrEntry(id.slice('jid:'.length));
    const near = this.#near.load().candidates.find((candidate) => candidate.person.id === id);
    if (near !== undefined) return near.person;
    const row = this.#rowById(id);
    return row === undefined ? undefined : personOf(row);
  }

  /** The contact or directory entry with this bare JID. */
  personByJid(jid: string): Person | undefined {
    return this.#contactOrEntry(jid.toLowerCase());
  }

  /** DN of the entry behind a person, to ask the directory again. */
  dnOf(id: string): string | undefined {
    const row = id.startsWith('jid:') ? this.#near.rowByJid(id.slice('jid:'.length)) : this.#rowById(id);
    return row?.dn;
  }

  /** The JIDs of all contacts. */
  contactJids(): readonly string[] {
    return [...this.#near.load().contacts.keys()];
  }

  /** Of these JIDs, the ones without an entry of the directory. */
  withoutEntry(jids: readonly string[]): readonly string[] {
    return jids.filter((jid) => this.#near.rowByJid(jid.toLowerCase()) === undefined);
  }

  // ReverseLookup

  /** By E.164, then by the last nine digits, then by extension. Undefined when the number is that of several people. */
  byNumber(number: string): KnownParty | undefined {
    const keys = numberKeys(number, this.#options.region());
    if (keys.digits === '') return undefined;
    const exact = this.#statements.byExactDigits.all(this.#account, keys.digits, candidateRows) as PersonRow[];
    const party = this.#partyOf(exact, keys.e164);
    if (party !== undefined || exact.length > 0 || keys.lastNine === undefined) return party;
    const similar = this.#statements.byLastNine.all(this.#account, keys.lastNine, candidateRows) as PersonRow[];
    return this.#partyOf(similar, keys.e164);
  }

  byJid(jid: string): KnownParty | undefined {
    const person = this.#contactOrEntry(jid.toLowerCase());
    if (person === undefined) return undefined;
    const e164 = person.numbers.find((number) => number.e164 !== undefined)?.e164;
    return {
      name: person.name,
      ...(person.jid === undefined ? {} : { jid: person.jid }),
      ...(e164 === undefined ? {} : { e164 }),
    };
  }

  /** A shared number (a switchboard) is nobody's, unless one contact has it. */
  #partyOf(rows: readonly PersonRow[], e164: string | undefined): KnownParty | undefined {
    const distinct = [...new Map(rows.map((row) => [row.row, row])).values()];
    const near = this.#near.load();
    const contacts = distinct.filter((row) => near.rows.get(row.row)?.near === 'contact');
    const chosen = contacts.length === 1 ? contacts[0] : distinct.length === 1 ? distinct[0] : undefined;
    if (chosen === undefined) return undefined;
    const person = near.rows.get(chosen.row)?.person ?? personOf(chosen);
    const jid = person.jid;
    const known = e164 ?? person.numbers.find((number) => number.e164 !== undefined)?.e164;
    return {
      name: person.name,
      ...(jid === undefined ? {} : { jid }),
      ...(known === undefined ? {} : { e164: known }),
    };
  }

  /** Reads contacts and recents now, so that the first key stroke does not wait for it. */
  warm(): void {
    this.#near.load();
  }

  // Changes

  /**
   * Adds or renews entries of the directory, in transactions of at most limits.transactionRows rows or 10 ms with a
   * pause after each.
   */
  async putEntries(entries: readonly DirectoryEntry[]): Promise<void> {
    for (let next = 0; next < entries.length;) {
      next = this.#putSome(entries, next);
      await this.#options.pause();
      this.#mergeSome();
      if (next < entries.length) await this.#options.pause();
    }
  }

  /**
   * Each transaction leaves a segment in either full-text table, and a search looks into all of them. So a few pages are
   * merged after each; FTS5 goes on where the last call ended, and does nothing where fewer than four segments of a
   * size stand.
   */
  #mergeSome(): void {
    this.#store.write(() => {
      this.#statements.mergeWords.run();
      this.#statements.mergeInfixes.run();
    });
  }

  #putSome(entries: readonly DirectoryEntry[], first: number): number {
    const startedMs = this.#options.monotonicMs();
    let next = first;
    this.#store.write(() => {
      for (; next < entries.length && next - first < limits.transactionRows; next += 1) {
        const entry = entries[next];
        if (entry !== undefined) this.#put(entry);
        // At least one entry a transaction, or a slow disk would stop all progress.
        if (this.#options.monotonicMs() - startedMs >= transactionMs) {
          next += 1;
          break;
        }
      }
    });
    return next;
  }

  #put(entry: DirectoryEntry): void {
    const { insertPerson, updatePerson, touchPerson, dropNumbers, insertNumber } = this.#statements;
    const region = this.#options.region();
    const numbers = entry.numbers.map((number) => withE164(number, region));
    const found = searchKeys(entry, numbers, region);
    const old = this.#rowById(entry.id);
    const values = {
      dn: entry.dn,
      name: entry.name,
      jid: this.#jidToKeep(old, entry),
      mail: entry.mail?.toLowerCase() ?? null,
      title: entry.title ?? null,
      department: entry.department ?? null,
      company: entry.company ?? null,
      office: entry.office ?? null,
      has_photo: entry.hasPhoto ? 1 : 0,
      numbers: JSON.stringify(numbers),
      words: found.words,
    };
    const nowMs = this.#options.clock.now();
    if (old !== undefined && isSame(old, values)) {
      touchPerson.run(nowMs, old.row);
      return;
    }
    let row = old?.row;
    if (row === undefined) {
      const { top } = this.#statements.topRow.get(this.#firstRow, this.#lastRow) as { top: number | null };
      row = (top ?? this.#firstRow) + 1;
      insertPerson.run({ row, account: this.#account, id: entry.id, ...values, seen_at_ms: nowMs });
    } else {
      updatePerson.run({ row, ...values, seen_at_ms: nowMs });
      dropNumbers.run(row);
      this.#statements.dropWords.run(row);
      this.#statements.dropInfix.run(row);
    }
    for (const number of found.numbers) {
      const lastNine = number.length < 9 ? null : number.slice(-9);
      insertNumber.run(this.#account, row, number, reverse(number), lastNine);
    }
    this.#statements.insertWords.run(row, found.words);
    this.#statements.insertInfix.run(row, `${found.words} ${found.numbers.join(' ')}`);
    this.#near.entryChanged(row, [values.jid, values.mail, ...found.numbers]);
  }

  /** An entry once found to be that of a contact stays so, though its own attributes name no JID or another one. */
  #jidToKeep(old: PersonRow | undefined, entry: DirectoryEntry): string | null {
    const { contacts } = this.#near.load();
    const isContact = entry.jid !== undefined && contacts.has(entry.jid);
    if (!isContact && old?.jid != null && contacts.has(old.jid)) return old.jid;
    return entry.jid ?? null;
  }

  /** The roster as it is now, its first limits.contacts; the same roster again costs nothing, however long it is. */
  setContacts(roster: readonly KnownContact[]): void {
    const contacts = roster.slice(0, limits.contacts);
    const names = this.#statements.contacts.all(this.#account) as KnownContact[];
    const known = new Map(names.map(({ jid, name }) => [jid, name]));
    const isSameRoster =
      known.size === contacts.length && contacts.every(({ jid, name }) => known.get(jid.toLowerCase()) === name);
    if (isSameRoster) return;
    this.#store.writeEventually(
      () => {
        this.#statements.dropContacts.run(this.#account);
        for (const contact of contacts) {
          this.#statements.insertContact.run(this.#account, contact.jid.toLowerCase(), contact.name);
        }
      },
      () => {
        this.#near.forget();
      },
    );
  }

  /** Remembers that one talked to somebody. */
  noteRecent(recent: RecentParty): void {
    const digits = recent.number === undefined ? '' : digitsOf(recent.number);
    if (recent.jid === undefined && digits === '') return;
    const party = recent.jid === undefined ? `tel:${digits}` : `jid:${recent.jid.toLowerCase()}`;
    this.#store.writeEventually(
      () => {
        this.#statements.putRecent.run({
          account: this.#account,
          party,
          name: recent.name,
          jid: recent.jid?.toLowerCase() ?? null,
          number: recent.number ?? null,
          at_ms: recent.atMs,
        });
        this.#statements.trimRecents.run(this.#account, this.#account, recentParties);
      },
      () => {
        this.#near.forget();
      },
    );
  }

  /** The photo fetched earlier. */
  photo(id: string): Photo | undefined {
    return this.#photos.get(this.#entryId(id));
  }

  /** Keeps a photo, or that there is none. */
  putPhoto(id: string, photo: Photo | undefined): void {
    const entryId = this.#entryId(id);
    const isNews = (this.#rowById(entryId)?.has_photo === 1) !== (photo !== undefined);
    this.#photos.put(entryId, photo, this.#options.clock.now());
    if (isNews) this.#near.forget();
  }

  /** Entries of the directory that are kept. */
  count(): number {
    return (this.#statements.count.get(this.#firstRow, this.#lastRow) as { count: number }).count;
  }

  /** Removes all of this account from this computer. */
  async forget(): Promise<void> {
    this.#store.write(() => {
      this.#statements.dropContacts.run(this.#account);
      this.#statements.dropRecents.run(this.#account);
      this.#photos.forget();
    });
    this.#near.forget();
    for (;;) {
      const rows = this.#statements.someRows.all(this.#firstRow, this.#lastRow, limits.transactionRows) as PersonRow[];
      if (rows.length === 0) return;
      this.#store.write(() => {
        for (const { row } of rows) {
          this.#statements.dropNumbers.run(row);
          this.#statements.dropWords.run(row);
          this.#statements.dropInfix.run(row);
          this.#statements.dropPerson.run(row);
        }
      });
      await this.#options.pause();
      this.#mergeSome();
      await this.#options.pause();
    }
  }

  #entryId(id: string): string {
    return id.startsWith('jid:') ? (this.#near.rowByJid(id.slice('jid:'.length))?.person_id ?? id) : id;
  }

  #rowById(id: string): PersonRow | undefined {
    return this.#statements.byId.get(this.#account, id) as PersonRow | undefined;
  }

  #contactOrEntry(jid: string): Person | undefined {
    const contact = this.#near.load().contacts.get(jid);
    if (contact !== undefined) return contact.person;
    const row = this.#near.rowByJid(jid);
    return row === undefined ? undefined : { ...personOf(row), jid };
  }
}

function accountNumber(db: Database, accountId: string): number {
  db.prepare('INSERT INTO directory_accounts (account_id) VALUES (?) ON CONFLICT DO NOTHING').run(accountId);
  const row = db.prepare('SELECT number FROM directory_accounts WHERE account_id = ?').get(accountId);
  return (row as { number: number }).number;
}
