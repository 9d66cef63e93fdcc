import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { resetFakeDesktop } from './fake-electron-desktop.ts';

// One module to whoever imports it.
export { Menu, Notification, Tray, clipboard, dialog, nativeTheme } from './fake-electron-desktop.ts';
export type { FakeMenuItem } from './fake-electron-desktop.ts';

/**
 * Stands in for the module `electron` in unit tests (an alias of vitest): outside Electron the real one would
 * start a download. It records what the shell asks of it and lets a test play the system. Only what the shell uses.
 */
export class FakeApp extends EventEmitter {
  paths: Record<string, string> = { userData: '/none', home: '/home/alice', documents: '/home/alice/Documents' };
  quits = 0;
  badge = 0;
  /** Schemes that the system opens with us. */
  readonly schemes = new Set<string>();
  /** Schemes that the system keeps for others. */
  readonly guardedSchemes = new Set<string>();
  setBadgeCount(count: number): boolean {
    this.badge = count;
    return true;
  }
  isDefaultProtocolClient(scheme: string): boolean {
    return this.schemes.has(scheme);
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    if (this.guardedSchemes.has(scheme)) return false;
    this.schemes.add(scheme);
    return true;
  }
  removeAsDefaultProtocolClient(scheme: string): boolean {
    return this.schemes.delete(scheme);
  }
  getPath(name: string): string {
    return this.paths[name] ?? '';
  }
  /** As Electron: `before-quit` may put it off. */
  quit(): void {
    const event = new Event('before-quit', { cancelable: true });
    this.emit('before-quit', event);
    if (!event.defaultPrevented) this.quits += 1;
  }
}

export const app = new FakeApp();
export const ipcMain = new EventEmitter();
export const powerMonitor = new EventEmitter();
/** Combinations that are ours, and those that other programs hold. */
export const globalShortcut = {
  ours: new Map<string, () => void>(),
  others: new Set<string>(),
  register(combination: string, pressed: () => void): boolean {
    if (combination.startsWith('Bad')) throw new TypeError('conversion failure');
    if (this.others.has(combination) || this.ours.has(combination)) return false;
    this.ours.set(combination, pressed);
    return true;
  },
  unregister(combination: string): void {
    this.ours.delete(combination);
  },
};

/** Two displays side by side; the pointer is on the right one. */
export const screen = {
  pointer: { x: 2_000, y: 300 },
  getCursorScreenPoint(): { x: number; y: number } {
    return this.pointer;
  },
  getDisplayNearestPoint({ x }: { x: number; y: number }): {
    workArea: { x: number; y: number; width: number; height: number };
  } {
    return { workArea: { x: x < 1_920 ? 0 : 1_920, y: 25, width: 1_920, height: 1_000 } };
  },
};

type Handler = (request: Request) => Promise<Response>;
interface Scheme {
  readonly scheme: string;
  readonly privileges: Readonly<Record<string, boolean>>;
}

export const protocol = {
  schemes: [] as Scheme[],
  handlers: new Map<string, Handler>(),
  registerSchemesAsPrivileged(schemes: Scheme[]): void {
    this.schemes.push(...schemes);
  },
  handle(scheme: string, handler: Handler): void {
    this.handlers.set(scheme, handler);
  },
};

type PermissionRequest = (
  contents: null,
  permission: string,
  callback: (granted: boolean) => void,
  details: { requestingUrl: string; isMainFrame: boolean; mediaTypes?: string[] },
) => void;
type PermissionCheck = (contents: null, permission: string, origin: string) => boolean;
type DevicePermission = (details: {
  deviceType: string;
  origin: string;
  device: { collections?: { usagePage: number }[] };
}) => boolean;
type HidChoice = (
  event: { preventDefault: () => void },
  details: { deviceList: { deviceId: string }[] },
  choose: (deviceId: string | null) => void,
) => void;

export const session = {
  defaultSession: {
    request: undefined as PermissionRequest | undefined,
    check: undefined as PermissionCheck | undefined,
    device: undefined as DevicePermission | undefined,
    hidChoice: undefined as HidChoice | undefined,
    setPermissionRequestHandler(handler: PermissionRequest): void {
      this.request = handler;
    },
    setPermissionCheckHandler(handler: PermissionCheck): void {
      this.check = handler;
    },
    on(_event: 'select-hid-device', listener: HidChoice): void {
      this.hidChoice = listener;
    },
    setDevicePermissionHandler(handler: DevicePermission): void {
      this.device = handler;
    },
  },
};

export const systemPreferences = {
  asked: [] as string[],
  grants: true,
  askForMediaAccess(kind: string): Promise<boolean> {
    this.asked.push(kind);
    return Promise.resolve(this.grants);
  },
};

export const shell = {
  opened: [] as string[],
  shown: [] as string[],
  showItemInFolder(path: string): void {
    this.shown.push(path);
  },
  openExternal(url: string): Promise<void> {
    this.opened.push(url);
    return Promise.resolve();
  },
};

/** Turns text around: enough to see that what lies in the file is not the secret itself. */
const turned = (text: string) => Buffer.from(text).reverse().toString('latin1');

export const safeStorage = {
  available: true,
  backend: 'gnome_libsecret',
  getSelectedStorageBackend(): string {
    return this.backend;
  },
  isAsyncEncryptionAvailable(): Promise<boolean> {
    return Promise.resolve(this.available);
  },
  encryptStringAsync(text: string): Promise<Buffer> {
    return Promise.resolve(Buffer.from(`sealed:${turned(text)}`, 'latin1'));
  },
  decryptStringAsync(sealed: Buffer): Promise<{ result: string }> {
    const text = sealed.toString('latin1');
    if (!text.startsWith('sealed:')) return Promise.reject(new Error('not ours'));
    return Promise.resolve({ result: turned(text.slice('sealed:'.length)) });
  },
};

/** Raw pixels, as the tray is given them. */
export const nativeImage = {
  createFromBitmap: (pixels: Buffer, size: { readonly width: number; readonly height: number }) => ({ pixels, size }),
};

export class FakeWebContents extends EventEmitter {
  readonly id: number;
  readonly posted: { channel: string; ports: readonly MessagePortMain[] }[] = [];
  reloads = 0;
  /** What the person took from the suggestions of the spelling checker, and taught it. */
  readonly spelled: string[] = [];
  readonly session = { addWordToSpellCheckerDictionary: (word: string) => this.spelled.push(`learn ${word}`) };
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  constructor(id: number) {
    super();
    this.id = id;
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  postMessage(channel: string, _message: unknown, ports: readonly MessagePortMain[]): void {
    this.posted.push({ channel, ports });
  }
  isDestroyed(): boolean {
    return false;
  }
  reload(): void {
    this.reloads += 1;
  }
  replaceMisspelling(word: string): void {
    this.spelled.push(word);
  }
}

export class BrowserWindow extends EventEmitter {
  static all: BrowserWindow[] = [];
  readonly options: unknown;
  readonly webContents: FakeWebContents;
  readonly did: string[] = [];
  minimized = false;
  focused = false;
  bounds = { x: 0, y: 0, width: 0, height: 0 };
  overlay: { readonly image: unknown; readonly words: string } = { image: null, words: '' };
  isDestroyed = false;
  constructor(options: unknown) {
    super();
    this.options = options;
    BrowserWindow.all.push(this);
    this.webContents = new FakeWebContents(BrowserWindow.all.length);
    app.emit('web-contents-created', {}, this.webContents);
  }
  loadURL(url: string): Promise<void> {
    this.did.push(`load ${url}`);
    return Promise.resolve();
  }
  show(): void {
    this.did.push('show');
  }
  hide(): void {
    this.did.push('hide');
  }
  /** The person closes it. */
  close(): void {
    const event = {
      isPrevented: false,
      preventDefault(): void {
        this.isPrevented = true;
      },
    };
    this.emit('close', event);
    if (!event.isPrevented) this.destroy();
  }
  focus(): void {
    this.did.push('focus');
  }
  restore(): void {
    this.minimized = false;
    this.did.push('restore');
  }
  isMinimized(): boolean {
    return this.minimized;
  }
  setTitleBarOverlay({ symbolColor }: { symbolColor: string }): void {
    this.did.push(`title bar ${symbolColor}`);
  }
  isFocused(): boolean {
    return this.focused;
  }
  /** The person goes to this window, or away from it. */
  setFocused(focused: boolean): void {
    this.focused = focused;
    this.emit(focused ? 'focus' : 'blur');
  }
  showInactive(): void {
    this.did.push('show without focus');
  }
  setAlwaysOnTop(on: boolean, level: string): void {
    this.did.push(`on top ${String(on)} ${level}`);
  }
  setVisibleOnAllWorkspaces(on: boolean, { visibleOnFullScreen }: { visibleOnFullScreen: boolean }): void {
    this.did.push(`every workspace ${String(on)} ${String(visibleOnFullScreen)}`);
  }
  setBounds(bounds: BrowserWindow['bounds']): void {
    this.bounds = bounds;
  }
  setFocusable(on: boolean): void {
    this.did.push(`focusable ${String(on)}`);
  }
  setSkipTaskbar(on: boolean): void {
    this.did.push(`skip task bar ${String(on)}`);
  }
  setOverlayIcon(image: unknown, words: string): void {
    this.overlay = { image, words };
  }
  destroy(): void {
    this.isDestroyed = true;
    this.emit('closed');
  }
}

/** A real channel of Node behind Electron's surface. */
class MessagePortMain extends EventEmitter {
  readonly #port: MessagePort;
  constructor(port: MessagePort) {
    super();
    this.#port = port;
    port.on('close', () => this.emit('close'));
  }
  start(): void {
    this.#port.on('message', (data: unknown) => this.emit('message', { data, ports: [] }));
  }
  postMessage(data: unknown): void {
    this.#port.postMessage(data);
  }
  close(): void {
    this.#port.close();
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;
  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.port1 = new MessagePortMain(port1);
    this.port2 = new MessagePortMain(port2);
  }
}

export type FakeMessagePort = MessagePortMain;

export class FakeUtilityProcess extends EventEmitter {
  readonly pid = undefined;
  readonly stderr = new EventEmitter();
  readonly sent: unknown[] = [];
  kills = 0;
  postMessage(message: unknown): void {
    this.sent.push(message);
  }
  kill(): void {
    this.kills += 1;
  }
}

export const utilityProcess = {
  forked: [] as { entry: string; child: FakeUtilityProcess }[],
  fork(entry: string): FakeUtilityProcess {
    const child = new FakeUtilityProcess();
    this.forked.push({ entry, child });
    return child;
  },
};

/** Forgets everything that a test did. */
export function resetFakeElectron(): void {
  resetFakeDesktop();
  app.removeAllListeners();
  app.quits = 0;
  app.badge = 0;
  app.schemes.clear();
  app.guardedSchemes.clear();
  globalShortcut.ours.clear();
  globalShortcut.others.clear();
  screen.pointer = { x: 2_000, y: 300 };
  ipcMain.removeAllListeners();
  powerMonitor.removeAllListeners();
  protocol.schemes = [];
  protocol.handlers.clear();
  systemPreferences.asked = [];
  systemPreferences.grants = true;
  shell.opened = [];
  shell.shown = [];
  safeStorage.available = true;
  safeStorage.backend = 'gnome_libsecret';
  BrowserWindow.all = [];
  utilityProcess.forked = [];
}
