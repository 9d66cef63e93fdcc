import type { Database, Statement } from 'better-sqlite3';

const personColumns =
  'p.row, p.person_id, p.dn, p.name, p.jid, p.mail, p.title, p.department, p.company, p.office, p.has_photo, p.numbers, p.words';

/** Pages of 4 kB that one merge of a full-text table writes: about 1 ms, and more than one transaction of people adds. */
const mergePages = 16;

export type Statements = ReturnType<typeof prepareStatements>;

/** All SQL of the people store. ":" is the character after "9", so `digits || ':'` ends the range of what begins with the digits. */
export function prepareStatements(db: Database) {
  const select = (rest: string): Statement => db.prepare(`SELECT ${personColumns} ${rest}`);
  return {
    byWords: select(
      'FROM directory_words w CROSS JOIN directory_people p ON p.row = w.rowid WHERE w.directory_words MATCH ? AND w.rowid BETWEEN ? AND ? LIMIT ?',
    ),
    byInfix: select(
      'FROM directory_infixes i CROSS JOIN directory_people p ON p.row = i.rowid WHERE i.directory_infixes MATCH ? AND i.rowid BETWEEN ? AND ? LIMIT ?',
    ),
    byDigits: select(
      'FROM directory_numbers n CROSS JOIN directory_people p ON p.row = n.person_row WHERE n.account_id = ? AND n.digits >= ? AND n.digits < ? LIMIT ?',
    ),
    byEnd: select(
      'FROM directory_numbers n CROSS JOIN directory_people p ON p.row = n.person_row WHERE n.account_id = ? AND n.reversed >= ? AND n.reversed < ? LIMIT ?',
    ),
    byExactDigits: select(
      'FROM directory_numbers n CROSS JOIN directory_people p ON p.row = n.person_row WHERE n.account_id = ? AND n.digits = ? LIMIT ?',
    ),
    byLastNine: select(
      'FROM directory_numbers n CROSS JOIN directory_people p ON p.row = n.person_row WHERE n.account_id = ? AND n.last_nine = ? LIMIT ?',
    ),
    byId: select('FROM directory_people p WHERE p.account_id = ? AND p.person_id = ?'),
    byJid: select('FROM directory_people p WHERE p.account_id = ? AND p.jid = ? LIMIT 1'),
    byMail: select('FROM directory_people p WHERE p.account_id = ? AND p.mail = ? LIMIT 1'),
    someRows: select('FROM directory_people p WHERE p.row BETWEEN ? AND ? LIMIT ?'),
    count: db.prepare('SELECT count(*) AS count FROM directory_people WHERE row BETWEEN ? AND ?'),
    topRow: db.prepare('SELECT max(row) AS top FROM directory_people WHERE row BETWEEN ? AND ?'),
    insertPerson: db.prepare(
      `INSERT INTO directory_people (row, account_id, person_id, dn, name, jid, mail, title, department, company, office, has_photo, numbers, words, seen_at_ms)
       VALUES (@row, @account, @id, @dn, @name, @jid, @mail, @title, @department, @company, @office, @has_photo, @numbers, @words, @seen_at_ms)`,
    ),
    updatePerson: db.prepare(
      `UPDATE directory_people SET dn = @dn, name = @name, jid = @jid, mail = @mail, title = @title, department = @department, company = @company,
       office = @office, has_photo = @has_photo, numbers = @numbers, words = @words, seen_at_ms = @seen_at_ms WHERE row = @row`,
    ),
    touchPerson: db.prepare('UPDATE directory_people SET seen_at_ms = ? WHERE row = ?'),
    dropPerson: db.prepare('DELETE FROM directory_people WHERE row = ?'),
    dropNumbers: db.prepare('DELETE FROM directory_numbers WHERE person_row = ?'),
    insertNumber: db.prepare(
      'INSERT INTO directory_numbers (account_id, person_row, digits, reversed, last_nine) VALUES (?, ?, ?, ?, ?)',
    ),
    dropWords: db.prepare('DELETE FROM directory_words WHERE rowid = ?'),
    insertWords: db.prepare('INSERT INTO directory_words (rowid, words) VALUES (?, ?)'),
    dropInfix: db.prepare('DELETE FROM directory_infixes WHERE rowid = ?'),
    insertInfix: db.prepare('INSERT INTO directory_infixes (rowid, text) VALUES (?, ?)'),
    mergeWords: db.prepare(`INSERT INTO directory_words (directory_words, rank) VALUES ('merge', ${mergePages})`),
    mergeInfixes: db.prepare(`INSERT INTO directory_infixes (directory_infixes, rank) VALUES ('merge', ${mergePages})`),
    contacts: db.prepare('SELECT jid, name FROM directory_contacts WHERE account_id = ?'),
    insertContact: db.prepare('INSERT OR REPLACE INTO directory_contacts (account_id, jid, name) VALUES (?, ?, ?)'),
    dropContacts: db.prepare('DELETE FROM directory_contacts WHERE account_id = ?'),
    recents: db.prepare(
      'SELECT party, name, jid, number, at_ms FROM directory_recents WHERE account_id = ? ORDER BY at_ms DESC',
    ),
    putRecent: db.prepare(
      'INSERT OR REPLACE INTO directory_recents (account_id, party, name, jid, number, at_ms) VALUES (@account, @party, @name, @jid, @number, @at_ms)',
    ),
    trimRecents: db.prepare(
      'DELETE FROM directory_recents WHERE account_id = ? AND party IN (SELECT party FROM directory_recents WHERE account_id = ? ORDER BY at_ms DESC LIMIT -1 OFFSET ?)',
    ),
    dropRecents: db.prepare('DELETE FROM directory_recents WHERE account_id = ?'),
    photo: db.prepare('SELECT mime_type, bytes FROM directory_photos WHERE account_id = ? AND person_id = ?'),
    putPhoto: db.prepare(
      'INSERT OR REPLACE INTO directory_photos (account_id, person_id, mime_type, bytes, fetched_at_ms) VALUES (?, ?, ?, ?, ?)',
    ),
    dropPhoto: db.prepare('DELETE FROM directory_photos WHERE account_id = ? AND person_id = ?'),
    dropPhotos: db.prepare('DELETE FROM directory_photos WHERE account_id = ?'),
    dropOldestPhoto: db.prepare(
      'DELETE FROM directory_photos WHERE account_id = ? AND person_id = (SELECT person_id FROM directory_photos WHERE account_id = ? ORDER BY fetched_at_ms LIMIT 1)',
    ),
    photoBytes: db.prepare(
      'SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM directory_photos WHERE account_id = ?',
    ),
    setHasPhoto: db.prepare('UPDATE directory_people SET has_photo = ? WHERE account_id = ? AND person_id = ?'),
  };
}
