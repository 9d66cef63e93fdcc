import { expect, test } from '@playwright/test';
import type { ConsoleMessage, Page } from '@playwright/test';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeInspector } from '../bench/node-inspector.ts';
import { SimulatedParley } from '../electron-sim/simulated-parley.ts';

/**
 * SHOWN BY THE SIMULATOR ONLY: the unmodified built main, preload and renderer of the Electron shell, on Node and
 * Chromium. It says nothing about the sandbox, isolated worlds, safeStorage, fuses or native windows.
 */
let directory: string;
let parley: SimulatedParley;
let page: Page;
let consoleErrors: string[];

test.beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'parley-sim-data-'));
  parley = new SimulatedParley([`--data=${directory}`]);
  page = await parley.page();
  consoleErrors = [];
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error') consoleErrors.push(message.text());
  });
});

test.afterEach(async () => {
  await parley.stop();
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});

const signIn = () => page.getByRole('button', { name: 'Sign in', exact: true });

test('[simulator only] the window comes up over parley:// and a MessagePort', async () => {
  await expect(signIn()).toBeVisible();
  expect(await page.evaluate((): unknown => Reflect.get(window, 'parley'))).toEqual({ platform: process.platform });
  expect(readdirSync(directory)).toEqual(expect.arrayContaining(['parley.sqlite', 'logs']));
});

test('[simulator only] a reload gets a fresh port and the window keeps its name', async () => {
  await expect(signIn()).toBeVisible();
  const clientId = () => page.evaluate(() => sessionStorage.getItem('parley.clientId'));
  const before = await clientId();
  await page.reload();
  await expect(signIn()).toBeVisible();
  expect(await clientId()).toBe(before);
  expect(before).toMatch(/^[0-9a-f-]{36}$/);
  expect(consoleErrors).toEqual([]);
});

test('[simulator only] after a fault of the program the same page gets a port to the one that began anew', async () => {
  await expect(signIn()).toBeVisible();
  const inspector = await NodeInspector.open(parley.pid, () => parley.errorOutput);
  const log = () => readFileSync(join(directory, 'logs', 'parley.log'), 'utf8');
  await inspector.run(`setTimeout(() => { throw new Error('broken on purpose'); }, 0)`);
  await expect.poll(() => log().match(/ app starting /g)?.length).toBe(2);
  expect(log()).toMatch(/ERROR app unexpected exception .*broken on purpose/);
  // Who answers is the new program: it looks for the servers of this domain, and there are none.
  await page.getByRole('textbox', { name: 'Work email' }).fill('nobody@parley.invalid');
  await page.getByLabel('Password', { exact: true }).fill('nothing');
  await signIn().click();
  await expect(page.locator('.signin__problem')).toBeVisible({ timeout: 30_000 });
  inspector.close();
});

test('[simulator only] a script that was injected does not run', async () => {
  await expect(signIn()).toBeVisible();
  const outcome = await page.evaluate(() => {
    const blocked: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => blocked.push(event.effectiveDirective));
    const script = document.createElement('script');
    const attempts = [
      () => {
        script.textContent = 'window.injected = true';
      },
      () => {
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.injected = true">');
      },
      () => {
        document.body.append(script);
      },
    ];
    for (const attempt of attempts) {
      try {
        attempt();
      } catch {
        blocked.push('refused');
      }
    }
    return new Promise<{ injected: boolean; blocked: number }>((resolve) => {
      setTimeout(() => {
        resolve({ injected: 'injected' in window, blocked: blocked.length });
      }, 200);
    });
  });
  expect(outcome.injected).toBe(false);
  expect(outcome.blocked).toBeGreaterThan(1);
});

test('[simulator only] links leave by the system, and no second window opens', async () => {
  await expect(signIn()).toBeVisible();
  await page.evaluate(() => {
    window.open('https://example.com/from-the-page');
    window.open('file:///etc/passwd');
  });
  await expect
    .poll(() => parley.events.filter((event) => event.event === 'openExternal'))
    .toEqual([{ event: 'openExternal', url: 'https://example.com/from-the-page' }]);
});

test('[simulator only] the tray tells that nobody is signed in', async () => {
  await expect(signIn()).toBeVisible();
  expect(parley.events).toContainEqual({ event: 'tray', words: 'Parley: Offline' });
});

test('[simulator only] closing the window hides it and says so once; Quit beside the clock ends the program in order', async () => {
  await expect(signIn()).toBeVisible();
  parley.tell({ order: 'closeWindow' });
  await expect
    .poll(() => parley.events)
    .toContainEqual(expect.objectContaining({ event: 'notification', title: 'Parley goes on running' }));
  expect(parley.events).toContainEqual(expect.objectContaining({ event: 'shown', how: 'hide' }));
  // What a call would need is all there.
  await expect(signIn()).toBeVisible();
  parley.tell({ order: 'trayMenu', label: 'Quit Parley' });
  expect(await parley.exited).toBe(0);
  expect(parley.events.at(-1)).toEqual({ event: 'quit' });
  const logs = readdirSync(join(directory, 'logs')).map((file) => readFileSync(join(directory, 'logs', file), 'utf8'));
  expect(logs.join('')).toContain('stopped');
});
