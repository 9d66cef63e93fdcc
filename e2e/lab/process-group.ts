import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Reaper } from './reaper.ts';
import { until } from './wait.ts';

/** How long a server may take to end after SIGTERM before its whole group is killed. */
const GRACE_MS = 3_000;
const FREEZE_TIMEOUT_MS = 500;

export interface SpawnRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly directory: string;
  /** Standard output and error are appended here. */
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Unprivileged user to run as; undefined: as ourselves. */
  readonly identity: Identity | undefined;
  /** `lines`: stdin and stdout are pipes for a control protocol, only stderr goes to the log. */
  readonly stdio: 'log' | 'lines';
}

/** Numeric user and group of the unprivileged user. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** The unprivileged user `nobody` when we are root, undefined (run as ourselves) otherwise. */
export function unprivilegedIdentity(): Identity | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
}

/**
 * Living members of a process group. Zombies do not count: where process 1 does not reap,
 * they stay in the group for ever although nothing runs any more.
 */
export function groupMembers(groupId: number): readonly number[] {
  const members: number[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
    } catch {
      continue; // ended while we looked
    }
    // proc(5): pid (comm) state ppid pgrp ...; comm may contain anything, so start after the last ')'
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(group) === groupId && state !== 'Z' && state !== 'X') members.push(Number(entry));
  }
  return members;
}

/** Whether every thread of the processes is stopped (state T). */
function areStopped(processIds: readonly number[]): boolean {
  return processIds.every((processId) => {
    const tasks = `/proc/${String(processId)}/task`;
    try {
      return readdirSync(tasks).every((task) => {
        const stat = readFileSync(`${tasks}/${task}/stat`, 'latin1');
        return /^[Tt]/.test(stat.slice(stat.lastIndexOf(')') + 2));
      });
    } catch {
      return true; // it ended meanwhile
    }
  });
}

/** Inode numbers of the sockets that the processes hold open. */
export function socketInodes(processIds: readonly number[]): ReadonlySet<string> {
  const inodes = new Set<string>();
  for (const processId of processIds) {
    let descriptors: readonly string[];
    try {
      descriptors = readdirSync(`/proc/${String(processId)}/fd`);
    } catch {
      continue;
    }
    for (const descriptor of descriptors) {
      try {
        const target = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${String(processId)}/fd/${descriptor}`));
        if (target?.[1] !== undefined) inodes.add(target[1]);
      } catch {
        continue;
      }
    }
  }
  return inodes;
}

/**
 * A foreground child and everything that it forks, as one process group that is signalled whole.
 * The reaper knows of it from the first moment, so that it ends even when we are killed.
 */
export class ProcessGroup {
  readonly groupId: number;
  readonly child: ChildProcess;
  readonly #reaper: Reaper;
  #exit: string | undefined;

  constructor(request: SpawnRequest, reaper: Reaper) {
    this.#reaper = reaper;
    const log = openSync(request.logFile, 'a', 0o644);
    const isPiped = request.stdio === 'lines';
    try {
      this.child = spawn(request.file, request.args, {
        cwd: request.directory,
        detached: true, // a group of its own: signals reach all it forks, and a Ctrl-C in the terminal does not
        stdio: [isPiped ? 'pipe' : 'ignore', isPiped ? 'pipe' : log, log],
        env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', HOME: request.directory, ...request.env },
        ...(request.identity ?? {}),
      });
    } finally {
      closeSync(log);
    }
    const { pid } = this.child;
    if (pid === undefined) {
      this.child.on('error', () => undefined);
      throw new Error(`lab: ${request.file} could not be started`);
    }
    this.groupId = pid;
    reaper.add(pid);
    this.child.on('error', () => undefined);
    // Who writes to a child that has just ended learns of it by its exit.
    this.child.stdin?.on('error', () => undefined);
    this.child.on('exit', (code, signal) => {
      this.#exit = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
    });
  }

  /** How the first process ended; undefined while it runs. */
  get exit(): string | undefined {
    return this.#exit;
  }

  members(): readonly number[] {
    return groupMembers(this.groupId);
  }

  /** Sends a signal to every process of the group; a group that is gone is no error. */
  signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.groupId, signal);
    } catch {
      // ESRCH: the group has ended already, which is what callers want to know by members()
    }
  }

  /**
   * SIGSTOP to all; returns when every thread has stopped. The signal alone returns earlier, and a
   * thread on another processor may answer one more request.
   * @throws Error when one does not stop
   */
  freeze(): void {
    this.signal('SIGSTOP');
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    for (let waitedMs = 0; !areStopped(this.members()); waitedMs += 1) {
      if (waitedMs > FREEZE_TIMEOUT_MS) throw new Error('lab: a server does not stop on SIGSTOP');
      Atomics.wait(sleeper, 0, 0, 1);
    }
  }

  /** SIGTERM to all, SIGKILL to all after a grace time; resolves when nothing of the group is alive. */
  async terminate(): Promise<void> {
    this.signal('SIGTERM');
    this.signal('SIGCONT');
    const isOver = (): boolean => this.members().length === 0 && this.#exit !== undefined;
    try {
      await until('a server to end', isOver, GRACE_MS, 10);
    } catch {
      await this.kill();
      return;
    }
    this.#reaper.remove(this.groupId);
  }

  /** SIGKILL to all; resolves when nothing of the group is alive. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await until('a killed server to end', () => this.members().length === 0 && this.#exit !== undefined, GRACE_MS, 5);
    this.#reaper.remove(this.groupId);
  }
}
