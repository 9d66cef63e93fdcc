import { numberKeys } from '../../src-shared/text/phone-number.ts';
import { contactCandidate, recentCandidate } from './people-rows.ts';
import type { PersonRow, RecentRow } from './people-rows.ts';
import type { Statements } from './people-sql.ts';
import type { Candidate } from './ranking.ts';

/** Contacts and recents, ready to be searched. */
export interface Near {
  readonly candidates: readonly Candidate[];
  /** By JID. */
  readonly contacts: ReadonlyMap<string, Candidate>;
  /** Entries of the directory that these stand for, by row. */
  readonly rows: ReadonlyMap<number, Candidate>;
  /** JIDs and digits by which an entry would be one of these. */
  readonly parties: ReadonlySet<string>;
}

/**
 * The contacts of one account and whom it talked to lately, held in memory: a few hundred, so plain code is the fastest
 * index, and they are part of every search. Read again after a change.
 */
export class NearPeople {
  readonly #statements: Statements;
  readonly #account: string;
  readonly #region: () => string | undefined;
  #near: Near | undefined;

  constructor(statements: Statements, account: string, region: () => string | undefined) {
    this.#statements = statements;
    this.#account = account;
    this.#region = region;
  }

  load(): Near {
    this.#near ??= this.#read();
    return this.#near;
  }

  /** Contacts, recents or something of theirs changed. */
  forget(): void {
    this.#near = undefined;
  }

  /** An entry changed that carries these JIDs, mail addresses and numbers: it may be, or now become, one of ours. */
  entryChanged(row: number, parties: readonly (string | null)[]): void {
    const near = this.load();
    if (near.rows.has(row) || parties.some((party) => party !== null && near.parties.has(party))) this.forget();
  }

  /** The entry of this JID: by the JID it names, else by its mail address, as most directories know no other. */
  rowByJid(jid: string): PersonRow | undefined {
    const row = this.#statements.byJid.get(this.#account, jid) ?? this.#statements.byMail.get(this.#account, jid);
    return row as PersonRow | undefined;
  }

  /** Only when it is the number of one person. */
  #rowByNumber(digits: string): PersonRow | undefined {
    const rows = this.#statements.byExactDigits.all(this.#account, digits, 2) as PersonRow[];
    return rows.length === 1 ? rows[0] : undefined;
  }

  #read(): Near {
    const candidates: Candidate[] = [];
    const contacts = new Map<string, Candidate>();
    const rows = new Map<number, Candidate>();
    const parties = new Set<string>();
    const add = (candidate: Candidate, row: PersonRow | undefined): void => {
      if (row !== undefined) rows.set(row.row, candidate);
      candidates.push(candidate);
    };
    const recents = this.#statements.recents.all(this.#account) as RecentRow[];
    const lastAtMs = new Map(recents.map((recent) => [recent.jid ?? recent.party, recent.at_ms]));
    for (const { jid, name } of this.#statements.contacts.all(this.#account) as { jid: string; name: string }[]) {
      const row = this.rowByJid(jid);
      const candidate = contactCandidate(jid, name, row, lastAtMs.get(jid) ?? 0);
      contacts.set(jid, candidate);
      parties.add(jid);
      add(candidate, row);
    }
    for (const recent of recents) {
      if (recent.jid !== null && contacts.has(recent.jid)) continue;
      const { digits } = numberKeys(recent.number ?? '', this.#region());
      parties.add(recent.jid ?? digits);
      const row = recent.jid === null ? this.#rowByNumber(digits) : this.rowByJid(recent.jid);
      if (row === undefined || !rows.has(row.row)) add(recentCandidate(recent, row), row);
    }
    return { candidates, contacts, rows, parties };
  }
}
