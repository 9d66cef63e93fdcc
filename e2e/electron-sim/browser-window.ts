import { chromium } from '@playwright/test';
import type { BrowserContext, Page } from '@playwright/test';
import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumFlags, chromiumProgram } from '../harness/chromium.ts';
import { announce } from './announce.ts';
import { preloadScript } from './preload-script.ts';
import type { SimPort } from './ports.ts';
import { app, ipcMain, protocolHandlers, permissionHandlers } from './system.ts';

/** Our scheme as Chromium sees it: a host under localhost is a secure context, so that devices work as in Electron. */
const pageOrigin = 'http://app.parley.localhost';
const toPage = (url: string): string => url.replace(/^parley:\/\/app/, pageOrigin);
const toOwn = (url: string): string =>
  url.startsWith(pageOrigin) ? `parley://app${url.slice(pageOrigin.length)}` : url;

interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly title?: string;
  readonly webPreferences?: { readonly preload?: string };
}

let nextId = 1;
let nextPortId = 1;

class SimWebContents extends EventEmitter {
  readonly id = nextId++;
  page: Page | undefined;
  openHandler: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  readonly ports = new Map<number, { deliver(data: unknown): void; closed(): void }>();

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }

  postMessage(channel: string, message: unknown, transferred: readonly SimPort[] = []): void {
    const ids = transferred.map((port) => {
      const id = nextPortId++;
      const other = port.handOver({
        deliver: (data) => {
          this.#call('port', id, data);
        },
        closed: () => {
          this.#call('closePort', id);
        },
      });
      this.ports.set(id, other);
      return id;
    });
    this.#call('emit', channel, message, ids);
  }

  isDestroyed(): boolean {
    return this.page?.isClosed() === true;
  }

  reload(): void {
    void this.page?.reload();
  }

  /** A page that is going takes nothing any more. */
  #call(what: string, ...args: readonly unknown[]): void {
    this.page
      ?.evaluate(
        ([name, given]) => {
          const target: unknown = Reflect.get(window, '__simPage');
          if (typeof target !== 'object' || target === null) return;
          const method: unknown = Reflect.get(target, name);
          if (typeof method === 'function') Reflect.apply(method, target, given);
        },
        [what, args] as const,
      )
      .catch(() => undefined);
  }
}

/** One window: a Chromium of its own, with its profile in a temporary directory. */
export class BrowserWindow extends EventEmitter {
  /** The first that the program opened and that is still there. */
  static first: BrowserWindow | undefined;
  static readonly #open = new Set<BrowserWindow>();
  readonly webContents = new SimWebContents();
  readonly #options: WindowOptions;
  readonly #profile = mkdtempSync(join(tmpdir(), 'parley-sim-'));
  #context: BrowserContext | undefined;
  #closed = false;
  #focused = false;
  #url = '';

  constructor(options: WindowOptions) {
    super();
    this.#options = options;
    BrowserWindow.first ??= this;
    BrowserWindow.#open.add(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    this.#url = url;
    const port = await freePort();
    const executablePath = chromiumProgram({ isWhole: true });
    const context = await chromium.launchPersistentContext(this.#profile, {
      ...(executablePath === undefined ? {} : { executablePath }),
      headless: true,
      viewport: null,
      args: [
        ...chromiumFlags,
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--use-fake-device-for-media-stream',
        `--remote-debugging-port=${port}`,
        `--window-size=${this.#options.width ?? 800},${this.#options.height ?? 600}`,
      ],
    });
    this.#context = context;
    if (this.#closed) {
      // Destroyed while its browser came up.
      await this.#end(context);
      return;
    }
    const page = context.pages()[0] ?? (await context.newPage());
    this.webContents.page = page;
    page.on('close', () => {
      void this.#gone();
    });
    page.on('crash', () => this.webContents.emit('render-process-gone', {}, { reason: 'crashed' }));
    page.on('popup', (popup) => {
      void this.#refusePopup(popup);
    });
    await this.#serve(context);
    await this.#bind(context);
    if (permissionHandlers.check?.(null, 'media', 'parley://app/') === true) {
      await context.grantPermissions(['microphone'], { origin: pageOrigin });
    }
    await page.goto(toPage(url));
    this.emit('ready-to-show');
    announce({ event: 'window', endpoint: `http://127.0.0.1:${port}`, url });
  }

  show(): void {
    announce({ event: 'shown', url: this.#url, how: 'show' });
  }
  hide(): void {
    announce({ event: 'shown', url: this.#url, how: 'hide' });
  }
  showInactive(): void {
    announce({ event: 'shown', url: this.#url, how: 'showInactive' });
  }
  focus(): void {
    announce({ event: 'shown', url: this.#url, how: 'focus' });
  }
  isFocused(): boolean {
    return this.#focused;
  }
  setFocused(focused: boolean): void {
    this.#focused = focused;
    this.emit(focused ? 'focus' : 'blur');
  }
  setBounds({ width, height }: { readonly width: number; readonly height: number }): void {
    announce({ event: 'bounds', url: this.#url, width, height });
  }
  setAlwaysOnTop(): void {
    // Nothing else is on this screen.
  }
  setVisibleOnAllWorkspaces(): void {
    // There is one.
  }
  setFocusable(): void {
    // Chromium's own window has it anyway.
  }
  setSkipTaskbar(): void {
    // There is no task bar.
  }
  setOverlayIcon(): void {
    // There is no task bar.
  }
  restore(): void {
    this.emit('restore');
  }
  isMinimized(): boolean {
    return false;
  }
  setTitleBarOverlay(): void {
    this.emit('title-bar');
  }

  close(): void {
    const event = {
      isPrevented: false,
      preventDefault(): void {
        this.isPrevented = true;
      },
    };
    this.emit('close', event);
    if (!event.isPrevented) void this.#gone();
  }

  destroy(): void {
    void this.#gone();
  }

  /** All requests of the page: our own to the handler of the scheme, others to the navigation guards or nowhere. */
  async #serve(context: BrowserContext): Promise<void> {
    await context.route('**/*', async (route) => {
      const request = route.request();
      const url = toOwn(request.url());
      const handler = protocolHandlers.get('parley');
      if (url.startsWith('parley:') && handler !== undefined) {
        const answer = await handler(new Request(url, { method: request.method() }));
        await route.fulfill({
          status: answer.status,
          headers: Object.fromEntries(answer.headers),
          body: Buffer.from(await answer.arrayBuffer()),
        });
        return;
      }
      if (request.isNavigationRequest() && request.frame() === this.webContents.page?.mainFrame()) {
        // What the guard lets pass would still go nowhere: there is no network here.
        this.webContents.emit('will-navigate', { url, preventDefault: () => undefined });
      }
      await route.abort('blockedbyclient');
    });
  }

  /** A link with a target: Chromium has opened a page for it, whose first request names the address. */
  async #refusePopup(popup: Page): Promise<void> {
    const request = await popup.waitForEvent('request', { timeout: 2_000 }).catch(() => undefined);
    if (request !== undefined) this.webContents.openHandler({ url: toOwn(request.url()) });
    await popup.close();
  }

  async #bind(context: BrowserContext): Promise<void> {
    await context.exposeBinding('__simHost', (source, kind: unknown, first: unknown, second: unknown) => {
      if (kind === 'send' && typeof first === 'string' && Array.isArray(second)) {
        const senderFrame = { url: toOwn(source.frame.url()), parent: source.frame.parentFrame() };
        ipcMain.emit(first, { sender: this.webContents, senderFrame }, ...(second as unknown[]));
      } else if (kind === 'open' && typeof first === 'string') {
        this.webContents.openHandler({ url: toOwn(first) });
      } else if (kind === 'port' && typeof first === 'number') {
        this.webContents.ports.get(first)?.deliver(second);
      } else if (kind === 'portClosed' && typeof first === 'number') {
        this.webContents.ports.get(first)?.closed();
        this.webContents.ports.delete(first);
      }
    });
    const preload = this.#options.webPreferences?.preload;
    if (preload !== undefined) {
      await context.addInitScript({ content: preloadScript(readFileSync(preload, 'utf8'), process.platform) });
    }
    // A page that goes takes its ports with it, as in Electron; a new place inside the page asks for no document.
    this.webContents.page?.on('request', (request) => {
      if (!request.isNavigationRequest() || request.frame().parentFrame() !== null) return;
      for (const port of this.webContents.ports.values()) port.closed();
      this.webContents.ports.clear();
    });
  }

  async #gone(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const port of this.webContents.ports.values()) port.closed();
    BrowserWindow.#open.delete(this);
    if (BrowserWindow.first === this) BrowserWindow.first = [...BrowserWindow.#open][0];
    this.emit('closed');
    announce({ event: 'windowGone', url: this.#url });
    if (this.#context !== undefined) await this.#end(this.#context);
    if (BrowserWindow.#open.size === 0) app.emit('window-all-closed');
  }

  async #end(context: BrowserContext): Promise<void> {
    await context.close().catch(() => undefined);
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
