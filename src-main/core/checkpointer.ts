import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Logger } from './log.ts';
import type { Service } from './service.ts';

export interface CheckpointerOptions {
  readonly db: Database;
  /** The database file; its write-ahead log stands beside it. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Moves the write-ahead log into the database, off this thread. */
  readonly checkpoint?: (file: string) => Promise<void>;
}

/** How often the size of the write-ahead log is looked at (milliseconds); one stat call. */
const lookEveryMs = 2_000;
/** A log up to this size is left for later: reading through it costs nothing yet. */
const toleratedBytes = 4 * 1024 * 1024;
/** SQLite's own default, in pages; in force again when the thread cannot do it. */
const automaticPages = 1_000;

/**
 * Keeps SQLite's checkpoints off the service thread. A checkpoint waits for the disk (fsync), commonly 20 to 60 ms,
 * and would do so in the middle of some commit; a connection of its own in a short-lived worker does it instead,
 * in PASSIVE mode, which makes neither readers nor writers wait (https://www.sqlite.org/wal.html section 2.1).
 *
 * The log's file keeps its size when it was moved: it is let be until something is written, and shrinks then.
 *
 *   idle --log over the limit and written to--> running --done--> idle
 *   running --failed--> automatic (SQLite does it within commits again)
 */
export class Checkpointer implements Service {
  readonly name = 'checkpointer';
  readonly #options: CheckpointerOptions;
  #timer: TimerHandle | undefined;
  #running: Promise<void> | undefined;
  /** When the log that was moved last had been written to. */
  #movedMtimeMs: number | undefined;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
  }

  start(): Promise<void> {
    this.#options.db.pragma('wal_autocheckpoint = 0');
    this.#options.db.pragma(`journal_size_limit = ${toleratedBytes}`);
    this.#lookLater();
    return Promise.resolve();
  }

  /** Waits for a checkpoint under way; closing the database does the last one. */
  async stop(): Promise<void> {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      const { size = 0, mtimeMs } = statSync(`${this.#options.file}-wal`, { throwIfNoEntry: false }) ?? {};
      if (size <= toleratedBytes || mtimeMs === this.#movedMtimeMs) {
        this.#lookLater();
        return;
      }
      // Before the checkpoint: what is written meanwhile may not be in it.
      this.#movedMtimeMs = mtimeMs;
      this.#running = this.#checkpoint();
    }, lookEveryMs);
  }

  async #checkpoint(): Promise<void> {
    const { file, db, log, checkpoint = checkpointInWorker } = this.#options;
    try {
      await checkpoint(file);
      this.#lookLater();
    } catch (error) {
      log.warn('checkpoints are left to SQLite again', { error });
      db.pragma(`wal_autocheckpoint = ${automaticPages}`);
    } finally {
      this.#running = undefined;
    }
  }
}

/** Plain JavaScript as text: a worker's file would need a bundle of its own. */
const workerCode = `
const { workerData } = require('node:worker_threads');
const Database = require(workerData.module);
const db = new Database(workerData.file, { fileMustExist: true });
db.pragma('wal_checkpoint(PASSIVE)');
db.close();
`;

function checkpointInWorker(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const module = createRequire(import.meta.url).resolve('better-sqlite3');
    const worker = new Worker(workerCode, { eval: true, workerData: { module, file } });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`the checkpoint ended with ${code}`));
    });
  });
}
