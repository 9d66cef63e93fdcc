import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/**
 * Reads the groups to watch from standard input. When that closes, for whatever reason (a clean
 * stop, a crash, a kill -9 of the lab), it kills what is still registered and removes the folder.
 */
const SCRIPT = `
groups=""
while read -r word value; do
  case "$word" in
    add) groups="$groups $value" ;;
    del) kept=""; for g in $groups; do [ "$g" = "$value" ] || kept="$kept $g"; done; groups="$kept" ;;
  esac
done
for g in $groups; do kill -KILL "-$g" 2>/dev/null; done
case "$1" in */parley-lab-*) rm -rf "$1" ;; esac
exit 0
`;

/** A shell of a few kilobytes that outlives us just long enough to leave no process and no file behind. */
export class Reaper {
  readonly #directory: string;
  #child: ChildProcess | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  start(): void {
    this.#child = spawn('/bin/sh', ['-c', SCRIPT, 'parley-lab-reaper', this.#directory], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    this.#child.on('error', () => undefined);
    this.#child.stdin?.on('error', () => undefined);
  }

  add(groupId: number): void {
    this.#child?.stdin?.write(`add ${String(groupId)}\n`);
  }

  remove(groupId: number): void {
    this.#child?.stdin?.write(`del ${String(groupId)}\n`);
  }

  /** Lets the shell do its work and waits for its end. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    child.stdin?.end();
    await ended;
  }
}
