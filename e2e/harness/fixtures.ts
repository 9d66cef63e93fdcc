import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from '@playwright/test';
import type { BrowserContext, Page } from '@playwright/test';
import { labFromFile, LAB_FILE_VARIABLE } from '../lab/description.ts';
import type { LabAccount, LabDescription } from '../lab/description.ts';
import { startLab } from '../lab/lab.ts';
import type { Lab } from '../lab/lab.ts';
import { seedFor } from '../lab/client-settings.ts';
import { Browsers } from './browsers.ts';
import type { ChromiumOptions } from './chromium.ts';
import { rememberPlayedStreams } from './window-sound.ts';
import { ParleyProcess } from './parley-process.ts';
import type { ParleyOptions } from './parley-process.ts';

/** The servers that a spec runs against: our own lab, or servers of somebody's own (PARLEY_LAB). */
export interface LabFixture {
  readonly description: LabDescription;
  /** Skips the test, saying why, when the servers are not ours to stop, kill or freeze. */
  owned(): Lab;
  account(user: string): LabAccount;
}

/** One Parley of a test: its service process and its windows. */
export interface ParleyFixture {
  /** Starts a service process. Default: seeded for the lab and signed in as alice. */
  start(options?: Partial<ParleyOptions> & { readonly as?: string | null }): Promise<ParleyProcess>;
  /** Opens a window on it in a browser context of its own. */
  open(parley: ParleyProcess, options?: ChromiumOptions & WindowOptions): Promise<Page>;
}

export interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly forcedColors?: boolean;
  /** Another window of the same browser shares its storage. */
  readonly context?: BrowserContext;
}

interface TestFixtures {
  /** An empty folder, removed after the test when every Parley has ended. */
  readonly scratch: string;
  readonly parley: ParleyFixture;
  /** Parley signed in as alice, its window open. */
  readonly alice: Page;
}

interface WorkerFixtures {
  readonly lab: LabFixture;
  /** Where every Parley of a worker keeps what Node compiled, as one program does from start to start. */
  readonly codeCache: string;
  readonly browsers: Browsers;
}

/** What a failed test shows of the log of each Parley, lines. */
const loggedLines = 40;

/** The program of the lab whose servers `npm run sabotage` takes away before the specs run. */
export const SABOTAGE_VARIABLE = 'PARLEY_SABOTAGE';

export const test = base.extend<TestFixtures, WorkerFixtures>({
  lab: [
    // Playwright demands the destructuring pattern even where nothing is used.
    async ({}, use) => {
      const file = process.env[LAB_FILE_VARIABLE];
      const lab = file === undefined ? await startLab() : undefined;
      const description = lab?.description ?? labFromFile(file ?? '');
      const sabotaged = process.env[SABOTAGE_VARIABLE];
      for (const server of lab?.servers ?? []) {
        if (server.program === sabotaged) await server.takeAway();
      }
      await use({
        description,
        owned: () => {
          if (lab === undefined) {
            test.skip(true, `${LAB_FILE_VARIABLE} names servers that this spec may not stop`);
            throw new Error('skipped');
          }
          return lab;
        },
        account: (user) => {
          const account = description.accounts.find((one) => one.user === user);
          if (account === undefined) throw new Error(`the lab has no account ${user}`);
          return account;
        },
      });
      await lab?.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],

  codeCache: [
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'parley-code-'));
      await use(folder);
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],

  browsers: [
    async ({}, use) => {
      const browsers = new Browsers();
      await use(browsers);
      await browsers.stop();
    },
    { scope: 'worker' },
  ],

  // Playwright demands the destructuring pattern even where nothing is used.
  scratch: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-scratch-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },

  // `scratch` comes first so that it goes last.
  parley: async ({ lab, browsers, codeCache, scratch: _scratch }, use, testInfo) => {
    const processes: ParleyProcess[] = [];
    const contexts: BrowserContext[] = [];
    await use({
      start: async (options = {}) => {
        const { as = 'alice', environment, ...rest } = options;
        const account = as === null ? undefined : lab.account(as);
        const parley = new ParleyProcess({
          seed: seedFor(lab.description, as ?? 'alice'),
          ...(account === undefined ? {} : { signIn: { address: account.address, password: account.password } }),
          ...rest,
          environment: { NODE_COMPILE_CACHE: codeCache, ...environment },
        });
        processes.push(parley);
        await parley.start();
        return parley;
      },
      open: async (parley, options = {}) => {
        const context = options.context ?? (await newContext(browsers, parley, options));
        if (!contexts.includes(context)) contexts.push(context);
        const page = await context.newPage();
        await rememberPlayedStreams(page);
        await page.goto(parley.windowUrl);
        return page;
      },
    });
    for (const context of contexts) await context.close();
    await browsers.trim();
    const faults = processes.flatMap((parley) => parley.faults);
    // It says at its end what went through calls that still ran.
    for (const parley of processes) await parley.end();
    if (testInfo.status !== testInfo.expectedStatus) {
      for (const [index, parley] of processes.entries()) {
        const body = parley.lastWords(loggedLines).join('\n');
        await testInfo.attach(`log of Parley ${String(index + 1)}`, { body, contentType: 'text/plain' });
      }
    }
    for (const parley of processes) await parley.stop();
    if (faults.length > 0) throw new Error(`Parley failed where nobody catches:\n${faults.join('\n')}`);
  },

  alice: async ({ parley }, use) => {
    const process = await parley.start();
    await use(await parley.open(process));
  },
});

async function newContext(
  browsers: Browsers,
  parley: ParleyProcess,
  options: ChromiumOptions & WindowOptions,
): Promise<BrowserContext> {
  const browser = await browsers.use(options);
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1180, height: options.height ?? 760 },
    colorScheme: options.colorScheme ?? 'light',
    forcedColors: options.forcedColors === true ? 'active' : 'none',
    reducedMotion: 'reduce',
  });
  if ((options.microphone ?? 'granted') === 'granted') {
    await context.grantPermissions(['microphone', 'notifications'], { origin: parley.origin });
  }
  return context;
}

export { expect } from '@playwright/test';
