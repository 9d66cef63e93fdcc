import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WorkerLogMover } from './log-mover.ts';

let folder: string;
let file: string;
let db: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-log-mover-'));
  file = join(folder, 'test.sqlite');
  db = new SqliteDatabase(file);
  db.pragma('journal_mode = WAL');
  db.pragma('wal_autocheckpoint = 0');
  db.exec('CREATE TABLE t (bytes BLOB)');
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function logFrames(): number {
  const [counts] = db.pragma('wal_checkpoint(NOOP)') as [{ log: number }];
  return counts.log;
}

describe('a thread that moves the write-ahead log', () => {
  test('it moves what is there, rests without a hold on the database, and comes again', async () => {
    const mover = new WorkerLogMover(file);
    for (const megabytes of [1, 2]) {
      db.exec('INSERT INTO t VALUES (zeroblob(1048576))');
      await mover.move('PASSIVE');
      expect(statSync(file).size).toBeGreaterThan(megabytes * 1_048_576);
      await mover.rest();
    }
    db.close();
    // The last connection takes the log away: there is no other one.
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  test('a move after a move uses the same thread, and shortens the log when asked to', async () => {
    const mover = new WorkerLogMover(file);
    db.exec('INSERT INTO t VALUES (zeroblob(1048576))');
    await mover.move('PASSIVE');
    expect(statSync(`${file}-wal`).size).toBeGreaterThan(1_048_576);
    await mover.move('TRUNCATE');
    expect(statSync(`${file}-wal`).size).toBeLessThan(10_000);
    await mover.rest();
  });

  test.each(['PASSIVE', 'TRUNCATE'] as const)(
    'after the move %s a new log is begun, so that the next write does not wait for the disk, and nothing is changed',
    async (mode) => {
      const mover = new WorkerLogMover(file);
      db.pragma('user_version = 7');
      db.exec('INSERT INTO t VALUES (zeroblob(1048576))');
      expect(logFrames()).toBeGreaterThan(250);
      await mover.move(mode);
      expect(logFrames()).toBe(1);
      db.exec('INSERT INTO t VALUES (zeroblob(1))');
      expect(logFrames()).toBeGreaterThan(1);
      expect(db.pragma('user_version', { simple: true })).toBe(7);
      expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(2);
      await mover.rest();
    },
  );

  test('a log that somebody reads from is not begun anew: what they read stays as it was', async () => {
    const mover = new WorkerLogMover(file);
    db.exec('INSERT INTO t VALUES (zeroblob(1048576))');
    const reader = new SqliteDatabase(file);
    reader.exec('BEGIN');
    expect(reader.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1);
    db.exec('INSERT INTO t VALUES (zeroblob(1048576))');
    const before = logFrames();
    await mover.move('PASSIVE');
    expect(logFrames()).toBe(before);
    expect(reader.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1);
    reader.close();
    await mover.rest();
  });

  test('a move is made beside another program that holds the database for writing; it does not begin the log then', async () => {
    const mover = new WorkerLogMover(file);
    db.exec('INSERT INTO t VALUES (zeroblob(1048576))');
    const before = logFrames();
    const other = new SqliteDatabase(file);
    other.exec('BEGIN IMMEDIATE');
    await mover.move('PASSIVE');
    expect(statSync(file).size).toBeGreaterThan(1_048_576);
    expect(logFrames()).toBe(before);
    other.close();
    await mover.move('PASSIVE');
    expect(logFrames()).toBe(1);
    await mover.rest();
  });

  test('a database that is not there is an error, not a hang, and resting after it is harmless', async () => {
    const mover = new WorkerLogMover(join(folder, 'none.sqlite'));
    await expect(mover.move('PASSIVE')).rejects.toThrow();
    await mover.rest();
    expect(existsSync(join(folder, 'none.sqlite'))).toBe(false);
  });
});
