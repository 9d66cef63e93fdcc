import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const ballastPiece = Buffer.alloc(64 * 1024);

/** A real file system of a few megabytes, which a spec can fill up. Only root may mount one. */
export class SmallDisk {
  /** Where it is mounted. */
  readonly folder: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#ballast = join(folder, 'ballast');
  }

  /** Mounts a tmpfs below this folder. @returns why it cannot be, in words, when it cannot */
  static mount(parent: string, megabytes: number): SmallDisk | string {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a small disk takes root on Linux to mount';
    const folder = join(parent, 'small-disk');
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${String(megabytes)}m`, 'parley-small-disk', folder], {
        stdio: 'pipe',
      });
    } catch (error) {
      return `no small disk can be mounted here: ${error instanceof Error ? error.message : String(error)}`;
    }
    return new SmallDisk(folder);
  }

  /** Leaves not one free block. */
  fill(): void {
    const file = openSync(this.#ballast, 'a');
    try {
      for (let size = ballastPiece.length; size > 0;) {
        try {
          writeSync(file, ballastPiece, 0, size);
        } catch (error) {
          if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOSPC') throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  /** Gives the space back. */
  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder], { stdio: 'pipe' });
  }
}
