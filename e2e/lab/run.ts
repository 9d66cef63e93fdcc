import { execFile } from 'node:child_process';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Runs a program to its end and returns its standard output.
 * @throws Error with what it said on standard error when it fails
 */
export function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string | Buffer } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      file,
      args,
      { encoding: 'buffer', maxBuffer: MAX_OUTPUT_BYTES, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve(stdout);
          return;
        }
        reject(
          new Error(`lab: ${file} ${args.slice(0, 4).join(' ')} failed: ${stderr.toString().slice(-2_000)}`, {
            cause: error,
          }),
        );
      },
    );
    child.stdin?.on('error', () => undefined); // the callback above tells why it ended early
    child.stdin?.end(options.input);
  });
}
