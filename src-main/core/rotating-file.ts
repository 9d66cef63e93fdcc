import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../src-shared/clock.ts';

export interface RotatingFileOptions {
  readonly directory: string;
  /** `parley` gives parley.log, parley.1.log (newer) to parley.N.log (oldest). */
  readonly name: string;
  readonly clock: Clock;
  readonly maxBytes?: number;
  /** Files kept beside the current one. */
  readonly keptFiles?: number;
}

const defaultMaxBytes = 5 * 1024 * 1024;
const defaultKeptFiles = 4;
/** After a failure (full disk, missing folder) the file is left alone this long. */
const retryAfterMs = 10_000;

/**
 * Appends lines to a file and begins a new one when it is full. Each line is handed to the system before `append`
 * returns, so a crash loses none. Never throws: a log that cannot be written must not take the program down.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  readonly #maxBytes: number;
  readonly #keptFiles: number;
  #handle: number | undefined;
  #bytes = 0;
  #lostLines = 0;
  #retryAtMs = -Infinity;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? defaultMaxBytes;
    this.#keptFiles = options.keptFiles ?? defaultKeptFiles;
  }

  /** The file being written. */
  get file(): string {
    return this.#file(0);
  }

  append(line: string): void {
    if (this.#options.clock.now() < this.#retryAtMs) {
      this.#lostLines += 1;
      return;
    }
    try {
      const lost = this.#lostLines === 0 ? '' : `[${this.#lostLines} lines could not be written]\n`;
      const bytes = Buffer.from(`${lost}${line}\n`, 'utf8');
      const handle = this.#open(bytes.length);
      this.#bytes += writeSync(handle, bytes);
      this.#lostLines = 0;
    } catch {
      this.#lostLines += 1;
      this.#retryAtMs = this.#options.clock.now() + retryAfterMs;
      this.close();
    }
  }

  /** The last lines, newest last, for the support report; empty when there is no log. */
  tail(lines: number): string {
    try {
      const current = existsSync(this.#file(0)) ? readFileSync(this.#file(0), 'utf8') : '';
      const older = existsSync(this.#file(1)) ? readFileSync(this.#file(1), 'utf8') : '';
      return `${older}${current}`.split('\n').filter(Boolean).slice(-lines).join('\n');
    } catch {
      return '';
    }
  }

  close(): void {
    if (this.#handle === undefined) return;
    try {
      closeSync(this.#handle);
    } catch {
      // Already gone.
    }
    this.#handle = undefined;
  }

  #open(nextBytes: number): number {
    if (this.#handle !== undefined && this.#bytes > 0 && this.#bytes + nextBytes > this.#maxBytes) {
      this.close();
      this.#rotate();
    }
    if (this.#handle === undefined) {
      mkdirSync(this.#options.directory, { recursive: true, mode: 0o700 });
      this.#handle = openSync(this.#file(0), 'a', 0o600);
      this.#bytes = fstatSync(this.#handle).size;
      if (this.#bytes > 0 && this.#bytes + nextBytes > this.#maxBytes) {
        this.close();
        this.#rotate();
        return this.#open(nextBytes);
      }
    }
    return this.#handle;
  }

  #rotate(): void {
    rmSync(this.#file(this.#keptFiles), { force: true });
    for (let index = this.#keptFiles - 1; index >= 0; index -= 1) {
      if (existsSync(this.#file(index))) renameSync(this.#file(index), this.#file(index + 1));
    }
    this.#bytes = 0;
  }

  #file(index: number): string {
    const { directory, name } = this.#options;
    return path.join(directory, index === 0 ? `${name}.log` : `${name}.${index}.log`);
  }
}
