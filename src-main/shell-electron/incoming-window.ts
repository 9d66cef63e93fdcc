import { BrowserWindow, screen } from 'electron';
import type { BrowserWindowConstructorOptions, Rectangle } from 'electron';
import { t } from '../../src-shared/words.ts';
import { incomingUrl, speaking } from './origin.ts';
import { hardened } from './window.ts';

/** Card of 360 px with a gutter for its shadow, 8 px at the left and right. */
const width = 376;
/** One card with its gutters, until the page tells what it needs. */
const firstHeight = 184;
const shortest = 80;

export interface IncomingWindowOptions {
  readonly preload: string;
  readonly platform: NodeJS.Platform;
  /** What the page is to speak; undefined: as ever. */
  readonly locale?: string | undefined;
  /** The page's process died; the page is loaded again by itself. */
  readonly onGone: (reason: string) => void;
}

/** Never focusable: a click on a button reaches it, the keyboard stays with the program that has it. */
export function incomingWindowOptions(preload: string, platform: NodeJS.Platform): BrowserWindowConstructorOptions {
  return {
    width,
    height: firstHeight,
    show: false,
    title: t('Parley: incoming call'),
    frame: false,
    transparent: true,
    backgroundColor: '#00000000',
    hasShadow: false,
    resizable: false,
    movable: false,
    minimizable: false,
    maximizable: false,
    fullscreenable: false,
    closable: false,
    skipTaskbar: true,
    alwaysOnTop: true,
    focusable: false,
    acceptFirstMouse: true,
    // macOS: a panel takes clicks without making its program the active one.
    ...(platform === 'darwin' ? { type: 'panel' } : {}),
    webPreferences: hardened(preload),
  };
}

/** In the corner where the system shows its own notifications: at the top right on macOS, else at the bottom right. */
export function cornerOf(area: Rectangle, height: number, platform: NodeJS.Platform): Rectangle {
  const high = Math.max(shortest, Math.min(Math.ceil(height), area.height));
  const x = area.x + area.width - width;
  return { x, y: platform === 'darwin' ? area.y : area.y + area.height - high, width, height: high };
}

/**
 * The small window of calls that ring, over all other programs and on every workspace, without taking the focus.
 *
 *   none --something rings--> loading --painted--> shown --field clicked--> typing
 *   loading | shown | typing --nothing rings here any more--> none
 *   shown --its process dies--> loading
 *
 * It lives only while something rings: a hidden page would cost its memory all day. The keyboard comes to it only when
 * the person clicks into its text field.
 */
export class IncomingWindow {
  readonly #options: IncomingWindowOptions;
  #window: BrowserWindow | undefined;
  #height = firstHeight;

  constructor(options: IncomingWindowOptions) {
    this.#options = options;
  }

  show(wanted: boolean): void {
    if (wanted && this.#window === undefined) this.#open();
    else if (!wanted) this.close();
  }

  /** Whether it is this window's own page that speaks. */
  owns(contentsId: number): boolean {
    return this.#window?.webContents.id === contentsId;
  }

  /** What the page needs, in pixels; never more than the screen has. */
  fit(height: number): void {
    if (!Number.isFinite(height)) return;
    this.#height = height;
    this.#place();
  }

  /** The person clicked into the text field. */
  takeKeyboard(): void {
    this.#window?.setFocusable(true);
    // Windows gives a window that can have the focus a button in the task bar.
    this.#window?.setSkipTaskbar(true);
    this.#window?.focus();
  }

  close(): void {
    const window = this.#window;
    this.#window = undefined;
    window?.destroy();
  }

  #open(): void {
    const { preload, platform, locale, onGone } = this.#options;
    const window = new BrowserWindow(incomingWindowOptions(preload, platform));
    this.#window = window;
    this.#height = firstHeight;
    // Over programs that fill the screen too, and without the program's icon jumping in the dock of macOS.
    window.setAlwaysOnTop(true, 'screen-saver');
    window.setVisibleOnAllWorkspaces(true, { visibleOnFullScreen: true, skipTransformProcessType: true });
    this.#place();
    window.once('ready-to-show', () => {
      if (this.#window === window) window.showInactive();
    });
    window.on('closed', () => {
      if (this.#window === window) this.#window = undefined;
    });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      onGone(reason);
      window.webContents.reload();
    });
    void window.loadURL(speaking(incomingUrl, locale));
  }

  /** On the display where the person works: the one that the pointer is on. */
  #place(): void {
    const { workArea } = screen.getDisplayNearestPoint(screen.getCursorScreenPoint());
    this.#window?.setBounds(cornerOf(workArea, this.#height, this.#options.platform));
  }
}
