import { app, nativeImage } from 'electron';
import type { NativeImage } from 'electron';
import type { HostStatus } from '../host.ts';
import { badgeDot, trayIconPixels } from './tray-icon.ts';
import { countedWords } from './status-tray.ts';

export interface BadgeOptions {
  readonly platform: NodeJS.Platform;
  /** The picture over the button in the task bar, where the platform has no number there. */
  readonly overlay: (image: NativeImage | null, words: string) => void;
}

/** What waits for the person, on the program's icon: a number in the dock of macOS and Linux, a dot on Windows. */
export class Badge {
  readonly #options: BadgeOptions;
  #shown = 0;

  constructor(options: BadgeOptions) {
    this.#options = options;
  }

  show(status: HostStatus): void {
    const count = status.missedCalls + status.unreadMessages;
    if (count === this.#shown) return;
    this.#shown = count;
    if (this.#options.platform !== 'win32') {
      app.setBadgeCount(count);
      return;
    }
    const dot = nativeImage.createFromBitmap(badgeDot(), { width: trayIconPixels, height: trayIconPixels });
    this.#options.overlay(count === 0 ? null : dot, countedWords(status).join(', '));
  }
}
