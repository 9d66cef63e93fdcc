import { spawn } from 'node:child_process';
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
    });
    if (options.aside === true && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}
