import { chromium } from '@playwright/test';
import type { Browser, Page } from '@playwright/test';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SimulatorEvent, SimulatorOrder } from './announce.ts';

const register = fileURLToPath(new URL('./register.ts', import.meta.url));
const builtMain = fileURLToPath(new URL('../../out/main/electron.js', import.meta.url));

/** The built Electron shell in the simulator, as a process of its own, with the spec attached to its window. */
export class SimulatedParley {
  readonly events: SimulatorEvent[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;
  readonly #browsers: Browser[] = [];
  #errorOutput = '';

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, ['--inspect-port=0', '--import', register, builtMain, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', resolve);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errorOutput += text;
    });
    if (this.#child.stdout !== null) {
      createInterface(this.#child.stdout).on('line', (line) => {
        this.events.push(JSON.parse(line) as SimulatorEvent);
      });
    }
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the simulated Parley does not run');
    return this.#child.pid;
  }

  get errorOutput(): string {
    return this.#errorOutput;
  }

  /** Exit code, null after a signal. */
  get exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Plays the person or the system. */
  tell(order: SimulatorOrder): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** Attaches to the large window once it is open. */
  page(): Promise<Page> {
    return this.#attach('parley://app/', 0);
  }

  /** Attaches to the window of incoming calls that opened last, at or after position `from` of {@link events}. */
  incomingPage(from = 0): Promise<Page> {
    return this.#attach('parley://app/?window=incoming', from);
  }

  /** Lets go of the window, then ends the process as the system would. */
  async stop(): Promise<void> {
    for (const browser of this.#browsers.splice(0)) await browser.close().catch(() => undefined);
    if (this.#child.exitCode === null) this.#child.kill('SIGTERM');
    const hard = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#exited;
    clearTimeout(hard);
  }

  async #attach(url: string, from: number): Promise<Page> {
    const opened = await this.#windowEvent(url, from);
    const browser = await chromium.connectOverCDP(opened.endpoint);
    this.#browsers.push(browser);
    const page = browser.contexts()[0]?.pages()[0];
    if (page === undefined) throw new Error('the simulated window has no page');
    return page;
  }

  async #windowEvent(url: string, from: number): Promise<Extract<SimulatorEvent, { event: 'window' }>> {
    for (;;) {
      const found = this.events.slice(from).find((event) => event.event === 'window' && event.url === url);
      if (found?.event === 'window') return found;
      const ended = await Promise.race([
        this.#exited.then(() => true),
        new Promise((resolve) => setTimeout(resolve, 50, false)),
      ]);
      if (ended === true) throw new Error(`Parley ended before its window opened:\n${this.#errorOutput}`);
    }
  }
}
