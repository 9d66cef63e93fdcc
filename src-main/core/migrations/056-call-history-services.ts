import type { Migration } from '../store.ts';

/** Whether a call was placed for a service of the phone server, and not to talk to whoever was dialled. */
export const callHistoryServices: Migration = {
  number: 56,
  name: 'call-history-services',
  up(db) {
    db.exec('ALTER TABLE call_history ADD COLUMN is_service INTEGER NOT NULL DEFAULT 0');
  },
};
