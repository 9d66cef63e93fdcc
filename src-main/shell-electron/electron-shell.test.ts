import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Wire } from '../../src-shared/rpc/wire.ts';
import type { AppPort } from '../app-port.ts';
import { silentLogger } from '../core/log.ts';
import type { Host } from '../host.ts';
import { ElectronShell } from './electron-shell.ts';
import * as electron from './fake-electron.ts';
import type { FakeMessagePort } from './fake-electron.ts';
import { linkIn } from './links.ts';
import { isExternalLink } from './navigation.ts';
import { isOwnUrl } from './origin.ts';
import { registerWindowScheme } from './protocol.ts';
import { createSecretStore } from './secrets.ts';
import { windowOptions } from './window.ts';

let directory: string;
let host: Host | undefined;
let log: string[];
let wires: { clientId: string; wire: Wire }[];
let shell: ElectronShell;

const app: AppPort = {
  start: () => {
    log.push('start');
    return Promise.resolve();
  },
  stop: () => {
    log.push('stop');
    return Promise.resolve();
  },
  attach: (clientId, wire) => {
    wires.push({ clientId, wire });
  },
  openTarget: (target) => {
    log.push(`open ${target}`);
  },
  signInOnce: ({ address }) => {
    log.push(`sign in ${address}`);
  },
  unexpected: (kind, error) => {
    log.push(`unexpected ${kind}: ${String(error)}`);
  },
  whenIdle: () => Promise.resolve(),
};

function createShell(target = '', signInFile?: string, platform: NodeJS.Platform = 'linux'): ElectronShell {
  return new ElectronShell({
    version: '1.2.3',
    platform,
    rendererDirectory: join(directory, 'renderer'),
    preload: '/app/out/preload/preload.cjs',
    gatewayEntry: '/app/out/main/media-gateway.js',
    policyFile: undefined,
    seedFile: undefined,
    signInFile,
    target,
    log: silentLogger,
    createApp: (given) => {
      host = given;
      return Promise.resolve(app);
    },
    onLost: () => {
      log.push('lost');
    },
  });
}

beforeEach(() => {
  electron.resetFakeElectron();
  directory = mkdtempSync(join(tmpdir(), 'parley-electron-'));
  mkdirSync(join(directory, 'renderer'));
  writeFileSync(join(directory, 'renderer', 'index.html'), '<meta content="__CSP_NONCE__">');
  writeFileSync(join(directory, 'private.txt'), 'not for windows');
  electron.app.paths['userData'] = join(directory, 'data');
  host = undefined;
  log = [];
  wires = [];
  shell = createShell();
});

afterEach(async () => {
  await shell.stop();
  rmSync(directory, { recursive: true });
});

function newestWindow(): electron.BrowserWindow {
  const window = electron.BrowserWindow.all.at(-1);
  if (window === undefined) throw new Error('no window');
  return window;
}

describe('the window', () => {
  test('is sandboxed, in a world of its own, without Node and without other pages', () => {
    for (const platform of ['win32', 'darwin', 'linux'] as const) {
      expect(windowOptions('/preload.cjs', platform, false).webPreferences).toMatchObject({
        preload: '/preload.cjs',
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        nodeIntegrationInWorker: false,
        nodeIntegrationInSubFrames: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        experimentalFeatures: false,
        webviewTag: false,
        navigateOnDragDrop: false,
      });
    }
  });

  test('opens on our own page after the services run, and shows itself when it has painted', async () => {
    await shell.start();
    expect(log).toEqual(['start']);
    expect(newestWindow().did).toEqual(['load parley://app/']);
    newestWindow().emit('ready-to-show');
    expect(newestWindow().did).toContain('show');
  });

  test('asks for a folder by the dialog of the system, and takes none when it is cancelled', async () => {
    await shell.start();
    expect(await host?.chooseFolder?.('/srv')).toBeUndefined();
    electron.dialog.picks = ['/srv/chats'];
    expect(await host?.chooseFolder?.('')).toBe('/srv/chats');
    expect(electron.dialog.asked).toMatchObject([
      { properties: ['openDirectory', 'createDirectory'], defaultPath: '/srv' },
      { properties: ['openDirectory', 'createDirectory'] },
    ]);
  });

  test('comes forward on another start, is restored when minimized, and made anew when closed', async () => {
    await shell.start();
    newestWindow().minimized = true;
    shell.open('tel:100');
    expect(newestWindow().did).toEqual(['load parley://app/', 'restore', 'show', 'focus']);
    expect(log).toEqual(['start', 'open tel:100']);
    newestWindow().destroy();
    shell.open('');
    expect(electron.BrowserWindow.all).toHaveLength(2);
  });

  test('closed by the person it only goes out of sight, and the first time that is said', async () => {
    mkdirSync(join(directory, 'data'));
    await shell.start();
    newestWindow().close();
    expect(newestWindow().did.at(-1)).toBe('hide');
    expect(newestWindow().isDestroyed).toBe(false);
    const { shown } = electron.Notification;
    expect(shown.map(({ options }) => options.title)).toEqual(['Parley goes on running']);
    expect(shown[0]?.options.body).toContain('Quit Parley');
    shown[0]?.emit('click');
    expect(newestWindow().did.slice(-2)).toEqual(['show', 'focus']);
    newestWindow().close();
    expect(shown).toHaveLength(1);
    expect(electron.app.quits).toBe(0);
    // Now the program ends, and nothing holds its window.
    electron.app.emit('before-quit');
    newestWindow().close();
    expect(newestWindow().isDestroyed).toBe(true);
  });

  test('is loaded again when its process dies, not when it ends', async () => {
    await shell.start();
    const { webContents } = newestWindow();
    webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    expect(webContents.reloads).toBe(0);
    webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    expect(webContents.reloads).toBe(1);
  });

  test('follows the theme with its title bar, and forgets it when closed', async () => {
    await shell.start();
    electron.nativeTheme.emit('updated');
    expect(newestWindow().did.at(-1)).toBe('title bar #1a1a1a');
    // Dark by choice on a light system: the caption buttons stay readable.
    host?.desktop?.setTheme('dark');
    expect(newestWindow().did.at(-1)).toBe('title bar #ffffff');
    newestWindow().destroy();
    expect(electron.nativeTheme.listenerCount('updated')).toBe(0);
  });
});

test('has the menus of an office program, and asks before its end', async () => {
  await shell.start();
  const quit = electron.Menu.ofProgram
    .flatMap(({ submenu }) => submenu ?? [])
    .find(({ label }) => label === 'Quit Parley');
  quit?.click?.();
  expect(electron.app.quits).toBe(1);
  const editFlags = { canCut: false, canCopy: true, canPaste: true, canSelectAll: true };
  const field = {
    isEditable: true,
    editFlags,
    dictionarySuggestions: [],
    linkURL: '',
    misspelledWord: '',
    selectionText: '',
  };
  newestWindow().webContents.emit('context-menu', {}, field);
  expect(electron.Menu.popped).toHaveLength(1);
});

describe('the wire', () => {
  const ask = (changes: { url?: string; parent?: object | null; contents?: number; clientId?: unknown } = {}) => {
    const { webContents } = newestWindow();
    const sender =
      changes.contents === undefined ? webContents : { id: changes.contents, postMessage: () => undefined };
    const senderFrame = { url: changes.url ?? 'parley://app/', parent: changes.parent ?? null };
    electron.ipcMain.emit('parley-port-please', { sender, senderFrame }, changes.clientId ?? 'window-0001');
    return webContents.posted.at(-1)?.ports[0];
  };

  test('is a MessagePort that carries texts both ways and tells of its end', async () => {
    await shell.start();
    const port: FakeMessagePort | undefined = ask();
    const { clientId, wire } = wires[0] ?? {};
    expect(clientId).toBe('window-0001');
    if (port === undefined || wire === undefined) throw new Error('no port');
    const fromWindow: string[] = [];
    const fromService: unknown[] = [];
    wire.onMessage((message) => fromWindow.push(message));
    port.on('message', ({ data }: { data: unknown }) => fromService.push(data));
    port.start();
    port.postMessage('to the service');
    port.postMessage({ not: 'a text' });
    wire.send('to the window');
    await expect.poll(() => [fromWindow, fromService]).toEqual([['to the service'], ['to the window']]);
    let closed = 0;
    wire.onClose(() => (closed += 1));
    wire.onClose(() => (closed += 1));
    port.close();
    await expect.poll(() => closed).toBe(2);
    wire.close();
    expect(closed).toBe(2);
  });

  test.each([
    ['another page', { url: 'https://attacker.example/' }],
    ['another host of our scheme', { url: 'parley://other/' }],
    ['a frame inside our page', { parent: {} }],
    ['another window', { contents: 99 }],
    ['a client id of another form', { clientId: '../x' }],
    ['no client id', { clientId: 5 }],
  ])('%s gets none', async (_name, changes) => {
    await shell.start();
    ask(changes);
    expect(wires).toEqual([]);
    expect(newestWindow().webContents.posted).toEqual([]);
  });

  test('after a fault of the program each page gets a new one, to the program that began anew', async () => {
    await shell.start();
    ask();
    shell.thrown(new Error('broken'));
    await expect.poll(() => wires.map(({ clientId }) => clientId)).toEqual(['window-0001', 'window-0001']);
    expect(log).toEqual(['start', 'unexpected exception: Error: broken', 'stop', 'start']);
    expect(newestWindow().webContents.posted.map(({ channel }) => channel)).toEqual(['parley-port', 'parley-port']);
  });

  test('a forgotten rejection is noted, an exception before the program stands ends it', async () => {
    shell.thrown(new Error('too early'));
    expect(log).toEqual(['lost']);
    await shell.start();
    shell.rejected(new Error('forgotten'));
    expect(log.at(-1)).toBe('unexpected rejection: Error: forgotten');
  });

  test('nobody gets one after the end', async () => {
    await shell.start();
    await shell.stop();
    expect(electron.ipcMain.listenerCount('parley-port-please')).toBe(0);
    expect(log).toEqual(['start', 'stop']);
  });
});

describe('parley://app', () => {
  const get = async (url: string, method = 'GET'): Promise<Response> => {
    const handler = electron.protocol.handlers.get('parley');
    if (handler === undefined) throw new Error('no handler');
    return handler(new Request(url, { method }));
  };

  test('is a standard, secure scheme and nothing that bypasses the policy', () => {
    registerWindowScheme();
    expect(electron.protocol.schemes).toEqual([
      { scheme: 'parley', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
    ]);
  });

  test('serves the page with a nonce of its own response', async () => {
    await shell.start();
    const first = await get('parley://app/');
    const second = await get('parley://app/index.html');
    const nonceOf = (answer: Response) =>
      /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1];
    expect(await first.text()).toBe(`<meta content="${nonceOf(first) ?? ''}">`);
    expect(nonceOf(second)).not.toBe(nonceOf(first));
    expect(first.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(first.headers.get('content-security-policy')).toContain("connect-src 'self';");
    expect(first.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    'parley://app/%2e%2e/private.txt',
    'parley://app/..%2fprivate.txt',
    'parley://app/..%5cprivate.txt',
    'parley://app/%00',
    'parley://other/index.html',
    'parley://app:81/index.html',
    'parley://user@app/index.html',
  ])('does not serve %s', async (url) => {
    await shell.start();
    const answer = await get(url).catch(() => new Response('refused', { status: 404 }));
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain('not for windows');
  });

  test('takes GET and HEAD only', async () => {
    await shell.start();
    expect((await get('parley://app/', 'POST')).status).toBe(405);
    expect(await (await get('parley://app/', 'HEAD')).text()).toBe('');
  });
});

describe('permissions', () => {
  const request = (permission: string, url = 'parley://app/', isMainFrame = true, mediaTypes: string[] = ['audio']) =>
    new Promise<boolean>((resolve) => {
      electron.session.defaultSession.request?.(null, permission, resolve, {
        requestingUrl: url,
        isMainFrame,
        mediaTypes,
      });
    });

  test('our page gets what calls need and nothing else', async () => {
    await shell.start();
    expect(await request('media')).toBe(true);
    expect(await request('notifications')).toBe(true);
    for (const other of ['geolocation', 'midi', 'usb', 'serial', 'openExternal', 'clipboard-read', 'unknown']) {
      expect(await request(other)).toBe(false);
    }
  });

  test('of all devices our page gets headsets with call buttons, and nobody else gets any', async () => {
    await shell.start();
    const { device, hidChoice } = electron.session.defaultSession;
    const headset = { collections: [{ usagePage: 0x0c }, { usagePage: 0x0b }] };
    const keyboard = { collections: [{ usagePage: 0x01 }] };
    const own = 'parley://app/';
    expect(device?.({ deviceType: 'hid', origin: own, device: headset })).toBe(true);
    expect(device?.({ deviceType: 'hid', origin: own, device: keyboard })).toBe(false);
    expect(device?.({ deviceType: 'hid', origin: 'https://attacker.example/', device: headset })).toBe(false);
    expect(device?.({ deviceType: 'usb', origin: own, device: headset })).toBe(false);
    expect(device?.({ deviceType: 'serial', origin: own, device: {} })).toBe(false);
    const chosen: (string | null)[] = [];
    const choose = (id: string | null) => chosen.push(id);
    hidChoice?.({ preventDefault: () => undefined }, { deviceList: [{ deviceId: 'jabra' }] }, choose);
    hidChoice?.({ preventDefault: () => undefined }, { deviceList: [] }, choose);
    expect(chosen).toEqual(['jabra', null]);
  });

  test('other pages and frames get nothing', async () => {
    await shell.start();
    expect(await request('media', 'https://attacker.example/')).toBe(false);
    expect(await request('media', 'parley://other/')).toBe(false);
    expect(await request('media', 'parley://app/', false)).toBe(false);
    expect(electron.session.defaultSession.check?.(null, 'media', 'parley://app/')).toBe(true);
    expect(electron.session.defaultSession.check?.(null, 'media', 'https://attacker.example/')).toBe(false);
    expect(electron.session.defaultSession.check?.(null, 'geolocation', 'parley://app/')).toBe(false);
  });

  test('macOS asks the person, and its answer counts', async () => {
    shell = createShell('', undefined, 'darwin');
    await shell.start();
    expect(await request('media', 'parley://app/', true, ['audio', 'video'])).toBe(true);
    expect(electron.systemPreferences.asked).toEqual(['microphone', 'camera']);
    electron.systemPreferences.grants = false;
    expect(await request('media')).toBe(false);
  });
});

describe('navigation', () => {
  const navigate = (kind: string, url: string, isMainFrame = true): boolean => {
    let prevented = false;
    newestWindow().webContents.emit(kind, { url, isMainFrame, preventDefault: () => (prevented = true) });
    return !prevented;
  };

  test('our own page may be loaded again; links go to the browser; the rest goes nowhere', async () => {
    await shell.start();
    expect(navigate('will-navigate', 'parley://app/#/calls')).toBe(true);
    expect(navigate('will-navigate', 'https://example.com/')).toBe(false);
    expect(electron.shell.opened).toEqual(['https://example.com/']);
    for (const url of [
      'file:///etc/passwd',
      'javascript:alert(1)',
      'parley://other/',
      'smb://server/share',
      'ms-msdt:x',
    ]) {
      expect(navigate('will-navigate', url)).toBe(false);
    }
    expect(electron.shell.opened).toEqual(['https://example.com/']);
  });

  test('redirects, frames and embedded pages are refused', async () => {
    await shell.start();
    expect(navigate('will-redirect', 'https://example.com/')).toBe(false);
    expect(navigate('will-frame-navigate', 'https://example.com/', false)).toBe(false);
    expect(navigate('will-attach-webview', '')).toBe(false);
    expect(electron.shell.opened).toEqual([]);
  });

  test('no window is ever opened by the page', async () => {
    await shell.start();
    const open = newestWindow().webContents.openHandler;
    expect(open?.({ url: 'https://example.com/' })).toEqual({ action: 'deny' });
    expect(open?.({ url: 'parley://app/' })).toEqual({ action: 'deny' });
    expect(electron.shell.opened).toEqual(['https://example.com/']);
  });

  test('what is ours and what is a link is told by the parts of the address', () => {
    expect(['parley://app/', 'parley://app/#/x'].map(isOwnUrl)).toEqual([true, true]);
    expect(
      ['parley://app.attacker.example/', 'https://app/', 'parley:app', '', 'parley://app:1/'].map(isOwnUrl),
    ).toEqual([false, false, false, false, false]);
    expect(['https://x/', 'mailto:a@b'].map(isExternalLink)).toEqual([true, true]);
    expect(['file:///x', 'tel:1', 'parley://app/', 'x'].map(isExternalLink)).toEqual([false, false, false, false]);
  });
});

describe('secrets', () => {
  const file = () => readFileSync(join(directory, 'secrets.json'), 'utf8');

  test('lie sealed by the operating system, under its name', async () => {
    const secrets = await createSecretStore(directory, 'linux');
    expect(secrets).toMatchObject({ backend: 'the GNOME keyring', plainText: false });
    await secrets.set('phone', 'correct horse');
    expect(file()).not.toContain('correct horse');
    expect(await (await createSecretStore(directory, 'linux')).get('phone')).toBe('correct horse');
    await secrets.delete('phone');
    expect(await secrets.get('phone')).toBeUndefined();
    expect((await createSecretStore(directory, 'darwin')).backend).toBe('the macOS keychain');
  });

  test('moved under another name do not open, nor under another key', async () => {
    const secrets = await createSecretStore(directory, 'linux');
    await secrets.set('phone', 'one');
    writeFileSync(join(directory, 'secrets.json'), file().replace('phone', 'chat'));
    await expect(secrets.get('chat')).rejects.toThrow('no longer opens');
    writeFileSync(join(directory, 'secrets.json'), JSON.stringify({ chat: 'bm90IG91cnM=' }));
    await expect(secrets.get('chat')).rejects.toThrow('no longer opens');
  });

  test('without a keyring it says that nothing protects them', async () => {
    electron.safeStorage.backend = 'basic_text';
    expect(await createSecretStore(directory, 'linux')).toMatchObject({ plainText: true });
    electron.safeStorage.backend = 'kwallet6';
    expect(await createSecretStore(directory, 'linux')).toMatchObject({ backend: 'KWallet', plainText: false });
    electron.safeStorage.available = false;
    expect(await createSecretStore(directory, 'win32')).toMatchObject({ plainText: true });
  });
});

describe('the host', () => {
  test('tells the program where things lie and what the system does', async () => {
    await shell.start();
    expect(host).toMatchObject({ shell: 'electron', version: '1.2.3', platform: 'linux' });
    expect(host?.paths).toEqual({
      data: join(directory, 'data'),
      logs: join(directory, 'data', 'logs'),
      home: '/home/alice',
      documents: '/home/alice/Documents',
      policyFile: '/etc/parley/policy.json',
      seedFile: undefined,
    });
    const heard: string[] = [];
    host?.power.onSleep(() => heard.push('sleep'));
    host?.power.onWake(() => heard.push('wake'));
    electron.powerMonitor.emit('suspend');
    electron.powerMonitor.emit('resume');
    expect(heard).toEqual(['sleep', 'wake']);
    host?.showFile?.('/home/alice/Documents/call.webm');
    expect(electron.shell.shown).toEqual(['/home/alice/Documents/call.webm']);
  });

  test('hears the screen being locked and unlocked', async () => {
    await shell.start();
    const heard: string[] = [];
    host?.power.onLock(() => heard.push('lock'));
    host?.power.onUnlock(() => heard.push('unlock'));
    electron.powerMonitor.emit('lock-screen');
    electron.powerMonitor.emit('unlock-screen');
    expect(heard).toEqual(['lock', 'unlock']);
  });

  test('shows presence and missed calls beside the clock, and opens the window from there', async () => {
    await shell.start();
    host?.showStatus({ presence: 'available', chosen: undefined, missedCalls: 0, unreadMessages: 0, inCall: false });
    host?.showStatus({ presence: 'dnd', chosen: 'dnd', missedCalls: 2, unreadMessages: 1, inCall: false });
    const [tray, ...others] = electron.Tray.made;
    expect(others).toEqual([]);
    expect(tray?.words).toBe('Parley: Do not disturb, 2 missed calls, 1 unread message');
    const choices = ['Available', 'Busy', 'Do not disturb', 'Away', 'Appear offline'];
    expect(tray?.menu.map(({ label }) => label)).toEqual([
      'Open Parley',
      undefined,
      ...choices,
      undefined,
      'Quit Parley',
    ]);
    expect(tray?.menu.find(({ checked }) => checked)?.label).toBe('Do not disturb');
    host?.showStatus({ presence: 'offline', chosen: undefined, missedCalls: 0, unreadMessages: 0, inCall: false });
    expect(tray?.menu.map(({ label }) => label)).toEqual(['Open Parley', undefined, 'Quit Parley']);
    const before = electron.BrowserWindow.all.length;
    expect(before).toBe(1);
    tray?.emit('click');
    expect(electron.BrowserWindow.all).toHaveLength(before);
    await shell.stop();
    expect(tray?.isDestroyed).toBe(true);
  });

  test('shows notifications of the system; the same tag replaces, a click is heard', async () => {
    await shell.start();
    let clicks = 0;
    const show = (title: string) => host?.notify({ title, body: 'b', tag: 't', onClick: () => (clicks += 1) });
    expect(show('first')).toBe(true);
    let closed = false;
    electron.Notification.shown[0]?.on('close', () => (closed = true));
    expect(show('second')).toBe(true);
    expect(closed).toBe(true);
    electron.Notification.shown[1]?.emit('click');
    expect(clicks).toBe(1);
    electron.Notification.supported = false;
    expect(show('third')).toBe(false);
  });

  test('runs the gateway as a process of its own', async () => {
    await shell.start();
    const gateway = host?.forkGateway();
    const forked = electron.utilityProcess.forked[0];
    expect(forked?.entry).toBe('/app/out/main/media-gateway.js');
    const heard: unknown[] = [];
    gateway?.onMessage((message) => heard.push(message));
    gateway?.onExit((code) => heard.push(code));
    gateway?.post({ hello: 1 });
    forked?.child.emit('message', { answer: 2 });
    forked?.child.emit('exit', 1);
    expect(forked?.child.sent).toEqual([{ hello: 1 }]);
    expect(heard).toEqual([{ answer: 2 }, 1]);
    gateway?.kill();
    expect(forked?.child.kills).toBe(1);
  });

  test('hands over the sign-in file and the link of the command line', async () => {
    const file = join(directory, 'sign-in.json');
    writeFileSync(file, '{"address":"alice@example.com","password":"pw"}', { mode: 0o600 });
    shell = createShell('tel:100', file);
    await shell.start();
    expect(log).toEqual(['start', 'open tel:100', 'sign in alice@example.com']);
  });
});

test('links are found in a command line, and nothing else is', () => {
  expect(linkIn(['parley.exe', '--flag', 'TEL:+4420'])).toBe('TEL:+4420');
  expect(linkIn(['x', 'sip:bob@example.com'])).toBe('sip:bob@example.com');
  expect(linkIn(['x', 'xmpp:a@b?message'])).toBe('xmpp:a@b?message');
  expect(linkIn(['x', 'callto:6102'])).toBe('callto:6102');
  expect(linkIn(['x', 'tel:nobody'])).toBe('');
  expect(linkIn(['x', 'https://a', 'file:///x', 'C:\\x', 'javascript:1', `tel:${'1'.repeat(3_000)}`])).toBe('');
});
