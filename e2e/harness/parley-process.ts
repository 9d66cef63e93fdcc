import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../out/main/browser.js', import.meta.url));

export interface ParleyOptions {
  /** Settings to begin with; the person may change them. */
  readonly seed?: Readonly<Record<string, unknown>>;
  /** An administrator's policy file; default: none. */
  readonly policyFile?: string;
  /** Signs in at start; without it the window shows the sign-in page. */
  readonly signIn?: { readonly address: string; readonly password: string };
  /** An existing data directory; default: a new one, removed at the end. */
  readonly dataDirectory?: string;
  /** Default: any free one. `remembered`: the one of last time, as when a person starts it. */
  readonly port?: number | 'remembered';
  readonly args?: readonly string[];
  /** Options of Node itself, before the program. */
  readonly nodeOptions?: readonly string[];
  /** This spec makes the program fail where nobody catches; everywhere else that fails the spec. */
  readonly isMeantToFail?: boolean;
  /** Beside the environment of the spec. */
  readonly environment?: Readonly<Record<string, string>>;
}

interface ReadyLine {
  readonly ready: boolean;
  readonly url: string;
  readonly launchFile: string;
}

/** The built service process of the browser shell, as a user starts it, with its own data directory. */
export class ParleyProcess {
  /** The built program. */
  static readonly entry = entry;
  readonly dataDirectory: string;
  readonly #options: ParleyOptions;
  readonly #ownsDirectory: boolean;
  #child: ChildProcess | undefined;
  #ready: ReadyLine | undefined;
  #errorOutput = '';

  constructor(options: ParleyOptions = {}) {
    this.#options = options;
    this.#ownsDirectory = options.dataDirectory === undefined;
    this.dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'parley-e2e-'));
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('Parley does not run');
    return this.#child.pid;
  }

  /** Address of the window, with the secret, as the launch file hands it over. */
  get windowUrl(): string {
    if (this.#ready === undefined) throw new Error('Parley is not ready');
    const html = readFileSync(this.#ready.launchFile, 'utf8');
    const match = /http:\/\/127\.0\.0\.1:\d+\/[^"'<\s]*/.exec(html);
    if (match === null) throw new Error('the launch file holds no address');
    return match[0].replaceAll('&amp;', '&');
  }

  get origin(): string {
    return new URL(this.windowUrl).origin;
  }

  get launchFile(): string {
    if (this.#ready === undefined) throw new Error('Parley is not ready');
    return this.#ready.launchFile;
  }

  /** What it printed for people. */
  get errorOutput(): string {
    return this.#errorOutput;
  }

  /** Lines of its log, oldest first. */
  log(): readonly string[] {
    return readFileSync(join(this.dataDirectory, 'logs', 'parley.log'), 'utf8').split('\n');
  }

  /** The last lines of its log; none when it never got as far as having one. */
  lastWords(lines: number): readonly string[] {
    return existsSync(join(this.dataDirectory, 'logs', 'parley.log')) ? this.log().slice(-lines) : [];
  }

  /** Lines of its log about what nobody caught, which the program survives and a spec must not. */
  get faults(): readonly string[] {
    const file = join(this.dataDirectory, 'logs', 'parley.log');
    if (this.#options.isMeantToFail === true || !existsSync(file)) return [];
    return this.log().filter((line) => / ERROR [\w-]+ unexpected (rejection|exception)/.test(line));
  }

  /** Starts the process and waits until it serves. */
  async start(): Promise<void> {
    const { seed, policyFile, signIn, port = 0 } = this.#options;
    const args = ['--data', this.dataDirectory, '--no-window', '--json', ...(this.#options.args ?? [])];
    if (port !== 'remembered') args.push('--port', String(port));
    if (seed !== undefined) {
      const file = join(this.dataDirectory, 'seed.json');
      writeFileSync(file, JSON.stringify(seed));
      args.push('--seed', file);
    }
    if (policyFile !== undefined) args.push('--policy', policyFile);
    if (signIn !== undefined) {
      const file = join(this.dataDirectory, 'sign-in.json');
      writeFileSync(file, JSON.stringify(signIn), { mode: 0o600 });
      args.push('--sign-in-file', file);
    }
    const child = spawn(process.execPath, [...(this.#options.nodeOptions ?? []), entry, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.#options.environment },
    });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errorOutput += text;
    });
    this.#ready = await new Promise<ReadyLine>((resolve, reject) => {
      createInterface(child.stdout).once('line', (line) => {
        resolve(JSON.parse(line) as ReadyLine);
      });
      child.once('exit', (code) => {
        reject(new Error(`Parley ended with ${String(code)} before it was ready:\n${this.#errorOutput}`));
      });
    });
  }

  /** Ends the process as Ctrl-C does; the data directory stays. */
  async end(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** Ends the process as Ctrl-C does, and removes its data directory. */
  async stop(): Promise<void> {
    await this.end();
    if (this.#ownsDirectory) rmSync(this.dataDirectory, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Ends it without warning, as a power cut does; the data directory stays. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.#ready = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    child.kill(signal);
    const deadline = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(deadline);
  }
}
