import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { seedFor } from '../e2e/lab/client-settings.ts';
import type { LabDescription } from '../e2e/lab/description.ts';
import { build } from './build.ts';
import { hasBrowser, installMissingPackages, startPackages } from './install-packages.ts';
import { inRoot } from './paths.ts';
import { runCommand } from './run-command.ts';
import { step } from './step.ts';

/** `npm start`: builds Parley, starts the lab of real servers and the client beside it, signed in as alice. */
const usage = `npm start -- [options]

  --no-lab          start only the client, at its sign-in page
  --shell=SHELL     electron or browser (default: Electron where its binary is, else the browser shell)
  --data DIR        where the client's data lies
  --help
`;

type Shell = 'electron' | 'browser';

const person = 'alice';
const children: ChildProcess[] = [];

const { values } = parseArgs({
  options: {
    'no-lab': { type: 'boolean' },
    shell: { type: 'string' },
    data: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help === true) process.stdout.write(usage);
else if (values.shell !== undefined && values.shell !== 'electron' && values.shell !== 'browser') {
  process.stderr.write(`--shell takes electron or browser, not "${values.shell}".\n`);
  process.exitCode = 1;
} else {
  process.exitCode = await start(values.shell);
}

async function start(asked: Shell | undefined): Promise<number> {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    // In reverse: the client says goodbye to servers that are still there.
    for (const child of children.toReversed()) child.kill('SIGTERM');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);

  const labWanted = values['no-lab'] !== true;
  const wanted = startPackages({
    lab: labWanted,
    browser: asked === 'browser' || (electronBinary() === undefined && asked !== 'electron'),
  });
  const packages = await step('Debian packages', () => installMissingPackages(wanted));
  if (!packages.ok) process.stderr.write(`${packages.reason}\n`);
  else if (process.platform === 'linux') {
    for (const { name, purpose } of packages.leftOut) process.stderr.write(`Goes on without ${name} (${purpose}).\n`);
  }
  await step('Build', build);
  const shell = await chooseShell(asked);
  process.stderr.write(`Shell: ${shell.shell} (${shell.reason})\n`);

  const lab = labWanted && packages.ok ? await step('Lab of real servers', startLab) : undefined;
  if (lab === undefined) {
    process.stderr.write(
      `No lab${labWanted ? '' : ' (--no-lab)'}: Parley opens at its sign-in page and works against any servers.\n`,
    );
  } else {
    printLab(lab);
  }
  if (stopping.signal.aborted) return 130;

  const client = spawnClient(shell.shell, lab);
  children.push(client);
  const code = await new Promise<number>((resolve) => {
    client.once('exit', (exitCode) => {
      resolve(exitCode ?? 0);
    });
  });
  stop();
  await Promise.all(children.map(ended));
  return code;
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
}

/** Where Electron's own installer puts the program. */
function electronBinary(): string | undefined {
  const pathFile = inRoot('node_modules', 'electron', 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const binary = inRoot('node_modules', 'electron', 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(binary) ? binary : undefined;
}

async function chooseShell(asked: Shell | undefined): Promise<{ readonly shell: Shell; readonly reason: string }> {
  if (asked === 'browser') return { shell: 'browser', reason: 'asked for' };
  const usual = process.platform === 'win32' || process.platform === 'darwin';
  const cannotShow = hasDisplay() && !hasBrowser();
  if (electronBinary() !== undefined)
    return { shell: 'electron', reason: asked === undefined ? 'its binary is here' : 'asked for' };
  if (asked === undefined && !usual && !cannotShow)
    return { shell: 'browser', reason: 'no Electron binary here; --shell=electron fetches it' };
  const fetched = await step('Electron binary (fetched once)', () =>
    runCommand(process.execPath, [inRoot('node_modules', 'electron', 'install.js')]),
  );
  if (fetched.code === 0 && electronBinary() !== undefined)
    return {
      shell: 'electron',
      reason: asked !== undefined ? 'asked for' : usual ? `usual on ${process.platform}` : 'no browser here',
    };
  return { shell: 'browser', reason: 'the Electron binary could not be fetched' };
}

/** Starts the lab as a process of its own, which ends with us, and reads what it offers. */
function startLab(): Promise<LabDescription> {
  const child = spawn(process.execPath, [inRoot('e2e', 'lab', 'main.ts'), '--json', '--with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C reaches us; the lab is stopped after the client.
    detached: process.platform !== 'win32',
  });
  children.push(child);
  return new Promise((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => {
      resolve(JSON.parse(line) as LabDescription);
    });
    child.once('exit', () => {
      reject(new Error('The lab ended before it was up.'));
    });
  });
}

function printLab(lab: LabDescription): void {
  process.stderr.write(`\nSigned in as ${person}@${lab.domain}. Everybody's password is USER-lab-password.\n`);
  for (const phone of lab.sip?.phones ?? []) {
    const does = phone.sound === 'echo' ? 'sends back what it hears' : 'plays a tone';
    process.stderr.write(`  call ${phone.extension} or ${phone.number}: ${phone.user} answers and ${does}\n`);
  }
  process.stderr.write(`  chat with: ${(lab.xmpp?.colleagues ?? []).join(', ')}\n\n`);
}

function dataDirectory(withLab: boolean): string | undefined {
  if (values.data !== undefined) return values.data;
  // The lab's people and messages do not mix with a real account's.
  return withLab ? join(homedir(), '.parley-lab') : undefined;
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || (process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']) !== undefined;
}

function spawnClient(shell: Shell, lab: LabDescription | undefined): ChildProcess {
  const data = dataDirectory(lab !== undefined);
  const args = data === undefined ? [] : ['--data', data];
  if (lab !== undefined && data !== undefined) {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const account = lab.accounts.find((one) => one.user === person);
    const seed = join(data, 'lab-settings.json');
    writeFileSync(seed, JSON.stringify(seedFor(lab, person), null, 2));
    args.push('--seed', seed);
    const signIn = join(data, 'lab-sign-in.json');
    writeFileSync(signIn, JSON.stringify({ address: account?.address, password: account?.password }), { mode: 0o600 });
    args.push('--sign-in-file', signIn);
  }
  const options = { stdio: 'inherit' as const, detached: process.platform !== 'win32' };
  const binary = electronBinary();
  if (shell === 'electron' && binary !== undefined) return spawn(binary, [inRoot(), ...args], options);
  if (!hasDisplay()) {
    process.stderr.write('This machine has no display: the address is printed instead of a window.\n');
    args.push('--no-window');
  }
  return spawn(process.execPath, [inRoot('out', 'main', 'browser.js'), ...args], options);
}
