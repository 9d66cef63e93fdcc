import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { announce } from './announce.ts';
import { permissionHandlers, protocolHandlers } from './system.ts';

/** The module `electron` of the simulator: what the shell uses of it, over Node and Chromium. */
export { app, ipcMain } from './system.ts';
export { BrowserWindow } from './browser-window.ts';
export { MessageChannelMain } from './ports.ts';

export const powerMonitor = new EventEmitter();
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false });

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
  },
};

export const systemPreferences = { askForMediaAccess: (): Promise<boolean> => Promise.resolve(true) };

/** No keyring: the shell then falls back to its key file and says so. */
export const safeStorage = {
  getSelectedStorageBackend: (): string => 'basic_text',
  isAsyncEncryptionAvailable: (): Promise<boolean> => Promise.resolve(false),
};

export const shell = {
  openExternal: (url: string): Promise<void> => {
    announce({ event: 'openExternal', url });
    return Promise.resolve();
  },
};

export class Notification extends EventEmitter {
  readonly #title: string;
  constructor(options: { readonly title: string }) {
    super();
    this.#title = options.title;
  }
  static isSupported(): boolean {
    return true;
  }
  show(): void {
    announce({ event: 'notification', title: this.#title });
  }
  close(): void {
    this.emit('close');
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
