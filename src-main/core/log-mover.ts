import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/**
 * How a write-ahead log is moved into its database (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint):
 * `PASSIVE` makes neither readers nor writers wait; `TRUNCATE` keeps writers out while it shortens the file of the log.
 */
export type MoveMode = 'PASSIVE' | 'TRUNCATE';

/**
 * Moves the write-ahead log of one database, off this thread; one move at a time. A log that was moved whole is begun
 * anew before the move counts as done: whoever writes first in a new log waits for the disk until its header is there.
 */
export interface LogMover {
  /** @throws Error when the disk takes nothing, or there is no thread */
  move(mode: MoveMode): Promise<void>;
  /** Lets its connection and its thread go; the next move makes new ones. Call it between moves. */
  rest(): Promise<void>;
}

/** Who writes in bulk waits for a move: it does not wait long for another program. */
const waitForOthersMs = 500;

/**
 * Plain JavaScript as text: a worker's file would need a bundle of its own.
 *
 * `beginAnew` writes what is there already, the number of the schema. It takes the sync of the header on itself, which
 * SQLite makes at the first commit of each new log also with `synchronous = NORMAL` (its ticket ff5be73dee). Where it
 * cannot, because another program writes or the disk takes nothing, the move was made all the same: whoever writes next
 * begins the log, and hears in words what is wrong.
 */
const workerCode = `
const { parentPort, workerData } = require('node:worker_threads');
const Database = require(workerData.module);
const db = new Database(workerData.file, { fileMustExist: true, timeout: ${waitForOthersMs} });
const writeFirst = db.transaction(() => {
  db.pragma('user_version = ' + db.pragma('user_version', { simple: true }));
}).immediate;
const beginAnew = () => {
  try {
    writeFirst();
  } catch {}
};
parentPort.on('message', (mode) => {
  if (mode === 'rest') {
    db.close();
    parentPort.close();
    return;
  }
  try {
    const [{ log, checkpointed }] = db.pragma('wal_checkpoint(' + mode + ')');
    if (log === checkpointed) beginAnew();
    parentPort.postMessage('');
  } catch (error) {
    parentPort.postMessage(String(error));
  }
});
`;

/** A thread with a connection of its own, kept from one move to the next until it may rest. */
export class WorkerLogMover implements LogMover {
  readonly #file: string;
  #worker: Worker | undefined;

  /** `file`: the database; its log stands beside it. */
  constructor(file: string) {
    this.#file = file;
  }

  move(mode: MoveMode): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = (this.#worker ??= this.#start());
      const forget = (): void => {
        worker.off('message', answered);
        worker.off('error', failed);
        worker.off('exit', ended);
      };
      const failed = (error: Error): void => {
        forget();
        this.#worker = undefined;
        reject(error);
      };
      const ended = (code: number): void => {
        failed(new Error(`the thread ended with ${code}`));
      };
      const answered = (problem: string): void => {
        forget();
        if (problem === '') resolve();
        else reject(new Error(problem));
      };
      worker.on('message', answered);
      worker.on('error', failed);
      worker.on('exit', ended);
      worker.postMessage(mode);
    });
  }

  async rest(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('rest');
    await ended;
  }

  #start(): Worker {
    const module = createRequire(import.meta.url).resolve('better-sqlite3');
    return new Worker(workerCode, { eval: true, workerData: { module, file: this.#file } });
  }
}
