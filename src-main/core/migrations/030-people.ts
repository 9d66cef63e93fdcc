import type { Migration } from '../store.ts';

/**
 * People as this computer knows them: entries of the directory that were seen, contacts of the roster, and whom one
 * talked to. `directory_people.row` carries the account in its upper bits (see people-store.ts), so that a search in
 * the full-text tables, which know nothing but row numbers, stays within one account.
 */
export const people: Migration = {
  number: 30,
  name: 'people',
  up(db) {
    db.exec(`
      CREATE TABLE directory_accounts (
        number INTEGER PRIMARY KEY,
        account_id TEXT NOT NULL UNIQUE
      ) STRICT;

      CREATE TABLE directory_people (
        row INTEGER PRIMARY KEY,
        account_id TEXT NOT NULL,
        person_id TEXT NOT NULL,
        dn TEXT NOT NULL,
        name TEXT NOT NULL,
        jid TEXT,
        mail TEXT,
        title TEXT,
        department TEXT,
        company TEXT,
        office TEXT,
        has_photo INTEGER NOT NULL,
        -- JSON: [{kind, shown, e164?}], shown as they are and never searched in this form
        numbers TEXT NOT NULL,
        -- folded words, separated by spaces
        words TEXT NOT NULL,
        seen_at_ms INTEGER NOT NULL,
        UNIQUE (account_id, person_id)
      ) STRICT;
      CREATE INDEX directory_people_by_jid ON directory_people (account_id, jid) WHERE jid IS NOT NULL;
      CREATE INDEX directory_people_by_mail ON directory_people (account_id, mail) WHERE mail IS NOT NULL;

      CREATE TABLE directory_numbers (
        account_id TEXT NOT NULL,
        person_row INTEGER NOT NULL REFERENCES directory_people (row) ON DELETE CASCADE,
        digits TEXT NOT NULL,
        -- the digits backwards: numbers that end with what was typed are a range of this index
        reversed TEXT NOT NULL,
        last_nine TEXT
      ) STRICT;
      CREATE INDEX directory_numbers_by_person ON directory_numbers (person_row);
      CREATE INDEX directory_numbers_by_digits ON directory_numbers (account_id, digits);
      CREATE INDEX directory_numbers_by_end ON directory_numbers (account_id, reversed);
      CREATE INDEX directory_numbers_by_last_nine ON directory_numbers (account_id, last_nine) WHERE last_nine IS NOT NULL;

      -- The text is already folded and holds only letters, digits and spaces: 'ascii' splits at the spaces and nowhere else.
      CREATE VIRTUAL TABLE directory_words USING fts5(
        words, content='', contentless_delete=1, detail=full, prefix='1 2 3', tokenize='ascii'
      );
      CREATE VIRTUAL TABLE directory_infixes USING fts5(
        text, content='', contentless_delete=1, detail=full, tokenize='trigram case_sensitive 1'
      );

      CREATE TABLE directory_photos (
        account_id TEXT NOT NULL,
        person_id TEXT NOT NULL,
        mime_type TEXT NOT NULL,
        bytes BLOB NOT NULL,
        fetched_at_ms INTEGER NOT NULL,
        PRIMARY KEY (account_id, person_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE directory_contacts (
        account_id TEXT NOT NULL,
        jid TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (account_id, jid)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE directory_recents (
        account_id TEXT NOT NULL,
        -- 'jid:' + bare JID, or 'tel:' + digits
        party TEXT NOT NULL,
        name TEXT NOT NULL,
        jid TEXT,
        number TEXT,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (account_id, party)
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
