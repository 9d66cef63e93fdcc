import type { Migration } from '../store.ts';

/**
 * The newest measurement of each machine this profile was used on. Not bound to an account: it is about the machine.
 * `result` is JSON and checked when read.
 */
export const capabilityStep: Migration = {
  number: 40,
  name: 'capability',
  up: (db) => {
    db.exec(`
      CREATE TABLE capability (
        machine TEXT NOT NULL PRIMARY KEY,
        result TEXT NOT NULL,
        measured_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID
    `);
  },
};
