import type { Migration } from '../store.ts';

/** What the signalling said of the end of a call, and who sent the call on, as JSON of CallDiversion. */
export const callHistoryWords: Migration = {
  number: 54,
  name: 'call-history-words',
  up(db) {
    db.exec(`
      ALTER TABLE call_history ADD COLUMN end_detail TEXT;
      ALTER TABLE call_history ADD COLUMN diverted TEXT;
    `);
  },
};
