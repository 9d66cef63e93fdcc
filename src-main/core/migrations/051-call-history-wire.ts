import type { Migration } from '../store.ts';

/** What a call was on the wire: the number that was dialled or received, and what the signalling calls it. */
export const callHistoryWire: Migration = {
  number: 51,
  name: 'call-history-wire',
  up(db) {
    db.exec(`
      ALTER TABLE call_history ADD COLUMN dialled TEXT;
      ALTER TABLE call_history ADD COLUMN trace_id TEXT;
    `);
  },
};
