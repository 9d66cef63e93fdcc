import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { LabDescription } from './description.ts';
import { until } from './wait.ts';

type LabProcess = ChildProcessByStdio<Writable, Readable, null>;

const children: LabProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts the command line program and resolves with what its first line says. */
async function launch(...args: readonly string[]): Promise<{ child: LabProcess; description: LabDescription }> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--json', '--people=50', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', () => {
      reject(new Error('the lab ended before it was up'));
    });
  });
  return { child, description: JSON.parse(line) as LabDescription };
}

/** Processes whose command line or working folder is in the lab's folder. */
function processesIn(directory: string): readonly string[] {
  return readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'latin1').includes(directory);
    } catch {
      return false;
    }
  });
}

/** The lab's folder, from the command line of the process that guards it. */
function directoryOf(child: LabProcess): string {
  for (const id of readdirSync('/proc')) {
    if (!/^\d+$/.test(id)) continue;
    try {
      const [, parent] = /\nPPid:\t(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'latin1')) ?? [];
      const found = readFileSync(`/proc/${id}/cmdline`, 'latin1')
        .split('\0')
        .find((arg) => arg.startsWith(join(tmpdir(), 'parley-lab-')));
      if (Number(parent) === child.pid && found !== undefined)
        return join(tmpdir(), found.slice(tmpdir().length + 1).split('/')[0] ?? '');
    } catch {
      continue;
    }
  }
  throw new Error('no folder found');
}

async function expectNothingLeft(directory: string): Promise<void> {
  await until(
    'the last process and the folder to go',
    () => processesIn(directory).length === 0 && !existsSync(directory),
  );
}

describe('npm run lab', () => {
  test('prints one line of JSON for programs and stops cleanly on SIGINT', async () => {
    const { child, description } = await launch();
    expect(description.accounts.find((one) => one.user === 'alice')?.address).toBe('alice@parley.test');
    expect(description.sip?.phones.map((phone) => [phone.user, phone.sound])).toEqual([
      ['bob', 'tone'],
      ['carol', 'echo'],
    ]);
    expect(description.ldap?.searchBases).toHaveLength(5);
    expect(readFileSync(description.caPath ?? '', 'utf8')).toContain('BEGIN CERTIFICATE');
    const directory = directoryOf(child);
    expect(processesIn(directory).length).toBeGreaterThan(5);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    await expectNothingLeft(directory);
  });

  test('stops when its parent goes, if asked to', async () => {
    const { child } = await launch('--with-parent');
    const directory = directoryOf(child);
    child.stdin.end();
    await expectNothingLeft(directory);
  });

  test('leaves nothing behind even when it is killed', async () => {
    const { child } = await launch();
    const directory = directoryOf(child);
    child.kill('SIGKILL');
    await expectNothingLeft(directory);
  });
});
