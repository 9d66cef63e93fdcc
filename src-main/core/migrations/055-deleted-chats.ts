import type { Migration } from '../store.ts';

/** Chats that a person deleted here: what the server's archive has of them up to then does not come back. */
export const deletedChats: Migration = {
  number: 55,
  name: 'deleted-chats',
  up(db) {
    db.exec(`
      CREATE TABLE chats_deleted (
        account_id TEXT NOT NULL,
        peer TEXT NOT NULL,
        deleted_at_ms INTEGER NOT NULL,
        -- the newest row of its messages, until all of them are deleted
        last_row INTEGER,
        PRIMARY KEY (account_id, peer)
      ) STRICT, WITHOUT ROWID
    `);
  },
};
