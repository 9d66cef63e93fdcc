import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src-shared/errors.ts';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import { TestClock } from '../../src-shared/test-clock.ts';
import { silentLogger } from './log.ts';
import { migrationSteps } from './migrations/index-of-steps.ts';
import { openMemoryStore, openStore } from './store.ts';
import type { Migration, Store } from './store.ts';

const first: Migration = {
  number: 1,
  name: 'notes',
  up: (db) => {
    db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT');
  },
};
const second: Migration = {
  number: 10,
  name: 'stars',
  up: (db) => {
    db.exec('ALTER TABLE notes ADD COLUMN starred INTEGER NOT NULL DEFAULT 0');
  },
};

let directory: string;
let clock: TestClock;
let health: ServiceHealth[];
const open: Store[] = [];

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'parley-store-'));
  clock = new TestClock();
  health = [];
});

afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(directory, { recursive: true, force: true });
});

function start(migrations: readonly Migration[] = [first], inDirectory = directory): Store {
  const store = openStore({
    directory: inDirectory,
    migrations,
    clock,
    log: silentLogger,
    health: { report: (one) => health.push(one) },
  });
  open.push(store);
  return store;
}

function addNote(store: Store, text: string): void {
  store.write((db) => db.prepare('INSERT INTO notes (text) VALUES (?)').run(text));
}

function notes(store: Store): unknown[] {
  return store.db.prepare('SELECT text FROM notes ORDER BY id').pluck().all();
}

function files(): string[] {
  return readdirSync(directory).sort();
}

const databasePath = (): string => path.join(directory, 'parley.sqlite');

/** A database of many pages, closed properly. */
function bigDatabase(): void {
  const store = start();
  store.write((db) => {
    const insert = db.prepare('INSERT INTO notes (text) VALUES (?)');
    for (let index = 0; index < 200; index += 1) insert.run('x'.repeat(2_000));
  });
  store.close();
}

describe('a store', () => {
  test('keeps what was written, in WAL mode, with foreign keys on', () => {
    const store = start();
    addNote(store, 'kept');
    expect(store.db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(store.db.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(store.db.pragma('synchronous', { simple: true })).toBe(1);
    store.close();
    const again = start();
    expect(notes(again)).toEqual(['kept']);
    expect(again.persistent).toBe(true);
    expect(again.notices).toEqual([]);
    expect(health.at(-1)).toMatchObject({ service: 'store', state: 'ok' });
  });

  test('a write that throws leaves nothing behind', () => {
    const store = start();
    expect(() =>
      store.write((db) => {
        db.prepare('INSERT INTO notes (text) VALUES (?)').run('half');
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(notes(store)).toEqual([]);
  });

  test('the released steps apply to an empty database', () => {
    const store = openMemoryStore(migrationSteps);
    expect(store.db.pragma('user_version', { simple: true })).toBe(migrationSteps.at(-1)?.number);
    store.close();
  });
});

describe('migrations', () => {
  test('run once each, and a copy from before is kept', () => {
    const store = start();
    addNote(store, 'old');
    store.close();
    const migrated = start([first, second]);
    expect(migrated.db.prepare('SELECT text, starred FROM notes').all()).toEqual([{ text: 'old', starred: 0 }]);
    migrated.close();
    const backups = readdirSync(path.join(directory, 'backups'));
    expect(backups).toEqual(['before-step-2-2026-01-01T000000.sqlite']);
    const copy = new SqliteDatabase(path.join(directory, 'backups', backups[0] ?? ''));
    expect(copy.pragma('user_version', { simple: true })).toBe(1);
    expect(copy.prepare('SELECT * FROM notes').all()).toEqual([{ id: 1, text: 'old' }]);
    copy.close();
    clock.advance(1_000);
    start([first, second]).close();
    expect(readdirSync(path.join(directory, 'backups'))).toEqual(backups);
  });

  test('a first start makes no copy', () => {
    start([first, second]);
    expect(files()).not.toContain('backups');
  });

  test('only the newest three copies are kept', () => {
    const steps: Migration[] = [first];
    start(steps).close();
    for (let number = 2; number <= 6; number += 1) {
      clock.advance(60_000);
      steps.push({ number, name: `step ${number}`, up: () => undefined });
      start([...steps]).close();
    }
    expect(readdirSync(path.join(directory, 'backups')).sort()).toEqual([
      'before-step-4-2026-01-01T000300.sqlite',
      'before-step-5-2026-01-01T000400.sqlite',
      'before-step-6-2026-01-01T000500.sqlite',
    ]);
  });

  test('a step that fails leaves the database at the step before, and Parley works in memory with its content', () => {
    const store = start();
    addNote(store, 'safe');
    store.close();
    const broken: Migration = {
      number: 2,
      name: 'broken',
      up: (db) => {
        if (db.name === databasePath()) {
          db.exec('DELETE FROM notes');
          throw new Error('bug');
        }
      },
    };
    const inMemory = start([first, broken]);
    expect(inMemory.persistent).toBe(false);
    expect(inMemory.notices).toHaveLength(1);
    expect(notes(inMemory)).toEqual(['safe']);
    expect(health.at(-1)?.state).toBe('failed');
    inMemory.close();
    expect(notes(start())).toEqual(['safe']);
  });

  test('steps out of order are refused', () => {
    expect(() => openMemoryStore([second, first])).toThrow('must come after');
    expect(() => openMemoryStore([first, first])).toThrow('must come after');
  });
});

describe('a database of a newer version', () => {
  test('is kept whole under a name that says why, and said', () => {
    const newer = start([first, second]);
    addNote(newer, 'from the future');
    newer.close();
    const store = start([first]);
    expect(notes(store)).toEqual([]);
    expect(store.persistent).toBe(true);
    const kept = 'parley.newer-version-10.2026-01-01T000000.sqlite';
    expect(files()).toContain(kept);
    expect(store.notices).toHaveLength(1);
    expect(store.notices[0]).toContain(path.join(directory, kept));
    expect(store.notices[0]).toContain('newer version');
    const old = new SqliteDatabase(path.join(directory, kept), { readonly: true });
    expect(old.prepare('SELECT text FROM notes').pluck().all()).toEqual(['from the future']);
    old.close();
  });

  test('set aside twice in the same second, neither is overwritten', () => {
    for (let round = 0; round < 2; round += 1) {
      rmSync(databasePath(), { force: true });
      start([first, second]).close();
      start([first]).close();
    }
    expect(files().filter((name) => name.includes('newer-version'))).toEqual([
      'parley.newer-version-10.2026-01-01T000000-1.sqlite',
      'parley.newer-version-10.2026-01-01T000000.sqlite',
    ]);
  });
});

describe('a damaged database', () => {
  const damages: [string, () => void][] = [
    [
      'that is no database at all',
      () => {
        writeFileSync(databasePath(), 'these are not the bytes of a database '.repeat(100));
      },
    ],
    [
      'with garbage in the middle',
      () => {
        bigDatabase();
        const bytes = readFileSync(databasePath());
        bytes.fill(0xa5, 4096 * 2, 4096 * 30);
        writeFileSync(databasePath(), bytes);
      },
    ],
    [
      'that was cut off',
      () => {
        bigDatabase();
        truncateSync(databasePath(), 4096 * 20 + 17);
      },
    ],
  ];

  test.each(damages)('%s is set aside unchanged, and Parley goes on with an empty one', (_, damage) => {
    damage();
    const bytes = readFileSync(databasePath());
    const store = start();
    expect(notes(store)).toEqual([]);
    expect(store.persistent).toBe(true);
    const kept = path.join(directory, 'parley.damaged.2026-01-01T000000.sqlite');
    expect(readFileSync(kept).equals(bytes)).toBe(true);
    expect(store.notices).toHaveLength(1);
    expect(store.notices[0]).toContain(kept);
    addNote(store, 'new');
    store.close();
    expect(notes(start())).toEqual(['new']);
  });

  test('is set aside together with its write-ahead log', () => {
    bigDatabase();
    writeFileSync(databasePath(), Buffer.alloc(8_192, 0x5a));
    writeFileSync(`${databasePath()}-wal`, 'log');
    start();
    expect(files()).toContain('parley.damaged.2026-01-01T000000.sqlite-wal');
    expect(readFileSync(path.join(directory, 'parley.damaged.2026-01-01T000000.sqlite-wal'), 'utf8')).toBe('log');
  });

  test('found while writing is said in words, and checked whole at the next start', () => {
    const store = start();
    expect(() =>
      store.write(() => {
        throw new SqliteDatabase.SqliteError('database disk image is malformed', 'SQLITE_CORRUPT_INDEX');
      }),
    ).toThrow(/damaged/);
    expect(health.at(-1)).toMatchObject({ service: 'store', state: 'failed' });
    expect(files()).toContain('parley.sqlite.check-at-start');
    store.close();
    start();
    expect(files()).not.toContain('parley.sqlite.check-at-start');
  });
});

describe('a disk that takes nothing', () => {
  test('full: the write is refused in words, nothing stored is lost, and it goes on when there is space', () => {
    const store = start();
    addNote(store, 'before');
    const pages = Number(store.db.pragma('page_count', { simple: true }));
    store.db.pragma(`max_page_count = ${pages}`);
    const refusal = (): unknown => {
      try {
        addNote(store, 'y'.repeat(100_000));
      } catch (error) {
        return error;
      }
      return undefined;
    };
    const error = refusal();
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({ code: 'limit', message: expect.stringContaining('disk is full') as string });
    expect(notes(store)).toEqual(['before']);
    expect(health.map((one) => one.state)).toEqual(['ok', 'failed']);
    refusal();
    expect(health).toHaveLength(2);
    store.db.pragma('max_page_count = 1000000');
    addNote(store, 'after');
    expect(notes(store)).toEqual(['before', 'after']);
    expect(health.map((one) => one.state)).toEqual(['ok', 'failed', 'ok']);
  });

  test('full, found outside of write: the same words, and it is noticed when there is space again', () => {
    const store = start();
    const pages = Number(store.db.pragma('page_count', { simple: true }));
    store.db.pragma(`max_page_count = ${pages}`);
    let translated: unknown;
    try {
      store.db.prepare('INSERT INTO notes (text) VALUES (?)').run('y'.repeat(100_000));
    } catch (error) {
      translated = store.translate(error);
    }
    expect(translated).toMatchObject({ code: 'limit', message: expect.stringContaining('disk is full') as string });
    expect(health.at(-1)?.state).toBe('failed');
    clock.advance(25_000);
    expect(health.at(-1)?.state).toBe('failed');
    store.retry();
    expect(health.at(-1)?.state).toBe('failed');
    expect(clock.pending).toBe(1);
    store.db.pragma('max_page_count = 1000000');
    store.retry();
    expect(health.at(-1)?.state).toBe('ok');
    expect(clock.pending).toBe(0);
    const other = new Error('not the disk');
    expect(store.translate(other)).toBe(other);
    expect(health).toHaveLength(3);
  });

  test('full: writes that nobody waits for are kept in their order and done when there is space', () => {
    const store = start();
    const done: string[] = [];
    const write = (text: string): void => {
      store.writeEventually(
        () => {
          addNote(store, text);
          return text.slice(0, 5);
        },
        (result) => done.push(result),
      );
    };
    write('first');
    store.db.pragma(`max_page_count = ${Number(store.db.pragma('page_count', { simple: true }))}`);
    write(`large${'y'.repeat(100_000)}`);
    // It would fit, but it came later.
    write('small');
    expect(done).toEqual(['first']);
    expect(notes(store)).toEqual(['first']);
    expect(health.at(-1)).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('disk is full') as string,
    });
    clock.advance(30_000);
    expect(done).toEqual(['first']);
    store.db.pragma('max_page_count = 1000000');
    clock.advance(10_000);
    expect(done).toEqual(['first', 'large', 'small']);
    expect(notes(store).map((text) => String(text).slice(0, 5))).toEqual(['first', 'large', 'small']);
    expect(health.at(-1)?.state).toBe('ok');
    expect(clock.pending).toBe(0);
  });

  test('full: another write that succeeds lets those go that waited, and so does the end', () => {
    const store = start();
    store.db.pragma(`max_page_count = ${Number(store.db.pragma('page_count', { simple: true }))}`);
    store.writeEventually(() => {
      addNote(store, 'y'.repeat(100_000));
    });
    expect(notes(store)).toEqual([]);
    store.db.pragma('max_page_count = 1000000');
    addNote(store, 'another');
    expect(notes(store)).toHaveLength(2);

    store.db.pragma(`max_page_count = ${Number(store.db.pragma('page_count', { simple: true }))}`);
    store.writeEventually(() => {
      addNote(store, 'z'.repeat(200_000));
    });
    store.db.pragma('max_page_count = 1000000');
    store.close();
    expect(notes(start())).toHaveLength(3);
  });

  test('an error that is not the disk’s passes through a write that nobody waits for, and leaves nothing waiting', () => {
    const store = start();
    expect(() => {
      store.writeEventually(() => {
        throw new Error('a bug');
      });
    }).toThrow('a bug');
    store.writeEventually(() => {
      addNote(store, 'goes on');
    });
    expect(notes(store)).toEqual(['goes on']);
    expect(health.map((one) => one.state)).toEqual(['ok']);
  });

  test('closed while the disk is full it leaves no timer', () => {
    const store = start();
    store.translate(new SqliteDatabase.SqliteError('full', 'SQLITE_FULL'));
    expect(clock.pending).toBe(1);
    store.close();
    expect(clock.pending).toBe(0);
  });

  test('a data folder that cannot be made: Parley works in memory and says so', () => {
    const blocked = path.join(directory, 'file');
    writeFileSync(blocked, 'a file where the folder should be');
    const store = start([first], path.join(blocked, 'data'));
    expect(store.persistent).toBe(false);
    addNote(store, 'for now');
    expect(notes(store)).toEqual(['for now']);
    expect(store.notices[0]).toContain('in memory only');
    expect(health.at(-1)).toMatchObject({ service: 'store', state: 'failed' });
  });

  test('held by another program: Parley works on a copy in memory', () => {
    const store = start();
    addNote(store, 'kept');
    store.close();
    const other = new SqliteDatabase(databasePath());
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE');
    const copy = start();
    expect(copy.persistent).toBe(false);
    expect(copy.notices[0]).toContain('Another program');
    expect(notes(copy)).toEqual(['kept']);
    other.exec('ROLLBACK');
    other.close();
  });

  test('read-only: what is stored is shown from memory, and it is said', (context) => {
    const folder = path.join(directory, 'read-only');
    mkdirSync(folder);
    const disk = canBeReadOnly(folder);
    if (typeof disk === 'string') {
      console.log(`skipped: ${disk}`);
      context.skip();
      return;
    }
    try {
      const store = start([first], folder);
      addNote(store, 'seen');
      store.close();
      disk.makeReadOnly();
      const copy = start([first], folder);
      expect(copy.persistent).toBe(false);
      expect(notes(copy)).toEqual(['seen']);
      expect(copy.notices[0]).toContain('in memory only');
    } finally {
      disk.end();
    }
  });
});

/** A folder that this user cannot write to afterwards. Permissions hold root back nowhere: there it is a file system of its own. */
function canBeReadOnly(folder: string): { readonly makeReadOnly: () => void; readonly end: () => void } | string {
  if (process.getuid?.() !== 0) {
    return {
      makeReadOnly: () => {
        chmodSync(path.join(folder, 'parley.sqlite'), 0o400);
        chmodSync(folder, 0o500);
      },
      end: () => {
        chmodSync(folder, 0o700);
      },
    };
  }
  const mount = (...args: readonly string[]): void => {
    execFileSync('mount', [...args, folder], { stdio: 'pipe' });
  };
  try {
    mount('-t', 'tmpfs', '-o', 'size=8m', 'parley-read-only');
  } catch (error) {
    return `root may write to every folder, and no file system can be mounted here: ${String(error)}`;
  }
  return {
    makeReadOnly: () => {
      mount('-o', 'remount,ro');
    },
    end: () => {
      execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' });
    },
  };
}
