import type { Store } from '../core/store.ts';

export interface StoredSetting {
  readonly key: string;
  /** JSON text as it stands in the database; of unknown content. */
  readonly value: string;
}

/** Rows of table `settings`. `owner` is an account's address, or one of the two below. */
export class SettingsStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  load(owner: string): readonly StoredSetting[] {
    return this.#store.db
      .prepare<[string], StoredSetting>('SELECT key, value FROM settings WHERE account = ? ORDER BY key')
      .all(owner);
  }

  /** Throws AppError when the disk does not take it. */
  save(owner: string, key: string, value: string, nowMs: number): void {
    this.#store.write((db) =>
      db
        .prepare('INSERT OR REPLACE INTO settings (account, key, value, changed_at_ms) VALUES (?, ?, ?, ?)')
        .run(owner, key, value, nowMs),
    );
  }

  remove(owner: string, key: string): void {
    this.#store.write((db) => db.prepare('DELETE FROM settings WHERE account = ? AND key = ?').run(owner, key));
  }

  /** Everything of one owner becomes another's; what the other had under the same key is replaced. */
  move(from: string, to: string): void {
    this.#store.write((db) => {
      db.prepare('UPDATE OR REPLACE settings SET account = ? WHERE account = ?').run(to, from);
    });
  }
}

/** Owner of settings of this user on this machine. */
export const machineOwner = '';
/** Owner of account settings that were made on the sign-in page, before it is known for which account. */
export const draftOwner = '*';
