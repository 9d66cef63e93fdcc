import type { Migration } from '../store.ts';

/** The voicemail list as last seen on the server, and the sound of messages that were played. */
export const voicemail: Migration = {
  number: 31,
  name: 'voicemail',
  up(db) {
    db.exec(`
      CREATE TABLE voicemail_messages (
        account_id TEXT NOT NULL,
        -- UIDVALIDITY and UID, joined
        id TEXT NOT NULL,
        name TEXT,
        number TEXT NOT NULL,
        received_at_ms INTEGER NOT NULL,
        duration_s INTEGER NOT NULL,
        heard INTEGER NOT NULL,
        urgent INTEGER NOT NULL,
        PRIMARY KEY (account_id, id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE voicemail_audio (
        account_id TEXT NOT NULL,
        id TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        bytes BLOB NOT NULL,
        size_bytes INTEGER NOT NULL,
        played_at_ms INTEGER NOT NULL,
        PRIMARY KEY (account_id, id)
      ) STRICT;
    `);
  },
};
