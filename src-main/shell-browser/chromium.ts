import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Milliseconds that Chromium has to close after it was asked to. */
const closeDeadlineMs = 3_000;

const names: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'],
};

const places: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    'C:\\Program Files\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** The first browser of Chromium's family on this computer; undefined when there is none. */
export function findChromium(platform: NodeJS.Platform, pathVariable: string): string | undefined {
  const candidates = [
    ...(names[platform] ?? []).flatMap((name) =>
      pathVariable
        .split(delimiter)
        .filter((directory) => directory !== '')
        .map((directory) => join(directory, name)),
    ),
    ...(places[platform] ?? []),
  ];
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export interface ChromiumOptions {
  readonly launchFile: string;
  readonly profileDirectory: string;
  /** Root cannot use Chromium's sandbox. */
  readonly asRoot: boolean;
}

/** The arguments of the app window. No secret stands here: the process list shows them. */
export function chromiumArguments({ launchFile, profileDirectory, asRoot }: ChromiumOptions): string[] {
  return [
    `--app=${pathToFileURL(launchFile).href}`,
    `--user-data-dir=${profileDirectory}`,
    '--no-first-run',
    '--no-default-browser-check',
    // The media gateway is on this computer: WebRTC must use 127.0.0.1 even where no network card is up.
    '--allow-loopback-in-peer-connection',
    // An incoming call rings before anybody clicked.
    '--autoplay-policy=no-user-gesture-required',
    // A hidden window still rings, counts and talks.
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    // Chromium's newer way of fetching compiles every script anew, although what it compiled of it last time is kept.
    '--disable-features=BackgroundResourceFetch',
    '--window-size=1180,760',
    ...(asRoot ? ['--no-sandbox'] : []),
  ];
}

/** The Chromium that shows our window, in a process group of its own so that Ctrl-C reaches us first. */
export class ChromiumWindow {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #running = true;

  constructor(executable: string, options: ChromiumOptions, onExit: (problem: string | undefined) => void) {
    this.#child = spawn(executable, chromiumArguments(options), {
      stdio: 'ignore',
      detached: process.platform !== 'win32',
    });
    this.#exited = new Promise((resolve) => {
      const ended = (problem: string | undefined): void => {
        if (!this.#running) return;
        this.#running = false;
        resolve();
        onExit(problem);
      };
      this.#child.once('error', (error) => {
        ended(error.message);
      });
      this.#child.once('exit', (code) => {
        ended(code === 0 || code === null ? undefined : `it ended with code ${code}`);
      });
    });
  }

  /** Asks it to close, and ends it with its children when it does not. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#killGroup();
    }, closeDeadlineMs);
    await this.#exited;
    clearTimeout(timer);
  }

  #killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined || !this.#running) return;
    try {
      if (process.platform === 'win32') this.#child.kill('SIGKILL');
      else process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended in this very moment.
    }
  }
}
