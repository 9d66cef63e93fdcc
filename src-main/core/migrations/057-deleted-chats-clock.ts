import type { Migration } from '../store.ts';

/** What this computer's clock said when a chat was deleted, until the server's time is known, by which its archive counts. */
export const deletedChatsClock: Migration = {
  number: 57,
  name: 'deleted-chats-clock',
  up(db) {
    db.exec('ALTER TABLE chats_deleted ADD COLUMN deleted_clock_ms INTEGER');
  },
};
