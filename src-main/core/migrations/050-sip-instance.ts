import type { Migration } from '../store.ts';

/** Which phone this is to the registrar: one UUID for each account, made once on this computer (RFC 5626 section 4.1). */
export const sipInstance: Migration = {
  number: 50,
  name: 'sip-instance',
  up: (db) => {
    db.exec(`
      CREATE TABLE sip_instance (
        account TEXT NOT NULL PRIMARY KEY,
        instance TEXT NOT NULL
      ) STRICT, WITHOUT ROWID
    `);
  },
};
