import type { Migration } from '../store.ts';

/**
 * The full-text tables of people are merged by hand from now on, a few pages at a time (see people-store.ts). FTS5's own
 * way merges at least 64 pages for each level of its tree within one commit, which held the service process for 10 to
 * 30 ms again and again while many people were stored, and all of a level at once when 16 segments stand in it.
 * https://www.sqlite.org/fts5.html#the_automerge_configuration_option (0: off), #the_crisismerge_configuration_option
 * (the largest number: never).
 */
export const peopleMerge: Migration = {
  number: 53,
  name: 'people merge',
  up(db) {
    for (const table of ['directory_words', 'directory_infixes']) {
      db.exec(`
        INSERT INTO ${table} (${table}, rank) VALUES ('automerge', 0);
        INSERT INTO ${table} (${table}, rank) VALUES ('crisismerge', 1999);
      `);
    }
  },
};
