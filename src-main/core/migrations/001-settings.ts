import type { Migration } from '../store.ts';

/**
 * The person's own settings, and what DNS said about the account's servers.
 * `account` is the account's address; empty for settings of the machine, `*` for those made before sign-in.
 * `value` and `answer` are JSON; they are checked when read, never trusted.
 */
export const settingsStep: Migration = {
  number: 1,
  name: 'settings',
  up: (db) => {
    db.exec(`
      CREATE TABLE settings (
        account TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        changed_at_ms INTEGER NOT NULL,
        PRIMARY KEY (account, key)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE srv_answers (
        account TEXT NOT NULL,
        name TEXT NOT NULL,
        answer TEXT NOT NULL,
        found_at_ms INTEGER NOT NULL,
        PRIMARY KEY (account, name)
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
