import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { CreateApp, Credentials } from '../app-port.ts';
import { AppRunner } from '../app-runner.ts';
import type { Logger } from '../core/log.ts';
import type { Host } from '../host.ts';
import { createBrowserHost } from './browser-host.ts';
import { ChromiumWindow } from './chromium.ts';
import { InstanceLock, PortMemory } from './instance-lock.ts';
import type { RunningCopy } from './instance-lock.ts';
import { writeLaunchFile } from './launch-file.ts';
import { LoopbackServer } from './loopback-server.ts';
import { consumeSignInFile } from '../core/sign-in-file.ts';

/** Milliseconds after Chromium ended in which a window that lives on elsewhere may show itself. */
const windowGraceMs = 2_000;

export interface BrowserShellOptions {
  readonly version: string;
  readonly dataDirectory: string;
  /** Undefined: the port of last time, else any. */
  readonly port: number | undefined;
  readonly policyFile: string | undefined;
  readonly seedFile: string | undefined;
  readonly signInFile: string | undefined;
  /** Undefined: no window is opened. */
  readonly chromium: string | undefined;
  readonly target: string;
  readonly rendererDirectory: string;
  readonly gatewayEntry: string;
  /** Program and arguments that start this copy anew. */
  readonly command: readonly string[];
  readonly icon: string;
  readonly asRoot: boolean;
  /** What the window is to speak; undefined: as ever. */
  readonly locale?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly createApp: CreateApp;
  /** Prints for the person at the terminal. */
  readonly say: (words: string) => void;
  /** The window was closed. */
  readonly onWindowClosed: () => void;
  /** The program cannot go on; the process has to end. */
  readonly onLost: () => void;
}

export type StartResult =
  | { readonly outcome: 'ready'; readonly url: string; readonly launchFile: string }
  | { readonly outcome: 'alreadyRunning'; readonly copy: RunningCopy };

/** The browser shell from lock to window; `stop` undoes it in reverse. */
export class BrowserShell {
  readonly #options: BrowserShellOptions;
  readonly #lock: InstanceLock;
  readonly #undo: (() => Promise<void>)[] = [];
  readonly #runner: AppRunner;
  #server: LoopbackServer | undefined;
  #launchFile: string | undefined;
  #window: ChromiumWindow | undefined;
  #stopping = false;

  constructor(options: BrowserShellOptions) {
    this.#options = options;
    this.#lock = new InstanceLock(options.dataDirectory);
    this.#runner = new AppRunner({
      build: (notices) => options.createApp(this.#host(), notices),
      clock: options.clock,
      log: options.log,
      // The wires of the old program were closed, and a window opens another one by itself.
      renewed: () => {
        options.say('Parley had a fault of its own and began anew. Its log has the details.');
      },
      lost: (why) => {
        options.say(`Parley had a fault of its own and ends: ${why}. Its log has the details.`);
        options.onLost();
      },
    });
  }

  /** Throws AppError with words for the terminal; what was begun is undone then. */
  async start(): Promise<StartResult> {
    try {
      return await this.#start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    let step = this.#undo.pop();
    while (step !== undefined) {
      try {
        await step();
      } catch (error) {
        this.#options.log.error('could not stop cleanly', { error });
      }
      step = this.#undo.pop();
    }
  }

  /** A promise was rejected and nobody looked after it: logged, and all goes on. */
  rejected(error: unknown): void {
    this.#runner.rejected(error);
  }

  /** Code threw where nobody catches: the program begins anew; before it stands there is nothing to go on with. */
  thrown(error: unknown): void {
    this.#runner.thrown(error);
    if (!this.#runner.isUp && !this.#stopping) this.#options.onLost();
  }

  async #start(): Promise<StartResult> {
    const { dataDirectory, signInFile, target } = this.#options;
    // Read first: the file is deleted even when the rest fails.
    const credentials = signInFile === undefined ? undefined : await consumeSignInFile(signInFile, process.platform);
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    const running = await this.#lock.runningCopy(target);
    if (running !== undefined) return { outcome: 'alreadyRunning', copy: running };

    const secret = randomBytes(32).toString('base64url');
    const controlKey = randomBytes(32).toString('base64url');
    const server = await this.#bind(secret, controlKey);
    const faster = await this.#lock.claim({ pid: process.pid, port: server.port, controlKey }, target);
    if (faster !== undefined) {
      await this.stop();
      return { outcome: 'alreadyRunning', copy: faster };
    }
    this.#undo.push(() => this.#lock.release());

    const launchFile = await writeLaunchFile(dataDirectory, server.url, secret, this.#options.locale);
    this.#launchFile = launchFile;
    this.#undo.push(() => rm(launchFile, { force: true }));
    // The browser takes as long to come up as the program does: both at once. A window that is first, waits.
    this.#showWindow();
    const runner = this.#runner;
    this.#undo.push(() => runner.stop());
    await runner.start();
    // The window shows how it goes; servers may take seconds to answer.
    if (credentials !== undefined) void this.#signIn(runner, credentials);
    if (target !== '') runner.openTarget(target);
    return { outcome: 'ready', url: server.url, launchFile };
  }

  async #signIn(app: AppRunner, credentials: Credentials): Promise<void> {
    try {
      await app.signInOnce(credentials);
    } catch (error) {
      this.#options.log.error('could not sign in with the file', { error });
    }
  }

  async #bind(secret: string, controlKey: string): Promise<LoopbackServer> {
    const { port: asked, clock, log, rendererDirectory, dataDirectory, say } = this.#options;
    const memory = new PortMemory(dataDirectory);
    const preferred = asked ?? (await memory.remembered()) ?? 0;
    const create = (port: number): LoopbackServer =>
      new LoopbackServer({
        port,
        rendererDirectory,
        secret,
        controlKey,
        clock,
        log,
        onWindow: (clientId, wire) => {
          // Its wire keeps what it says until the program is up.
          this.#runner.attach(clientId, wire);
        },
        onOpen: (target) => {
          this.#runner.openTarget(target);
          if (server.windows === 0) this.#showWindow();
        },
      });
    let server = create(preferred);
    try {
      await server.start();
    } catch (error) {
      if (!isPortTaken(error) || preferred === 0) throw error;
      if (asked !== undefined)
        throw new AppError('invalid', `Port ${asked} is used by another program. Choose another with --port.`);
      server = create(0);
      await server.start();
      say(
        `Port ${preferred} of last time is used by another program; Parley took ${server.port}. The browser may ask for the microphone again.`,
      );
    }
    this.#server = server;
    this.#undo.push(() => server.stop());
    if (asked === undefined && server.port !== preferred) await memory.remember(server.port);
    return server;
  }

  #host(): Host {
    const { version, dataDirectory, policyFile, seedFile, gatewayEntry, command, icon, log } = this.#options;
    return createBrowserHost({
      ...{ version, dataDirectory, policyFile, seedFile, gatewayEntry, command, icon, log },
      showWindow: () => {
        this.#showWindow();
      },
    });
  }

  /** Opens the window. One that is there cannot be raised from outside a browser: the page is asked to show itself. */
  #showWindow(): void {
    const { chromium, dataDirectory, asRoot, say, clock } = this.#options;
    if (this.#stopping || chromium === undefined || this.#launchFile === undefined) return;
    if (this.#server !== undefined && this.#server.windows > 0) return;
    if (asRoot) say('Parley runs as root: Chromium starts without its sandbox. Use an ordinary user for daily work.');
    const window = new ChromiumWindow(
      chromium,
      { launchFile: this.#launchFile, profileDirectory: join(dataDirectory, 'chromium'), asRoot },
      (problem) => {
        if (this.#window === window) this.#window = undefined;
        if (this.#stopping) return;
        if (problem !== undefined) say(`Chromium (${chromium}) could not show the window: ${problem}.`);
        // A Chromium of an earlier start may have taken the window over and still be connected.
        clock.setTimeout(() => {
          if (!this.#stopping && this.#server?.windows === 0) this.#options.onWindowClosed();
        }, windowGraceMs);
      },
    );
    this.#window = window;
    this.#undo.push(() => window.stop());
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}
