import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { announce, obey } from './announce.ts';
import { BrowserWindow } from './browser-window.ts';
import { permissionHandlers, protocolHandlers } from './system.ts';

/** The module `electron` of the simulator: what the shell uses of it, over Node and Chromium. */
export { app, ipcMain } from './system.ts';
export { BrowserWindow };
export { MessageChannelMain } from './ports.ts';

export const powerMonitor = new EventEmitter();
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false, themeSource: 'system' });

export const protocol = {
  registerSchemesAsPrivileged: (): void => undefined,
  handle: (scheme: string, handler: (request: Request) => Promise<Response>): void => {
    protocolHandlers.set(scheme, handler);
  },
};

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (): void => undefined,
    setPermissionCheckHandler: (handler: NonNullable<typeof permissionHandlers.check>): void => {
      permissionHandlers.check = handler;
    },
    setDevicePermissionHandler: (): void => undefined,
    on: (): void => undefined,
  },
};

export const systemPreferences = { askForMediaAccess: (): Promise<boolean> => Promise.resolve(true) };

/** No keyring: the shell then falls back to its key file and says so. */
export const safeStorage = {
  getSelectedStorageBackend: (): string => 'basic_text',
  isAsyncEncryptionAvailable: (): Promise<boolean> => Promise.resolve(false),
};

export const shell = {
  showItemInFolder: (path: string): void => {
    announce({ event: 'showItemInFolder', path });
  },
  openExternal: (url: string): Promise<void> => {
    announce({ event: 'openExternal', url });
    return Promise.resolve();
  },
};

export class Notification extends EventEmitter {
  readonly #title: string;
  readonly #body: string;
  constructor(options: { readonly title: string; readonly body: string }) {
    super();
    this.#title = options.title;
    this.#body = options.body;
  }
  static isSupported(): boolean {
    return true;
  }
  show(): void {
    announce({ event: 'notification', title: this.#title, body: this.#body });
  }
  close(): void {
    this.emit('close');
  }
}

export const nativeImage = { createFromBitmap: (pixels: Buffer): Buffer => pixels };

interface MenuItem {
  readonly label?: string;
  readonly click?: () => void;
}

export const Menu = {
  buildFromTemplate: (template: readonly MenuItem[]): readonly MenuItem[] => template,
  setApplicationMenu: (): void => undefined,
};
let trayMenu: readonly MenuItem[] = [];

const keys = new Map<string, () => void>();

/** Nobody else holds a key here. */
export const globalShortcut = {
  register: (combination: string, pressed: () => void): boolean => {
    keys.set(combination, pressed);
    announce({ event: 'keys', combinations: [...keys.keys()] });
    return true;
  },
  unregister: (combination: string): void => {
    keys.delete(combination);
    announce({ event: 'keys', combinations: [...keys.keys()] });
  },
};

let copied = '';
export const clipboard = { readText: (): Promise<string> => Promise.resolve(copied) };

/** Nobody sits before the dialogs of the system: no folder is chosen, and the first button is pressed. */
export const dialog = {
  showOpenDialog: () => Promise.resolve({ canceled: true, filePaths: [] }),
  showMessageBox: () => Promise.resolve({ response: 0 }),
};

/** One display with a bar of 40 px at its lower edge. */
export const screen = {
  getCursorScreenPoint: () => ({ x: 0, y: 0 }),
  getDisplayNearestPoint: () => ({ workArea: { x: 0, y: 0, width: 1_920, height: 1_040 } }),
};

obey({
  key: ({ combination }) => keys.get(combination)?.(),
  clipboard: ({ text }) => {
    copied = text;
  },
  power: ({ event }) => powerMonitor.emit(event),
  trayMenu: ({ label }) => trayMenu.find((item) => item.label === label)?.click?.(),
  closeWindow: () => BrowserWindow.first?.close(),
  focus: ({ on }) => BrowserWindow.first?.setFocused(on),
});

/** A tray that nobody sees: what it says is announced. */
export class Tray extends EventEmitter {
  setImage(): void {
    // Nothing to draw on.
  }
  setToolTip(words: string): void {
    announce({ event: 'tray', words });
  }
  setContextMenu(menu: readonly MenuItem[]): void {
    trayMenu = menu;
    announce({ event: 'trayMenu', labels: menu.flatMap(({ label }) => (label === undefined ? [] : [label])) });
  }
  destroy(): void {
    this.removeAllListeners();
  }
}

class SimUtilityProcess extends EventEmitter {
  readonly #child: ReturnType<typeof fork>;
  constructor(entry: string) {
    super();
    this.#child = fork(entry, [], { execArgv: [], serialization: 'json', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code) => this.emit('exit', code ?? 0));
    this.#child.on('error', () => undefined);
  }
  get pid(): number | undefined {
    return this.#child.pid;
  }
  get stderr() {
    return this.#child.stderr;
  }
  postMessage(message: object): void {
    if (this.#child.connected) this.#child.send(message);
  }
  kill(): boolean {
    return this.#child.kill();
  }
}

export const utilityProcess = {
  fork: (entry: string): SimUtilityProcess => new SimUtilityProcess(entry),
};
