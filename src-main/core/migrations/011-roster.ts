import type { Migration } from '../store.ts';

/** The roster as the server last told it, shown before sign-in, and the presence that the person chose. */
export const roster: Migration = {
  number: 11,
  name: 'roster',
  up(db) {
    db.exec(`
      CREATE TABLE roster_contacts (
        account_id TEXT NOT NULL,
        jid TEXT NOT NULL,
        name TEXT NOT NULL,
        -- JSON array of strings
        groups TEXT NOT NULL,
        subscription TEXT NOT NULL CHECK (subscription IN ('none', 'to', 'from', 'both')),
        pending_out INTEGER NOT NULL,
        PRIMARY KEY (account_id, jid)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE own_presence (
        account_id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        text TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
