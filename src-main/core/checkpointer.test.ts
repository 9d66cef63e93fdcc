import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { Checkpointer } from './checkpointer.ts';
import { silentLogger } from './log.ts';

let folder: string;
let file: string;
let db: Database;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-checkpoint-'));
  file = join(folder, 'test.sqlite');
  db = new SqliteDatabase(file);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE t (bytes BLOB)');
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function grow(megabytes: number): void {
  for (let count = 0; count < megabytes; count += 1) db.exec('INSERT INTO t VALUES (zeroblob(1048576))');
}

describe('checkpoints off the service thread', () => {
  test('a large write-ahead log is moved into the database by a worker, and writing goes on', async () => {
    const clock = new TestClock();
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger });
    await checkpointer.start();
    grow(8);
    expect(statSync(file).size).toBeLessThan(1_000_000);
    clock.advance(2_000);
    grow(1);
    await checkpointer.stop();
    expect(statSync(file).size).toBeGreaterThan(8_000_000);
    expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(9);
  });

  test('a small one is left alone', async () => {
    const clock = new TestClock();
    let checkpoints = 0;
    const checkpoint = (): Promise<void> => {
      checkpoints += 1;
      return Promise.resolve();
    };
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger, checkpoint });
    await checkpointer.start();
    grow(1);
    clock.advance(20_000);
    await checkpointer.stop();
    expect(checkpoints).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('a log that was moved is let be until something is written', async () => {
    const clock = new TestClock();
    let checkpoints = 0;
    const checkpoint = (): Promise<void> => {
      checkpoints += 1;
      return Promise.resolve();
    };
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger, checkpoint });
    await checkpointer.start();
    grow(8);
    await clock.run(20_000);
    expect(checkpoints).toBe(1);
    grow(1);
    await clock.run(20_000);
    expect(checkpoints).toBe(2);
    await checkpointer.stop();
  });

  test('the file of a moved log shrinks with the next write', async () => {
    const clock = new TestClock();
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger });
    await checkpointer.start();
    grow(8);
    clock.advance(2_000);
    await checkpointer.stop();
    grow(1);
    expect(statSync(`${file}-wal`).size).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  test('when the worker cannot do it, SQLite does it by itself again', async () => {
    const clock = new TestClock();
    const checkpointer = new Checkpointer({
      db,
      file,
      clock,
      log: silentLogger,
      checkpoint: () => Promise.reject(new Error('no threads here')),
    });
    await checkpointer.start();
    expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(0);
    grow(8);
    clock.advance(2_000);
    await checkpointer.stop();
    expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(1_000);
  });
});
