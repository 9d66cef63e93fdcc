import { spawn } from 'node:child_process';
import { root } from './paths.ts';

export interface CommandResult {
  readonly code: number;
  /** Standard output, only with `capture`. */
  readonly output: string;
}

/** Runs a program in the project's root and waits for it. With `capture` its standard output is returned instead of shown. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly capture?: boolean; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: options.env ?? process.env,
      stdio: ['ignore', options.capture === true ? 'pipe' : 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    });
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
