import { chmod, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import { controlKeyHeader, controlPath } from './loopback-server.ts';

/** Milliseconds that a first copy has to answer a second one. */
const answerDeadlineMs = 3_000;

interface LockFile {
  readonly pid: number;
  readonly port: number;
  readonly controlKey: string;
}

/** What the copy that already runs answered. */
export interface RunningCopy {
  readonly pid: number;
  readonly url: string;
  readonly windows: number;
}

/**
 * One service per data directory. The lock file names process, port and a key; whether its writer lives is
 * asked on that port with that key, because a process number alone may long belong to another program.
 *
 *   free --claim--> ours --release--> free
 *   free --the writer answers--> taken (the second copy ends)
 *   free --nobody listens there, or somebody else does--> stale, then ours
 *   free --the writer lives and does not answer--> refused in words
 */
export class InstanceLock {
  readonly #file: string;
  #held = false;

  constructor(dataDirectory: string) {
    this.#file = join(dataDirectory, 'running.json');
  }

  /**
   * The copy that already runs, after asking it to open `target` (empty: to come forward); undefined when
   * there is none. Throws AppError `invalid` when one runs and hangs.
   */
  async runningCopy(target: string): Promise<RunningCopy | undefined> {
    const lock = await this.#read();
    if (lock === undefined || !isAlive(lock.pid)) return undefined;
    let response: Response;
    try {
      response = await fetch(`http://127.0.0.1:${lock.port}${controlPath}`, {
        method: 'POST',
        headers: { [controlKeyHeader]: lock.controlKey },
        body: target,
        signal: AbortSignal.timeout(answerDeadlineMs),
      });
      if (!response.ok) return undefined;
      const answer: unknown = await response.json();
      return { pid: lock.pid, ...parseAnswer(answer) };
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') {
        throw new AppError(
          'invalid',
          t(
            'Parley already runs with this data directory (process {pid}) and does not answer. End that process and start again.',
            { pid: lock.pid },
          ),
        );
      }
      // Refused or not our protocol: the process number belongs to another program now.
      return undefined;
    }
  }

  /**
   * Makes the lock ours and answers undefined, or answers the copy that was faster.
   * Throws AppError `invalid` when neither is possible.
   */
  async claim(content: LockFile, target: string): Promise<RunningCopy | undefined> {
    if (await this.#create(content)) return undefined;
    const running = await this.runningCopy(target);
    if (running !== undefined) return running;
    await rm(this.#file, { force: true });
    if (await this.#create(content)) return undefined;
    throw new AppError('invalid', t('Another copy of Parley is starting with this data directory. Start again.'));
  }

  /** `wx`: of two copies only one makes the file. */
  async #create(content: LockFile): Promise<boolean> {
    try {
      const handle = await open(this.#file, 'wx', 0o600);
      try {
        await handle.writeFile(JSON.stringify(content));
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
    this.#held = true;
    return true;
  }

  async release(): Promise<void> {
    if (!this.#held) return;
    this.#held = false;
    await rm(this.#file, { force: true });
  }

  async #read(): Promise<LockFile | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#file, 'utf8'));
      if (typeof value !== 'object' || value === null) return undefined;
      if (!('pid' in value && 'port' in value && 'controlKey' in value)) return undefined;
      const { pid, port, controlKey } = value;
      if (typeof pid !== 'number' || typeof port !== 'number' || typeof controlKey !== 'string') return undefined;
      return { pid, port, controlKey };
    } catch {
      return undefined;
    }
  }
}

function parseAnswer(answer: unknown): { url: string; windows: number } {
  if (typeof answer !== 'object' || answer === null) return { url: '', windows: 0 };
  const url = 'url' in answer && typeof answer.url === 'string' ? answer.url : '';
  const windows = 'windows' in answer && typeof answer.windows === 'number' ? answer.windows : 0;
  return { url, windows };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * The port of last time: the browser keeps the microphone's permission per port, so it must not wander.
 */
export class PortMemory {
  readonly #file: string;

  constructor(dataDirectory: string) {
    this.#file = join(dataDirectory, 'port');
  }

  async remembered(): Promise<number | undefined> {
    try {
      const text = (await readFile(this.#file, 'utf8')).trim();
      const port = Number(text);
      return /^\d{1,5}$/.test(text) && port >= 1_024 && port <= 65_535 ? port : undefined;
    } catch {
      return undefined;
    }
  }

  async remember(port: number): Promise<void> {
    await writeFile(this.#file, String(port), { mode: 0o600 });
    await chmod(this.#file, 0o600);
  }
}
