import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { limits } from '../../src-shared/limits.ts';
import { inRoot } from '../../scripts/paths.ts';
import { databaseFile } from '../../src-main/core/store.ts';
import { MessageStore } from '../../src-main/im/message-store.ts';
import { chromiumArguments } from '../../src-main/shell-browser/chromium.ts';
import { chromiumFlags } from '../harness/chromium.ts';
import { ParleyProcess } from '../harness/parley-process.ts';
import { seedFor } from '../lab/client-settings.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { CHROMIUM_PROGRAMS, findBinary } from '../lab/packages.ts';
import { pause, until } from '../lab/wait.ts';
import { DevTools, portFile } from './devtools.ts';
import { figure, median } from './figure.ts';
import type { Figure } from './figure.ts';
import { childrenOf, pssBytes } from './process-usage.ts';
import { storeOver } from '../../src-main/core/store.ts';

const starts = 12;
/** The first start fills the browser's profile and the system's caches. */
const warmUpStarts = 1;
const storedMessages = 10_000;
const contactHeightPixels = 52;
const startTimeoutMs = 30_000;
/** After the roster is there the window settles before its memory counts. */
const settleMs = 2_500;
/** Memory hardly varies from start to start. */
const memoryEvery = 3;
const bytesPerMb = 1024 * 1024;

/** In the page: when the frame began that shows all contacts, UTC milliseconds; waits for it. */
const rosterShown = `new Promise((resolve) => {
  const isThere = () => {
    const tree = document.querySelector('[role="tree"]');
    return tree !== null && tree.offsetHeight >= ${limits.contacts * contactHeightPixels}
      && tree.querySelector('[role="treeitem"][aria-level="2"]') !== null;
  };
  if (isThere()) resolve(0);
  const observer = new MutationObserver(() => {
    if (!isThere()) return;
    observer.disconnect();
    requestAnimationFrame((frameMs) => { resolve(performance.timeOrigin + frameMs); });
  });
  observer.observe(document, { subtree: true, childList: true });
})`;

/** In the bare page: when its first frame began; waits for it. */
const bareShown = `new Promise((resolve) => {
  const look = () => { if (window.shownMs === undefined) setTimeout(look, 5); else resolve(window.shownMs); };
  look();
})`;

/** One start, measured. */
interface Start {
  readonly usableMs: number;
  readonly rendererMb: number | undefined;
  readonly nodeMb: number | undefined;
}

/**
 * From the start of the process to the cached roster of 200 on the screen, with 10,000 messages stored and a chat server
 * that does not answer, beside an empty Chromium app window on a bare Node server, in turn. Both windows have the same
 * flags, a profile of an earlier start, and no screen (headless).
 */
export async function benchStart(report: (figure: Figure) => void): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-bench-'));
  const lab = await startLab({ servers: ['prosody'], rosterSize: limits.contacts });
  try {
    const dataDirectory = join(directory, 'data');
    mkdirSync(dataDirectory);
    await signInOnce(lab, dataDirectory);
    storeMessages(dataDirectory);
    // Connections are taken and nothing is said: what shows is the cache.
    lab.prosody.freeze();
    const chromium = measuredChromium(directory);
    const parley = new Subject({
      profileDirectory: join(dataDirectory, 'chromium'),
      command: [
        inRoot('out/main/browser.js'),
        ...['--data', dataDirectory, '--seed', join(dataDirectory, 'seed.json'), '--chromium', chromium],
      ],
      shown: rosterShown,
      children: 'media-gateway',
    });
    const bare = new Subject({
      profileDirectory: join(directory, 'bare-profile'),
      command: [stripped('bare-window-process.ts', directory), chromium, ...bareArguments(directory)],
      shown: bareShown,
      children: undefined,
    });
    const samples = { parley: [] as Start[], bare: [] as Start[] };
    for (let turn = 0; turn < warmUpStarts + starts; turn += 1) {
      const withMemory = turn >= warmUpStarts && (turn - warmUpStarts) % memoryEvery === 0;
      const measured = { parley: await parley.start(withMemory), bare: await bare.start(withMemory) };
      if (turn < warmUpStarts) continue;
      samples.parley.push(measured.parley);
      samples.bare.push(measured.bare);
    }
    reportAll(report, samples.parley, samples.bare);
  } finally {
    await lab.stop();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** alice signs in against the running server, so that roster and password are kept. */
async function signInOnce(lab: Lab, dataDirectory: string): Promise<void> {
  const { address, password } = lab.account('alice');
  const parley = new ParleyProcess({
    seed: seedFor(lab.description, 'alice'),
    signIn: { address, password },
    dataDirectory,
  });
  await parley.start();
  const db = new Database(join(dataDirectory, databaseFile), { readonly: true });
  try {
    const count = db.prepare('SELECT count(*) FROM roster_contacts').pluck();
    await until('the roster', () => count.get() === limits.contacts);
  } finally {
    db.close();
    await parley.stop();
  }
}

/** Fifty chats' worth of messages with each contact, as the chat service stores them. */
function storeMessages(dataDirectory: string): void {
  const db = new Database(join(dataDirectory, databaseFile));
  try {
    const rows = db.prepare('SELECT account_id AS account, jid FROM roster_contacts').all() as {
      readonly account: string;
      readonly jid: string;
    }[];
    const account = rows[0]?.account;
    if (account === undefined) throw new Error('there is no roster');
    const firstMs = Date.now() - storedMessages * 60_000;
    new MessageStore(storeOver(db), account).addAll(
      Array.from({ length: storedMessages }, (_, index) => ({
        peer: rows[index % rows.length]?.jid ?? '',
        direction: index % 3 === 0 ? 'out' : 'in',
        body: `Message ${index}: the numbers for the quarter are in, shall we go through them at three?`,
        stampMs: undefined,
        archiveId: `bench-${index}`,
        originKey: undefined,
        source: 'archive',
        receiptTo: undefined,
        sentAtMs: firstMs + index * 60_000,
        countsAsUnread: false,
      })),
    );
  } finally {
    db.close();
  }
}

/** Chromium without a screen and with DevTools, as a program that both sides start in place of the real one. */
function measuredChromium(directory: string): string {
  const executable = findBinary(CHROMIUM_PROGRAMS);
  if (executable === undefined) throw new Error('There is no Chromium on this computer.');
  const file = join(directory, 'chromium');
  // Without the sandbox the memory of its processes can be read.
  const flags = ['--headless=new', '--no-sandbox', '--remote-debugging-port=0', ...chromiumFlags];
  writeFileSync(file, `#!/bin/sh\nexec '${executable}' ${flags.join(' ')} "$@"\n`, { mode: 0o755 });
  return file;
}

/** The arguments of Parley's own window, on the bare page. */
function bareArguments(directory: string): readonly string[] {
  const [, ...rest] = chromiumArguments({
    launchFile: '',
    profileDirectory: join(directory, 'bare-profile'),
    asRoot: false,
  });
  return ['--app=APP', ...rest];
}

/** The program as plain JavaScript: what strips types at run time would count for the peer. */
function stripped(name: string, directory: string): string {
  const file = join(directory, name.replace(/\.ts$/, '.mjs'));
  writeFileSync(file, stripTypeScriptTypes(readFileSync(new URL(name, import.meta.url), 'utf8')));
  return file;
}

interface SubjectOptions {
  readonly profileDirectory: string;
  /** Script and arguments for Node. */
  readonly command: readonly string[];
  /** Expression for the page. */
  readonly shown: string;
  /** Which of its children belongs to it, by a word of its command line. */
  readonly children: string | undefined;
}

/** A program that opens a window. */
class Subject {
  readonly #options: SubjectOptions;

  constructor(options: SubjectOptions) {
    this.#options = options;
  }

  /** Starts it, measures, ends it. */
  async start(withMemory: boolean): Promise<Start> {
    const { profileDirectory, command } = this.#options;
    rmSync(portFile(profileDirectory), { force: true });
    const startedMs = performance.timeOrigin + performance.now();
    const child = spawn(process.execPath, [...command], { stdio: ['ignore', 'ignore', 'pipe'] });
    let errorOutput = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errorOutput += text;
    });
    try {
      const page = await DevTools.toPage(profileDirectory);
      const usableMs = (await this.#shownMs(page)) - startedMs;
      const memory = withMemory ? await this.#memory(page, child) : { rendererMb: undefined, nodeMb: undefined };
      page.close();
      return { usableMs, ...memory };
    } catch (error) {
      throw new Error(`${command[0] ?? ''} did not come up:\n${errorOutput}`, { cause: error });
    } finally {
      await end(child);
    }
  }

  /** The page is left once on its way (from the launch file to the server): then it is asked again. */
  async #shownMs(page: DevTools): Promise<number> {
    const atMs = Number(
      await until('the window', () => page.evaluate(this.#options.shown).catch(() => undefined), startTimeoutMs, 1),
    );
    if (atMs === 0) throw new Error('the window was there before it could be watched');
    return atMs;
  }

  /** The window after forced collection, and the service with the process that it keeps. */
  async #memory(page: DevTools, child: ChildProcess): Promise<Pick<Start, 'rendererMb' | 'nodeMb'>> {
    await pause(settleMs);
    await page.send('HeapProfiler.enable');
    for (let turn = 0; turn < 3; turn += 1) await page.send('HeapProfiler.collectGarbage');
    await pause(settleMs / 5);
    const browser = await DevTools.toBrowser(this.#options.profileDirectory);
    const { processInfo } = (await browser.send('SystemInfo.getProcessInfo')) as {
      readonly processInfo: readonly { readonly type: string; readonly id: number }[];
    };
    browser.close();
    const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
    if (renderers.length === 0) throw new Error('the browser has no renderer');
    const { pid } = child;
    if (pid === undefined) throw new Error('the process is gone');
    return { rendererMb: megabytes(renderers), nodeMb: megabytes([pid, ...this.#ownChildren(pid)]) };
  }

  #ownChildren(pid: number): readonly number[] {
    const { children } = this.#options;
    if (children === undefined) return [];
    const own = childrenOf(pid).filter((one) => readFileSync(`/proc/${one}/cmdline`, 'utf8').includes(children));
    if (own.length === 0) throw new Error(`no ${children} process runs`);
    return own;
  }
}

function megabytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + pssBytes(pid), 0) / bytesPerMb;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(deadline);
}

function reportAll(report: (figure: Figure) => void, parley: readonly Start[], bare: readonly Start[]): void {
  const usable = (starts: readonly Start[]): readonly number[] => starts.map(({ usableMs }) => usableMs);
  const present = (values: readonly (number | undefined)[]): readonly number[] =>
    values.filter((value) => value !== undefined);
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(0)).join(' ');
  const windows = present(parley.map(({ rendererMb }) => rendererMb));
  const emptyWindows = present(bare.map(({ rendererMb }) => rendererMb));
  const services = present(parley.map(({ nodeMb }) => nodeMb));
  process.stderr.write(
    `usable ${list(usable(parley))}, empty window ${list(usable(bare))} ms\n` +
      `renderer ${list(windows)}, empty window's ${list(emptyWindows)}, service and gateway ${list(services)} MB\n`,
  );
  const peer = 'empty app window';
  const emptyMs = median(usable(bare));
  report(
    figure({
      bench: 'start',
      metric: 'usable',
      unit: 'ms',
      samples: usable(parley),
      peer: { name: peer, value: emptyMs },
    }),
  );
  const aboveMb = median(windows) - median(emptyWindows);
  report(figure({ bench: 'start', metric: 'rendererMemoryMb', unit: 'MB', value: aboveMb, n: windows.length }));
  report(figure({ bench: 'start', metric: 'nodeMb', unit: 'MB', value: median(services), n: services.length }));
}
