import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBinary } from '../packages.ts';
import { freeUdpPort } from './sipp-front.ts';
import type { SippFront } from './sipp-front.ts';

export interface SippOptions {
  /** Name of a file beside this one, without `.xml`. */
  readonly scenario: string;
  readonly front: SippFront;
  /** `caller` begins the calls; `callee` waits for them. */
  readonly role: 'caller' | 'callee';
  /** How many calls it plays, one after the other. */
  readonly calls?: number;
  readonly timeoutS?: number;
  /** Words that the scenario names. */
  readonly keys?: Readonly<Record<string, string>>;
  /** Files that the scenario names, laid into the folder that SIPp runs in. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** How a scenario went. `failure` has SIPp's own words; empty when every call was played to its end. */
export interface SippResult {
  readonly failure: string;
}

/** A scenario that runs. */
export interface RunningSipp {
  /** Resolves when SIPp has ended; never rejects. */
  readonly done: Promise<SippResult>;
  stop(): void;
}

/** Time for SIPp to open its port. */
const startMs = 300;

/** Starts a scenario against the phone that registered at the front. */
export async function startSipp(options: SippOptions): Promise<RunningSipp> {
  const { front, role } = options;
  const timeoutS = options.timeoutS ?? 25;
  const port = await freeUdpPort();
  front.serve(port);
  const folder = mkdtempSync(join(tmpdir(), 'parley-sipp-'));
  for (const [name, content] of Object.entries(options.files ?? {})) writeFileSync(join(folder, name), content);
  const errors = join(folder, 'errors.log');
  const child = spawn(
    requireBinary('sipp'),
    [
      ...['-sf', fileURLToPath(new URL(`${options.scenario}.xml`, import.meta.url))],
      ...['-i', '127.0.0.1', '-p', String(port), '-mi', '127.0.0.1', '-nostdin', '-m', String(options.calls ?? 1)],
      ...['-l', '1', '-timeout', String(timeoutS), '-timeout_error', '-trace_err', '-error_file', errors],
      ...Object.entries(options.keys ?? {}).flatMap(([name, value]) => ['-key', name, value]),
      ...(role === 'caller' ? ['-s', 'alice', '-r', '1', `127.0.0.1:${front.port}`] : []),
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, TERM: 'dumb' } },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      said = `${said}${text.toString('latin1')}`.slice(-4_000);
    });
  }
  const done = new Promise<SippResult>((resolve) => {
    child.once('close', (code) => {
      const words = existsSync(errors) ? readFileSync(errors, 'latin1') : '';
      rmSync(folder, { recursive: true, force: true });
      resolve({ failure: code === 0 ? '' : `SIPp ended with ${String(code)}\n${words}\n${said}` });
    });
  });
  if (role === 'callee') await new Promise((resolve) => setTimeout(resolve, startMs));
  return { done, stop: () => child.kill('SIGKILL') };
}
