import type { Database } from 'better-sqlite3';

/**
 * The one database of this user on this machine (SQLite, WAL). Services own small classes of named operations
 * over it (`MessageStore`, `HistoryStore`...); SQL stands nowhere else. No transaction over limits.transactionRows rows.
 */
export interface Store {
  readonly db: Database;
  /** Plain words for the person, for example that a damaged database was set aside and where. */
  readonly notices: readonly string[];
  close(): void;
}

/** One step of the schema. Steps are numbered without gaps and never changed once released. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Runs inside a transaction. */
  up(db: Database): void;
}
