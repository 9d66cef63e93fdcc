import { BrowserWindow, nativeTheme } from 'electron';
import type { BrowserWindowConstructorOptions, TitleBarOverlayOptions } from 'electron';
import { windowUrl } from './origin.ts';

const titleBarHeight = 48;

/** The hardened window: sandboxed page in a world of its own, no Node, no webview, no other page. */
export function windowOptions(
  preload: string,
  platform: NodeJS.Platform,
  dark: boolean,
): BrowserWindowConstructorOptions {
  return {
    width: 1180,
    height: 760,
    minWidth: 360,
    minHeight: 560,
    show: false,
    title: 'Parley',
    backgroundColor: dark ? '#141414' : '#f5f5f5',
    ...(platform === 'darwin'
      ? { titleBarStyle: 'hiddenInset' as const }
      : { titleBarStyle: 'hidden' as const, titleBarOverlay: titleBar(dark) }),
    webPreferences: {
      preload,
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
      safeDialogs: true,
      // An incoming call rings before anybody clicked, and in a hidden window too.
      autoplayPolicy: 'no-user-gesture-required',
      backgroundThrottling: false,
    },
  };
}

function titleBar(dark: boolean): TitleBarOverlayOptions {
  return { color: '#00000000', symbolColor: dark ? '#ffffff' : '#1a1a1a', height: titleBarHeight };
}

/** The one window; made anew when it was closed. */
export class MainWindow {
  readonly #preload: string;
  readonly #platform: NodeJS.Platform;
  readonly #onGone: (reason: string) => void;
  #window: BrowserWindow | undefined;

  /** `onGone`: the page's process died; the page is loaded again by itself. */
  constructor(preload: string, platform: NodeJS.Platform, onGone: (reason: string) => void) {
    this.#preload = preload;
    this.#platform = platform;
    this.#onGone = onGone;
  }

  /** Brings it to the front. */
  show(): void {
    const window = this.#window;
    if (window === undefined) {
      this.#open();
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Whether it is this window's own page that speaks. */
  owns(contentsId: number): boolean {
    return this.#window?.webContents.id === contentsId;
  }

  close(): void {
    this.#window?.destroy();
    this.#window = undefined;
  }

  #open(): void {
    const window = new BrowserWindow(windowOptions(this.#preload, this.#platform, nativeTheme.shouldUseDarkColors));
    this.#window = window;
    const onTheme = (): void => {
      if (this.#platform !== 'darwin') window.setTitleBarOverlay(titleBar(nativeTheme.shouldUseDarkColors));
    };
    nativeTheme.on('updated', onTheme);
    window.once('ready-to-show', () => {
      window.show();
    });
    window.on('closed', () => {
      nativeTheme.off('updated', onTheme);
      if (this.#window === window) this.#window = undefined;
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      this.#onGone(reason);
      window.webContents.reload();
    });
    void window.loadURL(windowUrl);
  }
}
