import { statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Logger } from './log.ts';
import { WorkerLogMover } from './log-mover.ts';
import type { LogMover, MoveMode } from './log-mover.ts';
import type { Service } from './service.ts';

export interface CheckpointerOptions {
  readonly db: Database;
  /** The database file; its write-ahead log stands beside it. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly mover?: LogMover;
}

/** How often the write-ahead log is looked at (milliseconds); it costs some microseconds. */
const lookEveryMs = 2_000;
/** So much of the log (bytes) is left for later: reading through it costs nothing yet. */
const toleratedBytes = 4 * 1024 * 1024;
/** From here on (bytes) whoever writes in bulk waits for the move. Larger: fewer moves; smaller: shorter ones. */
const fullBytes = 16 * 1024 * 1024;
/** A file of the log beyond this (bytes) is shortened when nobody writes. */
const keptBytes = 2 * fullBytes;
/** Looks without a write after which nobody is expected to write just then. */
const quietLooks = 5;
/** SQLite's own default, in pages; in force again when the thread cannot do it. */
const automaticPages = 1_000;

/**
 * Keeps SQLite's checkpoints off the service thread. A checkpoint waits for the disk (fsync, 20 to 200 ms) and would do
 * so in the middle of some commit; a connection of its own in a worker does it instead, in PASSIVE mode, which makes
 * neither readers nor writers wait (https://www.sqlite.org/wal.html section 2.1).
 *
 * A log begins anew at the start of its file only when it was moved whole, so with somebody who never stops writing it
 * would grow without end: 100,000 people made it 4 GB. Then each commit meets new blocks that the file system hands out
 * to the same file while the worker waits for the disk, for up to 140 ms; and shortening the file afterwards costs the
 * next commit as much again. So whoever writes in bulk asks `room` between two transactions, has a full log moved and
 * waits for any move; the file is written over and over, and shortened only in quiet times, by the worker. The worker
 * also writes first in each new log, since that commit waits for the disk (see `LogMover`).
 *
 *   resting --over the tolerated size, or full--> moving --done--> resting
 *   resting --file too large and quiet--> shortening --done--> resting
 *   moving | shortening --failed--> automatic (SQLite does it within commits again)
 */
export class Checkpointer implements Service {
  readonly name = 'checkpointer';
  readonly #options: CheckpointerOptions;
  readonly #mover: LogMover;
  readonly #bytesPerPage: number;
  #timer: TimerHandle | undefined;
  #running: Promise<void> | undefined;
  #isAutomatic = false;
  #isStopped = false;
  /** Of the last look: frames in the log, and looks since they changed. */
  #seen = { frames: 0, looks: 0 };

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#mover = options.mover ?? new WorkerLogMover(options.file);
    this.#bytesPerPage = Number(options.db.pragma('page_size', { simple: true }));
  }

  start(): Promise<void> {
    this.#options.db.pragma('wal_autocheckpoint = 0');
    this.#lookLater();
    return Promise.resolve();
  }

  /** Waits for a move under way; closing the database does the last one. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#running;
    await this.#mover.rest();
  }

  /**
   * For whoever writes in bulk, between two transactions. Undefined: go on. Otherwise wait for it: the log is being
   * moved, or is full and will be; the promise resolves when it was moved. It never rejects.
   */
  room(): Promise<void> | undefined {
    if (this.#isAutomatic || this.#isStopped) return undefined;
    return this.#waitingBytes().bytes < fullBytes ? this.#running : this.#makeRoom();
  }

  async #makeRoom(): Promise<void> {
    // A move under way began before the last writes, and only a log that was moved whole begins anew.
    await this.#running;
    if (!this.#isAutomatic) await this.#move('PASSIVE');
  }

  /** What is in the log and not in the database yet. */
  #waitingBytes(): { readonly frames: number; readonly bytes: number } {
    // NOOP looks and moves nothing.
    const [counts] = this.#options.db.pragma('wal_checkpoint(NOOP)') as [{ log: number; checkpointed: number }];
    return { frames: counts.log, bytes: (counts.log - counts.checkpointed) * this.#bytesPerPage };
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      void this.#look().then(() => {
        if (!this.#isAutomatic && !this.#isStopped) this.#lookLater();
      });
    }, lookEveryMs);
  }

  async #look(): Promise<void> {
    const { frames, bytes } = this.#waitingBytes();
    this.#seen = { frames, looks: frames === this.#seen.frames ? this.#seen.looks + 1 : 0 };
    if (bytes > toleratedBytes) await this.#move('PASSIVE');
    else if (this.#seen.looks >= quietLooks && this.#fileBytes() > keptBytes) await this.#move('TRUNCATE');
    else if (this.#running === undefined) await this.#mover.rest();
  }

  #fileBytes(): number {
    return statSync(`${this.#options.file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Joins a move under way. */
  #move(mode: MoveMode): Promise<void> {
    this.#running ??= this.#mover
      .move(mode)
      .catch((error: unknown) => {
        this.#options.log.warn('checkpoints are left to SQLite again', { error });
        this.#isAutomatic = true;
        this.#options.db.pragma(`wal_autocheckpoint = ${automaticPages}`);
      })
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }
}
