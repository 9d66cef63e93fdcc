import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AppPort } from '../app-port.ts';
import { silentLogger } from '../core/log.ts';
import type { Host } from '../host.ts';
import { ElectronShell } from './electron-shell.ts';
import * as electron from './fake-electron.ts';

const app: AppPort = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  attach: () => undefined,
  openTarget: () => undefined,
  signInOnce: () => undefined,
  unexpected: () => undefined,
  whenIdle: () => Promise.resolve(),
};

let directory: string;
let host: Host | undefined;
let shell: ElectronShell;

beforeEach(() => {
  electron.resetFakeElectron();
  directory = mkdtempSync(join(tmpdir(), 'parley-quitting-'));
  mkdirSync(join(directory, 'data'));
  electron.app.paths['userData'] = join(directory, 'data');
  shell = new ElectronShell({
    version: '1.2.3',
    platform: 'darwin',
    rendererDirectory: directory,
    preload: '/preload.cjs',
    gatewayEntry: '/media-gateway.js',
    policyFile: undefined,
    seedFile: undefined,
    signInFile: undefined,
    target: '',
    log: silentLogger,
    createApp: (given) => {
      host = given;
      return Promise.resolve(app);
    },
    onLost: () => undefined,
  });
});
afterEach(async () => {
  await shell.stop();
  rmSync(directory, { recursive: true });
});

test.each([
  [
    'the icon beside the clock',
    () => electron.Tray.made[0]?.menu.find(({ label }) => label === 'Quit Parley')?.click?.(),
  ],
  [
    'the Dock or the system, which tell only that the program is to end',
    () => {
      electron.app.quit();
    },
  ],
])('quitting during a call is asked about, by %s', async (_way, quit) => {
  await shell.start();
  const status = { presence: 'onphone', chosen: 'available', missedCalls: 0, unreadMessages: 0 } as const;
  host?.showStatus({ ...status, inCall: true });
  electron.dialog.answer = 1;
  quit();
  // Impatience asks no second time.
  quit();
  await new Promise(setImmediate);
  expect(electron.dialog.asked).toMatchObject([{ message: expect.stringContaining('end the call') as string }]);
  expect(electron.app.quits).toBe(0);
  electron.BrowserWindow.all[0]?.close();
  expect(electron.BrowserWindow.all[0]?.isDestroyed).toBe(false);
  electron.dialog.answer = 0;
  quit();
  await expect.poll(() => electron.app.quits).toBe(1);
  host?.showStatus({ ...status, inCall: false });
  quit();
  expect(electron.app.quits).toBe(2);
  expect(electron.dialog.asked).toHaveLength(2);
});

test('nobody is asked when the computer shuts down, a signal comes or the program cannot go on', async () => {
  await shell.start();
  const status = { presence: 'onphone', chosen: 'available', missedCalls: 0, unreadMessages: 0 } as const;
  host?.showStatus({ ...status, inCall: true });
  electron.powerMonitor.emit('shutdown');
  electron.app.quit();
  expect(electron.app.quits).toBe(1);
  // Somebody stopped it, and calls again.
  host?.showStatus({ ...status, inCall: false });
  host?.showStatus({ ...status, inCall: true });
  electron.dialog.answer = 1;
  electron.app.quit();
  await new Promise(setImmediate);
  expect([electron.app.quits, electron.dialog.asked.length]).toEqual([1, 1]);
  shell.quit();
  expect([electron.app.quits, electron.dialog.asked.length]).toEqual([2, 1]);
});
