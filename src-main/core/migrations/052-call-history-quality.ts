import type { Migration } from '../store.ts';

/** How a call sounded at its end, as JSON of CallQuality. */
export const callHistoryQuality: Migration = {
  number: 52,
  name: 'call-history-quality',
  up(db) {
    db.exec('ALTER TABLE call_history ADD COLUMN quality TEXT');
  },
};
