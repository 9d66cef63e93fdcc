import { BrowserWindow, dialog, nativeTheme } from 'electron';
import type {
  BrowserWindowConstructorOptions,
  NativeImage,
  OpenDialogOptions,
  TitleBarOverlayOptions,
  WebPreferences,
} from 'electron';
import { speaking, windowUrl } from './origin.ts';

const titleBarHeight = 48;

/** The hardened window: `show: false` until it has painted. */
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
    webPreferences: hardened(preload),
  };
}

/** A sandboxed page in a world of its own, without Node, webviews and pages of others. */
export function hardened(preload: string): WebPreferences {
  return {
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
  };
}

function titleBar(dark: boolean): TitleBarOverlayOptions {
  return { color: '#00000000', symbolColor: dark ? '#ffffff' : '#1a1a1a', height: titleBarHeight };
}

export interface MainWindowOptions {
  readonly preload: string;
  readonly platform: NodeJS.Platform;
  /** What the page is to speak; undefined: as ever. */
  readonly locale?: string | undefined;
  /** The page's process died; the page is loaded again by itself. */
  readonly onGone: (reason: string) => void;
  /** It came to have the keyboard, lost it, or was closed. */
  readonly onFocus: () => void;
  /** Asked when the person closes it: whether it only goes out of sight. */
  readonly staysWhenClosed: () => boolean;
  readonly onHidden: () => void;
  readonly onClosed: () => void;
}

/** The one window: out of sight when the person closes it, made anew when it is gone. */
export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | undefined;
  #overlay: { readonly image: NativeImage | null; readonly words: string } = { image: null, words: '' };

  constructor(options: MainWindowOptions) {
    this.#options = options;
  }

  /** Brings it to the front. */
  show(): void {
    const window = this.#window;
    if (window === undefined) {
      this.#open(true);
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Makes it when there is none, without showing it: a call needs its microphone, and its sound when it rings. */
  prepare(): void {
    if (this.#window === undefined) this.#open(false);
  }

  /** Whether it has the keyboard. */
  get focused(): boolean {
    return this.#window?.isFocused() === true;
  }

  /** The small picture over its button in the task bar (Windows), with words for a screen reader; null: none. */
  overlay(image: NativeImage | null, words: string): void {
    this.#overlay = { image, words };
    this.#window?.setOverlayIcon(image, words);
  }

  /** Asks for a folder, over this window where there is one; undefined: none was chosen. */
  async chooseFolder(beginAt: string): Promise<string | undefined> {
    const options: OpenDialogOptions = {
      properties: ['openDirectory', 'createDirectory'],
      ...(beginAt === '' ? {} : { defaultPath: beginAt }),
    };
    const window = this.#window;
    const { canceled, filePaths } = await (window === undefined
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(window, options));
    return canceled ? undefined : filePaths[0];
  }

  /** Whether it is this window's own page that speaks. */
  owns(contentsId: number): boolean {
    return this.#window?.webContents.id === contentsId;
  }

  close(): void {
    const window = this.#window;
    this.#window = undefined;
    window?.destroy();
  }

  #open(visible: boolean): void {
    const { preload, platform, locale, onGone, onFocus, staysWhenClosed, onHidden, onClosed } = this.#options;
    const window = new BrowserWindow(windowOptions(preload, platform, nativeTheme.shouldUseDarkColors));
    this.#window = window;
    const onTheme = (): void => {
      if (platform !== 'darwin') window.setTitleBarOverlay(titleBar(nativeTheme.shouldUseDarkColors));
    };
    nativeTheme.on('updated', onTheme);
    if (platform === 'win32') window.setOverlayIcon(this.#overlay.image, this.#overlay.words);
    window.once('ready-to-show', () => {
      if (visible) window.show();
    });
    window.on('focus', onFocus);
    window.on('blur', onFocus);
    window.on('close', (event) => {
      if (!staysWhenClosed()) return;
      // The sound of a call is in this page, and so is what rings: it goes on out of sight.
      event.preventDefault();
      window.hide();
      onHidden();
    });
    window.on('closed', () => {
      nativeTheme.off('updated', onTheme);
      if (this.#window !== window) return;
      this.#window = undefined;
      onClosed();
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      onGone(reason);
      window.webContents.reload();
    });
    void window.loadURL(speaking(windowUrl, locale));
  }
}
