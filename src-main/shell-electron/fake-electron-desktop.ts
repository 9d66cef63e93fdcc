import { EventEmitter } from 'node:events';

/** The part of the fake of `electron` that the system shows: colours, clipboard, dialogs, notifications, menus, tray. */

/** What the system shows, unless the program chooses for itself. */
class FakeNativeTheme extends EventEmitter {
  systemIsDark = false;
  #source = 'system';
  get shouldUseDarkColors(): boolean {
    return this.#source === 'system' ? this.systemIsDark : this.#source === 'dark';
  }
  get themeSource(): string {
    return this.#source;
  }
  set themeSource(theme: string) {
    this.#source = theme;
    this.emit('updated');
  }
}
export const nativeTheme = new FakeNativeTheme();

export const clipboard = {
  text: '',
  readText(): Promise<string> {
    return Promise.resolve(this.text);
  },
  writeText(text: string): void {
    this.text = text;
  },
};

/** What the person picks in the system's dialog; empty: nothing. */
export const dialog = {
  picks: [] as string[],
  asked: [] as unknown[],
  /** The button that the person presses in a question. */
  answer: 0,
  showMessageBox(question: unknown): Promise<{ response: number }> {
    this.asked.push(question);
    return Promise.resolve({ response: this.answer });
  },
  showOpenDialog(_window: unknown, options: unknown): Promise<{ canceled: boolean; filePaths: string[] }> {
    this.asked.push(options);
    return Promise.resolve({ canceled: this.picks.length === 0, filePaths: this.picks });
  },
};

export class Notification extends EventEmitter {
  static supported = true;
  static shown: Notification[] = [];
  static isSupported(): boolean {
    return Notification.supported;
  }
  readonly options: { readonly title: string; readonly body: string };
  constructor(options: { readonly title: string; readonly body: string }) {
    super();
    this.options = options;
  }
  show(): void {
    Notification.shown.push(this);
  }
  close(): void {
    this.emit('close');
  }
}

export interface FakeMenuItem {
  readonly label?: string;
  readonly role?: string;
  readonly enabled?: boolean;
  readonly submenu?: readonly FakeMenuItem[];
  readonly checked?: boolean;
  readonly click?: () => void;
}

export const Menu = {
  /** The menu of the program, and those that a right click opened. */
  ofProgram: [] as readonly FakeMenuItem[],
  popped: [] as (readonly FakeMenuItem[])[],
  buildFromTemplate: (template: readonly FakeMenuItem[]): readonly FakeMenuItem[] & { popup: () => void } =>
    Object.assign([...template], { popup: () => Menu.popped.push(template) }),
  setApplicationMenu: (menu: readonly FakeMenuItem[]): void => {
    Menu.ofProgram = menu;
  },
};

export class Tray extends EventEmitter {
  static made: Tray[] = [];
  image: unknown;
  words = '';
  menu: readonly FakeMenuItem[] = [];
  isDestroyed = false;
  constructor(image: unknown) {
    super();
    this.image = image;
    Tray.made.push(this);
  }
  setImage(image: unknown): void {
    this.image = image;
  }
  setToolTip(words: string): void {
    this.words = words;
  }
  setContextMenu(menu: Tray['menu']): void {
    this.menu = menu;
  }
  destroy(): void {
    this.isDestroyed = true;
  }
}

/** Forgets what a test did here. */
export function resetFakeDesktop(): void {
  nativeTheme.removeAllListeners();
  nativeTheme.systemIsDark = false;
  nativeTheme.themeSource = 'system';
  Menu.ofProgram = [];
  Menu.popped = [];
  clipboard.text = '';
  dialog.picks = [];
  dialog.asked = [];
  dialog.answer = 0;
  Notification.supported = true;
  Notification.shown = [];
  Tray.made = [];
}
