import { EventEmitter } from 'node:events';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { announce } from './announce.ts';

/** `--name=value` and bare words of this process, as Chromium would parse them. */
const switches = new Map(
  process.argv
    .filter((word) => word.startsWith('--'))
    .map((word) => {
      const equals = word.indexOf('=');
      return equals < 0 ? ([word.slice(2), ''] as const) : ([word.slice(2, equals), word.slice(equals + 1)] as const);
    }),
);

class SimApp extends EventEmitter {
  readonly commandLine = {
    getSwitchValue: (name: string): string => switches.get(name) ?? '',
    appendSwitch: (name: string, value = ''): void => {
      switches.set(name, value);
    },
  };
  readonly #paths = new Map([
    ['userData', join(tmpdir(), 'parley-sim-data')],
    ['home', homedir()],
    ['documents', join(homedir(), 'Documents')],
  ]);
  #quitting = false;

  enableSandbox(): void {
    // The simulator's Chromium has its own; nothing to do, and nothing is shown by it.
  }
  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }
  getPath(name: string): string {
    return this.#paths.get(name) ?? '';
  }
  readonly #linkSchemes = new Set<string>();
  isDefaultProtocolClient(scheme: string): boolean {
    return this.#linkSchemes.has(scheme);
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    this.#linkSchemes.add(scheme);
    announce({ event: 'linkSchemes', schemes: [...this.#linkSchemes] });
    return true;
  }
  removeAsDefaultProtocolClient(scheme: string): boolean {
    this.#linkSchemes.delete(scheme);
    announce({ event: 'linkSchemes', schemes: [...this.#linkSchemes] });
    return true;
  }
  setBadgeCount(count: number): boolean {
    announce({ event: 'badge', count });
    return true;
  }
  requestSingleInstanceLock(): boolean {
    return true;
  }
  whenReady(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** As Electron: asks `before-quit` and `will-quit` first, which may put it off. */
  quit(): void {
    if (this.#quitting) return;
    const event = new Event('quit', { cancelable: true });
    this.emit('before-quit', event);
    if (!event.defaultPrevented) this.emit('will-quit', event);
    if (event.defaultPrevented) return;
    this.#quitting = true;
    announce({ event: 'quit' });
    process.exit();
  }
}

export const app = new SimApp();
export const ipcMain = new EventEmitter();
export const protocolHandlers = new Map<string, (request: Request) => Promise<Response>>();
export const permissionHandlers: {
  check?: (contents: null, permission: string, origin: string) => boolean;
} = {};

// A real Electron quits on these.
process.on('SIGTERM', () => {
  app.quit();
});
process.on('SIGINT', () => {
  app.quit();
});
