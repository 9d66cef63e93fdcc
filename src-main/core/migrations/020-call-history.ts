import type { Migration } from '../store.ts';

/** Calls as the history shows them. The other tabs are made from the chat and voicemail tables. */
export const callHistory: Migration = {
  number: 20,
  name: 'call-history',
  up(db) {
    db.exec(`
      CREATE TABLE call_history (
        account_id TEXT NOT NULL,
        id TEXT NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
        number TEXT NOT NULL,
        e164 TEXT,
        name TEXT,
        jid TEXT,
        started_at_ms INTEGER NOT NULL,
        connected_at_ms INTEGER,
        ended_at_ms INTEGER,
        end_reason TEXT,
        missed INTEGER NOT NULL DEFAULT 0,
        seen INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (account_id, id)
      ) STRICT, WITHOUT ROWID;

      CREATE INDEX call_history_newest ON call_history (account_id, started_at_ms DESC);

      -- What was cleared stays away, though the chats and messages themselves are kept.
      CREATE TABLE history_cleared (
        account_id TEXT NOT NULL,
        tab TEXT NOT NULL CHECK (tab IN ('chats', 'voiceMessages')),
        cleared_at_ms INTEGER NOT NULL,
        PRIMARY KEY (account_id, tab)
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
