import type { Migration } from '../store.ts';

/**
 * Of which mailbox a voice message is, and its sound: ids are the server's (UIDVALIDITY and UID), and other mailboxes have
 * the same. Whose sound was kept before is not known any more; it is fetched again.
 */
export const voicemailMailbox: Migration = {
  number: 58,
  name: 'voicemail-mailbox',
  up(db) {
    db.exec(`
      ALTER TABLE voicemail_messages ADD COLUMN mailbox TEXT NOT NULL DEFAULT '';
      DELETE FROM voicemail_audio;
      ALTER TABLE voicemail_audio ADD COLUMN mailbox TEXT NOT NULL DEFAULT '';
    `);
  },
};
