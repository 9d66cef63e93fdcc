import type { Migration } from '../store.ts';

/**
 * The person's own settings. `account` is the account's address, or empty for settings of the machine.
 * `value` is JSON; it is checked against the schema when read, never trusted.
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
      ) STRICT, WITHOUT ROWID
    `);
  },
};
