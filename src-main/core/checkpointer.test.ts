import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestClock } from '../../src-shared/test-clock.ts';
import { Checkpointer } from './checkpointer.ts';
import { silentLogger } from './log.ts';
import type { LogMover, MoveMode } from './log-mover.ts';

let folder: string;
let file: string;
let db: Database;
let clock: TestClock;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-checkpoint-'));
  file = join(folder, 'test.sqlite');
  db = new SqliteDatabase(file);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE t (bytes BLOB)');
  clock = new TestClock();
});

afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

function grow(megabytes: number): void {
  for (let count = 0; count < megabytes; count += 1) db.exec('INSERT INTO t VALUES (zeroblob(1048576))');
}

function logMegabytes(): number {
  return statSync(`${file}-wal`).size / 1_048_576;
}

/** Moves as the worker does, on a connection of its own, but on this thread, and counts. */
class CountingMover implements LogMover {
  readonly modes: MoveMode[] = [];
  rests = 0;
  failure: Error | undefined;

  move(mode: MoveMode): Promise<void> {
    this.modes.push(mode);
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const own = new SqliteDatabase(file);
    own.pragma(`wal_checkpoint(${mode})`);
    own.close();
    return Promise.resolve();
  }

  rest(): Promise<void> {
    this.rests += 1;
    return Promise.resolve();
  }
}

describe('checkpoints off the service thread', () => {
  test('a large write-ahead log is moved into the database by a worker, and writing goes on', async () => {
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger });
    await checkpointer.start();
    grow(8);
    expect(statSync(file).size).toBeLessThan(1_000_000);
    clock.advance(2_000);
    grow(1);
    await checkpointer.stop();
    expect(clock.pending).toBe(0);
    expect(statSync(file).size).toBeGreaterThan(8_000_000);
    expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(9);
  });

  test('a small one is left alone', async () => {
    const mover = new CountingMover();
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger, mover });
    await checkpointer.start();
    grow(1);
    await clock.run(20_000);
    await checkpointer.stop();
    expect(mover.modes).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('a log that was moved is let be until something is written', async () => {
    const mover = new CountingMover();
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger, mover });
    await checkpointer.start();
    grow(8);
    await clock.run(20_000);
    expect(mover.modes).toEqual(['PASSIVE']);
    grow(8);
    await clock.run(20_000);
    expect(mover.modes).toEqual(['PASSIVE', 'PASSIVE']);
    await checkpointer.stop();
  });

  test('whoever writes in bulk waits while a full log is moved, and the log never outgrows its bound', async () => {
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger });
    await checkpointer.start();
    expect(checkpointer.room()).toBeUndefined();
    let waits = 0;
    for (let count = 0; count < 60; count += 1) {
      grow(1);
      const room = checkpointer.room();
      if (room === undefined) continue;
      waits += 1;
      await room;
      expect(checkpointer.room()).toBeUndefined();
    }
    expect(waits).toBe(3);
    expect(logMegabytes()).toBeLessThan(18);
    await checkpointer.stop();
    expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(60);
  });

  test('whoever writes in bulk waits for a move that is under way, however small the log is', async () => {
    const mover = new CountingMover();
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger, mover });
    await checkpointer.start();
    grow(8);
    expect(checkpointer.room()).toBeUndefined();
    clock.advance(2_000);
    grow(1);
    const room = checkpointer.room();
    expect(room).toBeInstanceOf(Promise);
    await room;
    expect(mover.modes).toEqual(['PASSIVE']);
    expect(checkpointer.room()).toBeUndefined();
    await checkpointer.stop();
  });

  test('a log that fills up during a move is moved again before bulk writing goes on', async () => {
    const mover = new CountingMover();
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger, mover });
    await checkpointer.start();
    grow(8);
    clock.advance(2_000);
    grow(17);
    await checkpointer.room();
    expect(mover.modes).toEqual(['PASSIVE', 'PASSIVE']);
    // Moved whole: the next write begins at the start of the log.
    grow(1);
    expect(db.pragma('wal_checkpoint(NOOP)')).toMatchObject([{ checkpointed: 0 }]);
    await checkpointer.stop();
  });

  test('the file of a log is shortened when it is large and nobody writes', async () => {
    const mover = new CountingMover();
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger, mover });
    await checkpointer.start();
    grow(40);
    await clock.run(8_000);
    grow(1);
    await clock.run(8_000);
    expect(logMegabytes()).toBeGreaterThan(40);
    await clock.run(8_000);
    expect(mover.modes).toEqual(['PASSIVE', 'TRUNCATE']);
    expect(logMegabytes()).toBe(0);
    expect(mover.rests).toBeGreaterThan(0);
    await checkpointer.stop();
  });

  test('when the worker cannot do it, SQLite does it by itself again and nobody waits for it', async () => {
    const mover = new CountingMover();
    mover.failure = new Error('no threads here');
    const checkpointer = new Checkpointer({ db, file, clock, log: silentLogger, mover });
    await checkpointer.start();
    expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(0);
    grow(17);
    await checkpointer.room();
    expect(db.pragma('wal_autocheckpoint', { simple: true })).toBe(1_000);
    expect(checkpointer.room()).toBeUndefined();
    grow(1);
    expect(statSync(file).size).toBeGreaterThan(17_000_000);
    await checkpointer.stop();
  });
});
