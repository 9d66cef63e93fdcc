import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { root } from './paths.ts';

export interface CommandResult {
  readonly code: number;
  /** Standard output, only with `capture`. */
  readonly output: string;
}

export interface CommandOptions {
  /** Its standard output is returned instead of shown. */
  readonly capture?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** It takes the processor only while nobody else wants it. */
  readonly aside?: boolean;
}

/** Runs a program in the project's root and waits for it. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: options.env ?? process.env,
      stdio: ['ignore', options.capture === true ? 'pipe' : 'inherit', 'inherit'],
      shell: process.platform === 'win32',
      // A session of its own, see stepAside.
      detached: options.aside === true && process.platform === 'linux',
    });
    if (options.aside === true && child.pid !== undefined) stepAside(child.pid);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      // Its number may be another program's from now on.
      if (child.pid !== undefined) aside.delete(child.pid);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** Programs that run aside; they are no part of the terminal's group, and end with this one all the same. */
const aside = new Set<number>();
let endsAside = false;

/**
 * Gives a program what the processor has left. Linux shares the processor among sessions first (sched(7), autogroup), and
 * the lab's servers and the browsers are sessions of their own: within one alone a low priority means nothing to them.
 */
function stepAside(pid: number): void {
  setPriority(pid, constants.priority.PRIORITY_LOW);
  if (process.platform !== 'linux') return;
  try {
    writeFileSync(`/proc/${String(pid)}/autogroup`, String(constants.priority.PRIORITY_LOW));
  } catch {
    // A kernel without it shares among processes, and the priority is enough.
  }
  if (!endsAside) endAsideWithUs();
  aside.add(pid);
}

function endAsideWithUs(): void {
  endsAside = true;
  process.once('exit', () => {
    for (const pid of aside) {
      try {
        process.kill(-pid);
      } catch {
        // It has ended.
      }
    }
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(1));
  }
}
