import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AppPort } from '../app-port.ts';
import { silentLogger } from '../core/log.ts';
import type { Host, HostDesktop } from '../host.ts';
import { ElectronShell } from './electron-shell.ts';
import * as electron from './fake-electron.ts';
import { cornerOf, incomingWindowOptions } from './incoming-window.ts';

let directory: string;
let host: Host | undefined;
let attached: string[];
let shell: ElectronShell | undefined;

const app: AppPort = {
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  attach: (clientId) => {
    attached.push(clientId);
  },
  openTarget: () => undefined,
  signInOnce: () => undefined,
  unexpected: () => undefined,
  whenIdle: () => Promise.resolve(),
};

async function start(platform: NodeJS.Platform): Promise<HostDesktop> {
  const started = new ElectronShell({
    version: '1.2.3',
    platform,
    rendererDirectory: join(directory, 'renderer'),
    preload: '/app/out/preload/preload.cjs',
    gatewayEntry: '/app/out/main/media-gateway.js',
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
  shell = started;
  await started.start();
  if (host?.desktop === undefined) throw new Error('no desktop');
  return host.desktop;
}

beforeEach(() => {
  electron.resetFakeElectron();
  directory = mkdtempSync(join(tmpdir(), 'parley-electron-'));
  mkdirSync(join(directory, 'renderer'));
  writeFileSync(join(directory, 'renderer', 'index.html'), '');
  electron.app.paths['userData'] = join(directory, 'data');
  host = undefined;
  shell = undefined;
  attached = [];
});

afterEach(async () => {
  await shell?.stop();
  rmSync(directory, { recursive: true });
});

function windowAt(index: number): electron.BrowserWindow {
  const window = electron.BrowserWindow.all[index];
  if (window === undefined) throw new Error(`no window ${String(index)}`);
  return window;
}

/** A page asks as the preload lets it. */
function ask(channel: string, from: electron.BrowserWindow, value: unknown, url = 'parley://app/?window=incoming') {
  electron.ipcMain.emit(channel, { sender: from.webContents, senderFrame: { url, parent: null } }, value);
}

describe('the window of incoming calls', () => {
  test('can have no focus, stands over everything and is hardened as the large one', () => {
    for (const platform of ['win32', 'darwin', 'linux'] as const) {
      const options = incomingWindowOptions('/preload.cjs', platform);
      expect(options).toMatchObject({
        focusable: false,
        alwaysOnTop: true,
        skipTaskbar: true,
        frame: false,
        show: false,
      });
      expect(options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
    }
    expect(incomingWindowOptions('/preload.cjs', 'darwin').type).toBe('panel');
  });

  test('comes without focus on every workspace of the display in use, and goes when nothing rings', async () => {
    const desktop = await start('win32');
    desktop.showIncoming(true);
    desktop.showIncoming(true);
    expect(electron.BrowserWindow.all).toHaveLength(2);
    const incoming = windowAt(1);
    expect(incoming.did).toEqual([
      'on top true screen-saver',
      'every workspace true true',
      'load parley://app/?window=incoming',
    ]);
    incoming.emit('ready-to-show');
    expect(incoming.did.at(-1)).toBe('show without focus');
    expect(incoming.did).not.toContain('focus');
    expect(incoming.bounds).toEqual({ x: 1_920 + 1_920 - 376, y: 25 + 1_000 - 184, width: 376, height: 184 });
    desktop.showIncoming(false);
    expect(incoming.isDestroyed).toBe(true);
  });

  test('is not shown when the call was over before it had painted', async () => {
    const desktop = await start('linux');
    desktop.showIncoming(true);
    desktop.showIncoming(false);
    const incoming = windowAt(1);
    incoming.emit('ready-to-show');
    expect(incoming.did).not.toContain('show without focus');
  });

  test('is as high as its page, and never higher than the screen', async () => {
    const desktop = await start('linux');
    electron.screen.pointer = { x: 100, y: 100 };
    desktop.showIncoming(true);
    ask('parley-incoming-height', windowAt(1), 330.4);
    expect(windowAt(1).bounds).toEqual({ x: 1_920 - 376, y: 25 + 1_000 - 331, width: 376, height: 331 });
    ask('parley-incoming-height', windowAt(1), 5_000);
    expect(windowAt(1).bounds).toMatchObject({ y: 25, height: 1_000 });
    ask('parley-incoming-height', windowAt(1), Number.NaN);
    ask('parley-incoming-height', windowAt(1), '100');
    ask('parley-incoming-height', windowAt(0), 100);
    ask('parley-incoming-height', windowAt(1), 100, 'https://attacker.example/');
    expect(windowAt(1).bounds).toMatchObject({ height: 1_000 });
    expect(cornerOf({ x: 0, y: 25, width: 1_440, height: 800 }, 200, 'darwin')).toMatchObject({ x: 1_064, y: 25 });
  });

  test('takes the keyboard only when its text field was clicked', async () => {
    const desktop = await start('linux');
    desktop.showIncoming(true);
    ask('parley-incoming-typing', windowAt(0), undefined);
    expect(windowAt(1).did).not.toContain('focus');
    ask('parley-incoming-typing', windowAt(1), undefined);
    expect(windowAt(1).did.slice(-3)).toEqual(['focusable true', 'skip task bar true', 'focus']);
  });

  test('has a wire of its own', async () => {
    const desktop = await start('linux');
    desktop.showIncoming(true);
    ask('parley-port-please', windowAt(1), 'window-0002');
    expect(attached).toEqual(['window-0002']);
    ask('parley-port-please', windowAt(1), 'window-0003', 'https://attacker.example/');
    desktop.showIncoming(false);
    ask('parley-port-please', windowAt(1), 'window-0004');
    expect(attached).toEqual(['window-0002']);
  });

  test('stays away while the large window has the focus, whose banner says it', async () => {
    const desktop = await start('linux');
    windowAt(0).setFocused(true);
    desktop.showIncoming(true);
    expect(electron.BrowserWindow.all).toHaveLength(1);
    windowAt(0).setFocused(false);
    expect(electron.BrowserWindow.all).toHaveLength(2);
    windowAt(0).setFocused(true);
    expect(windowAt(1).isDestroyed).toBe(true);
  });

  test('goes with the large window, so that the program ends; on macOS that one is made anew behind it', async () => {
    const desktop = await start('linux');
    desktop.showIncoming(true);
    windowAt(0).destroy();
    expect(windowAt(1).isDestroyed).toBe(true);
    await shell?.stop();

    electron.resetFakeElectron();
    const onMac = await start('darwin');
    windowAt(0).destroy();
    expect(electron.BrowserWindow.all).toHaveLength(1);
    onMac.showIncoming(true);
    const [, large, small] = electron.BrowserWindow.all;
    large?.emit('ready-to-show');
    expect(large?.did).toEqual(['load parley://app/']);
    expect(small?.did).toContain('load parley://app/?window=incoming');
  });
});

describe('keys that work everywhere', () => {
  test('are ours while they are asked for, and tell what they mean', async () => {
    const desktop = await start('linux');
    const heard: string[] = [];
    desktop.listen({ key: (name) => heard.push(name), presence: (state) => heard.push(state) });
    desktop.setKeys(
      new Map([
        ['answer', 'F8'],
        ['decline', 'F9'],
      ] as const),
    );
    electron.globalShortcut.ours.get('F8')?.();
    expect(heard).toEqual(['answer']);
    desktop.setKeys(new Map([['decline', 'F9']] as const));
    expect([...electron.globalShortcut.ours.keys()]).toEqual(['F9']);
    desktop.setKeys(new Map([['decline', 'Ctrl+Alt+E']] as const));
    expect([...electron.globalShortcut.ours.keys()]).toEqual(['Ctrl+Alt+E']);
    await shell?.stop();
    expect([...electron.globalShortcut.ours.keys()]).toEqual([]);
  });

  test('that another program holds are named, and tried again when they are wished for anew', async () => {
    const desktop = await start('linux');
    electron.globalShortcut.others.add('F8');
    const keys = new Map([
      ['answer', 'F8'],
      ['decline', 'F9'],
      ['dialClipboard', 'Bad+Key'],
    ] as const);
    expect(desktop.takenKeys(keys)).toEqual(['answer', 'dialClipboard']);
    expect([...electron.globalShortcut.ours.keys()]).toEqual([]);
    desktop.setKeys(keys);
    expect(desktop.takenKeys(keys)).toEqual(['answer', 'dialClipboard']);
    desktop.setKeys(new Map());
    electron.globalShortcut.others.clear();
    desktop.setKeys(keys);
    expect([...electron.globalShortcut.ours.keys()]).toEqual(['F8', 'F9']);
  });

  test('read the clipboard', async () => {
    const desktop = await start('linux');
    electron.clipboard.text = '+44 20 7946 0101';
    expect(await desktop.clipboardText()).toBe('+44 20 7946 0101');
  });
});

describe('links', () => {
  const all = ['tel', 'sip', 'sips', 'callto', 'xmpp'];

  test('are ours while the person wants it', async () => {
    await start('linux');
    expect([...electron.app.schemes]).toEqual([]);
    await host?.openLinks?.(true);
    await host?.openLinks?.(true);
    expect([...electron.app.schemes]).toEqual(all);
    await host?.openLinks?.(false);
    expect([...electron.app.schemes]).toEqual([]);
  });

  test('that the system keeps for others are said', async () => {
    await start('win32');
    electron.app.guardedSchemes.add('tel');
    await expect(host?.openLinks?.(true)).rejects.toThrow('refused: tel');
  });
});

describe('beside the clock and on the icon', () => {
  test('a choice of presence in the menu is heard', async () => {
    const desktop = await start('linux');
    const heard: string[] = [];
    desktop.listen({ key: () => undefined, presence: (state) => heard.push(state) });
    host?.showStatus({ presence: 'available', chosen: 'available', missedCalls: 0, unreadMessages: 0, inCall: false });
    electron.Tray.made[0]?.menu.find(({ label }) => label === 'Do not disturb')?.click?.();
    expect(heard).toEqual(['dnd']);
  });

  test('what waits is counted on the icon', async () => {
    await start('darwin');
    host?.showStatus({ presence: 'available', chosen: 'available', missedCalls: 2, unreadMessages: 3, inCall: false });
    expect(electron.app.badge).toBe(5);
  });

  test('Windows has a dot with words, on a window that is made later too', async () => {
    await start('win32');
    host?.showStatus({ presence: 'available', chosen: 'available', missedCalls: 1, unreadMessages: 2, inCall: false });
    expect(windowAt(0).overlay.words).toBe('1 missed call, 2 unread messages');
    expect(windowAt(0).overlay.image).not.toBeNull();
    expect(electron.app.badge).toBe(0);
    windowAt(0).destroy();
    shell?.open('');
    expect(windowAt(1).overlay.words).toBe('1 missed call, 2 unread messages');
    host?.showStatus({ presence: 'available', chosen: 'available', missedCalls: 0, unreadMessages: 0, inCall: false });
    expect(windowAt(1).overlay.image).toBeNull();
  });
});
