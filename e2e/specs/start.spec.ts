import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import { chromiumArguments } from '../../src-main/shell-browser/chromium.ts';
import { expect, test } from '../harness/fixtures.ts';
import { CHROMIUM_PROGRAMS, findBinary } from '../lab/packages.ts';

interface Compiled {
  readonly url: string;
  /** Bytes of what Chromium kept of an earlier start; undefined: it compiled the script anew. */
  readonly consumedCacheSize?: number;
}

test("Chromium compiles the window's scripts once, and later starts take what it kept", async ({ parley, scratch }) => {
  const service = await parley.start({ as: null });
  const profile = join(scratch, 'profile');
  // The first load tells Chromium that the scripts are used, the second that they are used again.
  for (let load = 0; load < 2; load += 1) {
    const context = await launch(profile);
    await show(context, service.origin);
    await context.close();
  }
  const context = await launch(profile);
  const compiled = await compiledAt(context, service.origin);
  await context.close();
  expect(compiled.length).toBeGreaterThanOrEqual(2);
  expect(compiled.filter(({ consumedCacheSize = 0 }) => consumedCacheSize === 0)).toEqual([]);
});

test('the built service is in ASCII, takes modules of Node as they are, and reads no mail before voicemail connects', () => {
  const built = fileURLToPath(new URL('../../out/main/', import.meta.url));
  const files = globSync('*.js', { cwd: built }).map((name) => ({
    name,
    code: readFileSync(join(built, name), 'utf8'),
  }));
  expect(files.filter(({ code }) => /[^\0-\x7f]/.test(code)).map(({ name }) => name)).toEqual([]);
  expect(files.filter(({ code }) => /^import .* from "node:/m.test(code)).map(({ name }) => name)).toEqual([]);
  const mail = files.filter(({ code }) => code.includes('doSTARTTLS'));
  expect(mail).toHaveLength(1);
  const loadedWithIt = files.filter(({ code }) => code.includes(`from "./${mail[0]?.name ?? ''}"`));
  expect(loadedWithIt.map(({ name }) => name)).toEqual([]);
});

/** Chromium as the browser shell starts it, on a profile that stays. */
async function launch(profileDirectory: string): Promise<BrowserContext> {
  const asRoot = process.getuid?.() === 0;
  const own = chromiumArguments({ launchFile: '', profileDirectory, asRoot });
  const executablePath = findBinary(CHROMIUM_PROGRAMS);
  return chromium.launchPersistentContext(profileDirectory, {
    ...(executablePath === undefined ? {} : { executablePath }),
    headless: true,
    args: own.filter((one) => !one.startsWith('--app=') && !one.startsWith('--user-data-dir=')),
  });
}

/** Without the secret it is the page that refuses, drawn by the same scripts. */
async function show(context: BrowserContext, origin: string): Promise<void> {
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(origin);
  await expect(page.getByRole('heading', { name: 'This window may not use Parley' })).toBeVisible();
}

/** The page's modules that were compiled while it was shown, as Chromium's trace tells. */
async function compiledAt(context: BrowserContext, origin: string): Promise<readonly Compiled[]> {
  const page = context.pages()[0] ?? (await context.newPage());
  const session = await context.newCDPSession(page);
  const compiled: Compiled[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const { name, args } of value as { name?: string; args?: { data?: Compiled } }[])
      if (name === 'v8.compileModule' && args?.data?.url.startsWith(origin) === true) compiled.push(args.data);
  });
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['v8', 'devtools.timeline', 'disabled-by-default-v8.compile'] },
  });
  await show(context, origin);
  await session.send('Tracing.end');
  await complete;
  return compiled;
}
