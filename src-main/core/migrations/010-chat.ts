import type { Migration } from '../store.ts';

/**
 * Chat messages, which are also the outbox, the list of chats, and how far the server's archive is known.
 * `row` is the order of arrival and breaks ties of time.
 */
export const chat: Migration = {
  number: 10,
  name: 'chat',
  up(db) {
    db.exec(`
      CREATE TABLE messages (
        row INTEGER PRIMARY KEY,
        account_id TEXT NOT NULL,
        id TEXT NOT NULL,
        peer TEXT NOT NULL,
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
        body TEXT NOT NULL,
        sent_at_ms INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('sending', 'sent', 'failed', 'received')),
        failure TEXT,
        -- id in the server's archive (XEP-0359 stanza-id by our own account)
        archive_id TEXT,
        -- what the sender calls it: origin-id, or a mark made from what else identifies it
        origin_key TEXT,
        -- an outgoing message that was written to a stream: the server may have it although it never said so
        written INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        UNIQUE (account_id, id)
      ) STRICT;
      CREATE INDEX messages_by_peer ON messages (account_id, peer, sent_at_ms, row);
      CREATE UNIQUE INDEX messages_by_archive_id ON messages (account_id, archive_id) WHERE archive_id IS NOT NULL;
      CREATE UNIQUE INDEX messages_by_origin ON messages (account_id, peer, direction, origin_key)
        WHERE origin_key IS NOT NULL;
      CREATE INDEX messages_outbox ON messages (account_id, row) WHERE state = 'sending';

      CREATE TABLE conversations (
        account_id TEXT NOT NULL,
        peer TEXT NOT NULL,
        last_row INTEGER NOT NULL,
        last_at_ms INTEGER NOT NULL,
        unread INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (account_id, peer)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX conversations_by_time ON conversations (account_id, last_at_ms);

      -- the newest message of the server's archive up to which nothing is missing here
      CREATE TABLE chat_archive_positions (
        account_id TEXT PRIMARY KEY,
        archive_id TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
