import { limits } from '../src-shared/limits.ts';
import type { Store } from './core/store.ts';

/** A table with rows of accounts. */
interface AccountTable {
  readonly name: string;
  /** `account_id`, or `account` in the tables of the settings, of DNS and of the phone's instance. */
  readonly column: string;
  /** False: its rows are few, and can only be deleted together (WITHOUT ROWID). */
  readonly hasRows: boolean;
}

/** What all tables of the database have of one account: tables of later steps are found by their column. */
export class AccountDataStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Deletes at most limits.transactionRows rows of one table. @returns false when nothing is left of these owners */
  deleteSome(owners: readonly string[]): boolean {
    for (const { name, column, hasRows } of this.#tables()) {
      const one = `${column} IN (${owners.map(() => '?').join()})`;
      const condition = hasRows ? `rowid IN (SELECT rowid FROM ${name} WHERE ${one} LIMIT ?)` : one;
      const values = hasRows ? [...owners, limits.transactionRows] : owners;
      const { changes } = this.#store.write((db) =>
        db.prepare(`DELETE FROM ${name} WHERE ${condition}`).run(...values),
      );
      if (changes > 0) return true;
    }
    return false;
  }

  /** Runs `work` so that what is deleted is overwritten in the file, and not only given back. */
  async overwriting(work: () => Promise<void>): Promise<void> {
    const { db } = this.#store;
    // https://www.sqlite.org/pragma.html#pragma_secure_delete; the log may still hold pages from before.
    db.pragma('secure_delete = ON');
    try {
      await work();
      db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      db.pragma('secure_delete = OFF');
    }
  }

  #tables(): readonly AccountTable[] {
    return this.#store.db
      .prepare<[], { name: string; column: string; wr: number }>(
        `SELECT t.name, c.name AS "column", t.wr FROM pragma_table_list AS t, pragma_table_info(t.name) AS c
         WHERE t.schema = 'main' AND t.type = 'table' AND c.name IN ('account', 'account_id')`,
      )
      .all()
      .map(({ name, column, wr }) => ({ name, column, hasRows: wr === 0 }));
  }
}
