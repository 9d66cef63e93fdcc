import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import { fileStamp } from './file-stamp.ts';
import type { Logger } from './log.ts';
import { migrate, newestVersion, schemaVersion } from './migration-runner.ts';
import type { HealthReporter } from './service.ts';
import { isDamage, storeError } from './store-error.ts';

/**
 * The one database of this user on this machine (SQLite, WAL). Services own small classes of named operations
 * over it (`MessageStore`, `HistoryStore`...); SQL stands nowhere else. No transaction over limits.transactionRows rows.
 */
export interface Store {
  readonly db: Database;
  /** Plain words for the person, for example that a damaged database was set aside and where. */
  readonly notices: readonly string[];
  /** False: the file cannot be used, everything is kept in memory until Parley ends. */
  readonly persistent: boolean;
  /**
   * Runs one write in a transaction. Throws AppError in plain words when the disk is full, read-only or damaged
   * (nothing of this write is kept then), and tells health; other errors pass through.
   */
  write<T>(work: (db: Database) => T): T;
  /**
   * What to tell of an error that came from the database outside of `write`: AppError in plain words (and health)
   * when the disk is full, read-only or damaged; the same error otherwise.
   */
  translate(error: unknown): unknown;
  /**
   * A write that nobody waits for and that must not be lost, for example the end of a call: done now, or, where the disk
   * takes nothing, in the order of the calls as soon as it does again; health tells of it meanwhile. `done` follows the
   * commit. Errors that are not about the disk are thrown when it is done now, and logged when it is done later.
   */
  writeEventually<T>(work: (db: Database) => T, done?: (result: T) => void): void;
  /** Looks at once whether a disk that took nothing does again, instead of at the next time that it is looked anyway. */
  retry(): void;
  close(): void;
}

/** One step of the schema. Steps are numbered in ascending order (gaps are allowed) and never changed once released. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Runs inside a transaction. */
  up(db: Database): void;
}

export interface StoreOptions {
  /** The data directory; made when it does not exist. */
  readonly directory: string;
  readonly migrations: readonly Migration[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly health: HealthReporter;
}

export const databaseFile = 'parley.sqlite';
/** Beside it: copies from before updates. */
export const backupFolder = 'backups';
const busyTimeoutMs = 2_000;
/** While the disk takes nothing, this often it is looked whether it does again. */
const retryAfterMs = 10_000;
const sampleBytes = 64 * 1024;
/** Writes kept in memory while the disk takes nothing: some hundred calls, and more than anybody makes in that time. */
const maxWaitingWrites = 2_000;
/** Databases up to this size are checked whole at each start (about 2 ms per MB), larger ones after a crash. */
const alwaysCheckedBytes = 32 * 1024 * 1024;
/** A read-only database up to this size is copied into memory, so that its content can still be seen. */
const copiedBytes = 256 * 1024 * 1024;

/**
 * Opens the store. Never throws: what cannot be used is set aside under a name that says why (never overwritten),
 * and where nothing can be written Parley works in memory; each is said in `notices`.
 *
 *   file --opens, checks, migrates--> persistent
 *   file --damaged | newer version--> set aside --> fresh file --> persistent
 *   file --read-only | full | held by another | migration failed--> copy in memory
 */
export function openStore(options: StoreOptions): Store {
  const notices: string[] = [];
  const file = path.join(options.directory, databaseFile);
  try {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    let db = openChecked(file, options, notices);
    // One fresh file replaces the one that was set aside; it is neither damaged nor newer.
    db ??= openChecked(file, options, notices);
    if (db === undefined) throw new Error('the new database cannot be opened either');
    options.health.report({ service: 'store', state: 'ok', message: '' });
    return makeStore(db, notices, true, file, options);
  } catch (error) {
    options.log.error('the database cannot be used; working in memory', { error });
    const why = storeError(error)?.message ?? t('Parley’s database cannot be used.');
    notices.push(t('{why} Until Parley ends, what is new is kept in memory only.', { why }));
    options.health.report({
      service: 'store',
      state: 'failed',
      message: t('{why} Until Parley ends, what is new is kept in memory only.', { why }),
      detail: error instanceof Error ? error.message : String(error),
      cannotRetry: true,
    });
    return makeStore(openInMemory(file, options), notices, false, file, options);
  }
}

/** A store in memory with the whole schema, for unit tests. */
export function openMemoryStore(migrations: readonly Migration[]): Store {
  const db = new SqliteDatabase(':memory:');
  db.pragma('foreign_keys = ON');
  migrate(db, { migrations, backupDirectory: undefined, nowMs: 0 });
  return storeOver(db);
}

/** A store over a database that is open already, for unit tests and benches. */
export function storeOver(db: Database): Store {
  const write = <T>(work: (db: Database) => T): T => db.transaction(() => work(db))();
  return {
    db,
    notices: [],
    persistent: false,
    write,
    writeEventually: (work, done) => {
      const result = write(work);
      done?.(result);
    },
    translate: (error) => storeError(error) ?? error,
    retry: () => undefined,
    close: () => {
      db.close();
    },
  };
}

/** Undefined when the file was set aside; throws when it cannot be used but is not to be set aside. */
function openChecked(file: string, options: StoreOptions, notices: string[]): Database | undefined {
  const unclean = existsSync(suspectFile(file)) || sizeOf(`${file}-wal`) > 0;
  let db: Database | undefined;
  try {
    checkHeader(file);
    db = new SqliteDatabase(file, { timeout: busyTimeoutMs });
    const version = schemaVersion(db);
    if (version > newestVersion(options.migrations)) {
      db.close();
      const kept = setAside(file, `newer-version-${version}`, options.clock.now());
      options.log.warn('database of a newer version set aside', { kept, version });
      notices.push(
        t(
          'Parley’s database was written by a newer version of Parley, which this one cannot read. It was kept as {kept} and nothing in it was changed; this version starts with an empty one. Install the newer version to use it again.',
          { kept },
        ),
      );
      return undefined;
    }
    if (unclean || sizeOf(file) <= alwaysCheckedBytes) checkContent(db);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    const steps = migrate(db, {
      migrations: options.migrations,
      backupDirectory: path.join(options.directory, backupFolder),
      nowMs: options.clock.now(),
    });
    for (const step of steps) options.log.info('schema step done', { number: step.number, name: step.name });
    // Nothing may have been written so far: find out now whether it can be.
    db.exec('BEGIN IMMEDIATE');
    db.pragma(`user_version = ${newestVersion(options.migrations)}`);
    db.exec('COMMIT');
    rmSync(suspectFile(file), { force: true });
    return db;
  } catch (error) {
    closeQuietly(db);
    if (!isDamage(error)) throw error;
    const kept = setAside(file, 'damaged', options.clock.now());
    rmSync(suspectFile(file), { force: true });
    options.log.error('damaged database set aside', { kept, error });
    notices.push(
      t(
        'Parley’s database was damaged and could not be opened. It was kept as {kept}; Parley goes on with an empty one. Messages and history in the old one may be recoverable; ask your administrator.',
        { kept },
      ),
    );
    return undefined;
  }
}

/** Before SQLite sees the file: on what is no database it would throw the write-ahead log away. */
function checkHeader(file: string): void {
  if (sizeOf(file) === 0) return;
  const header = Buffer.alloc(16);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, header);
  } finally {
    closeSync(handle);
  }
  if (header.toString('latin1') !== 'SQLite format 3\0') {
    throw new SqliteDatabase.SqliteError('file is not a database', 'SQLITE_NOTADB');
  }
}

function checkContent(db: Database): void {
  const result: unknown = db.pragma('quick_check(1)', { simple: true });
  if (result !== 'ok') throw new SqliteDatabase.SqliteError(String(result), 'SQLITE_CORRUPT');
}

/** Renames the database with everything that belongs to it; returns the new path. */
function setAside(file: string, reason: string, nowMs: number): string {
  const base = file.replace(/\.sqlite$/, '');
  const name = (count: number): string =>
    `${base}.${reason}.${fileStamp(nowMs)}${count === 0 ? '' : `-${count}`}.sqlite`;
  let count = 0;
  while (existsSync(name(count))) count += 1;
  const kept = name(count);
  renameSync(file, kept);
  for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, kept + suffix);
  return kept;
}

/** What the file holds (without a write-ahead log that was left over), or an empty database. */
function openInMemory(file: string, options: StoreOptions): Database {
  try {
    const bytes = sizeOf(file);
    if (bytes > 100 && bytes <= copiedBytes) {
      const content = readFileSync(file);
      // Bytes 18 and 19 of the header say WAL, which memory cannot do (https://www.sqlite.org/fileformat.html).
      content[18] = 1;
      content[19] = 1;
      const db = new SqliteDatabase(content);
      if (schemaVersion(db) <= newestVersion(options.migrations)) {
        checkContent(db);
        return prepareInMemory(db, options);
      }
      db.close();
    }
  } catch (error) {
    options.log.warn('the database cannot be copied into memory either', { error });
  }
  return prepareInMemory(new SqliteDatabase(':memory:'), options);
}

function prepareInMemory(db: Database, options: StoreOptions): Database {
  db.pragma('foreign_keys = ON');
  migrate(db, { migrations: options.migrations, backupDirectory: undefined, nowMs: options.clock.now() });
  return db;
}

function makeStore(
  db: Database,
  notices: readonly string[],
  persistent: boolean,
  file: string,
  options: StoreOptions,
): Store {
  let failing = false;
  let timer: TimerHandle | undefined;
  const waiting: (() => void)[] = [];
  const tell = (problem: AppError | undefined): void => {
    if (!persistent || failing === (problem !== undefined)) return;
    failing = problem !== undefined;
    options.health.report({
      service: 'store',
      state: failing ? 'failed' : 'ok',
      message: problem?.message ?? '',
      ...(problem?.detail === undefined ? {} : { detail: problem.detail }),
    });
    if (failing) tryAgainLater();
    else writeWaiting();
  };
  const tryAgain = (): void => {
    if (timer !== undefined) options.clock.clearTimeout(timer);
    timer = undefined;
    if (!failing) return;
    try {
      writeSample(db);
      tell(undefined);
    } catch (error) {
      options.log.debug('the database still cannot be written', { error });
      tryAgainLater();
    }
  };
  const tryAgainLater = (): void => {
    timer = options.clock.setTimeout(tryAgain, retryAfterMs);
  };
  const translate = (error: unknown): unknown => {
    const problem = storeError(error);
    if (problem === undefined) return error;
    options.log.error('the database failed', { error });
    if (isDamage(error)) markSuspect(file);
    tell(problem);
    return problem;
  };
  const write = <T>(work: (db: Database) => T): T => {
    try {
      const result = db.transaction(() => work(db)).immediate();
      tell(undefined);
      return result;
    } catch (error) {
      throw translate(error);
    }
  };
  /** What waited, oldest first, until the disk refuses again. */
  const writeWaiting = (): void => {
    for (let next = waiting[0]; next !== undefined && !failing; next = waiting[0]) {
      waiting.shift();
      try {
        next();
      } catch (error) {
        // Here it is `failing` again when the disk refused: then this write waits on.
        if (isRefusedByDisk(error)) waiting.unshift(next);
        else options.log.error('a write that had waited could not be done', { error });
      }
    }
  };
  const writeEventually = <T>(work: (db: Database) => T, done?: (result: T) => void): void => {
    const attempt = (): void => {
      const result = write(work);
      done?.(result);
    };
    if (!failing && waiting.length === 0) {
      try {
        attempt();
        return;
      } catch (error) {
        if (!persistent || !isRefusedByDisk(error)) throw error;
      }
    }
    if (waiting.length >= maxWaitingWrites) {
      waiting.shift();
      options.log.error('the disk takes nothing for too long: the oldest write that waits is given up');
    }
    waiting.push(attempt);
  };
  return {
    db,
    notices,
    persistent,
    write,
    writeEventually,
    translate,
    retry: tryAgain,
    close: () => {
      if (waiting.length > 0) {
        failing = false;
        writeWaiting();
        if (waiting.length > 0) options.log.error('ended before the disk took everything', { writes: waiting.length });
      }
      if (timer !== undefined) options.clock.clearTimeout(timer);
      timer = undefined;
      failing = false;
      closeQuietly(db);
    },
  };
}

/** An error that `translate` gave its words: the disk, not the write, is at fault. */
function isRefusedByDisk(error: unknown): boolean {
  return error instanceof AppError;
}

/** Grows the database by some pages and gives them back: proves that the disk takes data again. */
function writeSample(db: Database): void {
  db.transaction(() => {
    db.exec('CREATE TABLE write_sample (bytes BLOB)');
    db.exec(`INSERT INTO write_sample VALUES (zeroblob(${sampleBytes}))`);
    db.exec('DROP TABLE write_sample');
  }).immediate();
}

function suspectFile(file: string): string {
  return `${file}.check-at-start`;
}

/** The next start then checks the file whole, however large it is. */
function markSuspect(file: string): void {
  try {
    writeFileSync(suspectFile(file), '');
  } catch {
    // A crash leaves the write-ahead log behind, which asks for the check as well.
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function closeQuietly(db: Database | undefined): void {
  try {
    db?.close();
  } catch {
    // Nothing is left to be done with it.
  }
}
