import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { chromiumFlags } from '../harness/chromium.ts';
import { CHROMIUM_PROGRAMS, findBinary } from '../lab/packages.ts';
import { until } from '../lab/wait.ts';
import { DevTools } from './devtools.ts';

/** Where something is in the window, CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface BenchWindowOptions {
  /** For the browser's profile. */
  readonly directory: string;
  /** Sound of the fake microphone (wav). */
  readonly microphoneWav: string;
  /** Address of Parley's window, with the secret. */
  readonly url: string;
  /** Runs in the page before its own scripts. */
  readonly script: string;
}

/**
 * Parley's window in a whole Chromium of its own, worked by mouse and keys over one connection of the DevTools protocol.
 * Playwright would have the browser tell of every frame of every WebSocket, in the middle of what is measured; with this
 * the browser tells nothing that nobody asked for.
 */
export class BenchWindow {
  readonly page: DevTools;
  readonly #browser: DevTools;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, browser: DevTools, page: DevTools) {
    this.#process = process;
    this.#browser = browser;
    this.page = page;
  }

  static async open(options: BenchWindowOptions): Promise<BenchWindow> {
    const executable = findBinary(CHROMIUM_PROGRAMS);
    if (executable === undefined) throw new Error('There is no Chromium on this computer.');
    const profile = join(options.directory, 'window-profile');
    const child = spawn(
      executable,
      [
        ...['--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--window-size=1180,760'],
        ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
        `--use-file-for-fake-audio-capture=${options.microphoneWav}`,
        ...chromiumFlags,
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        'about:blank',
      ],
      { stdio: 'ignore' },
    );
    try {
      const browser = await DevTools.toBrowser(profile);
      const { origin } = new URL(options.url);
      // It counts for as long as this connection lasts.
      await browser.send('Browser.grantPermissions', { origin, permissions: ['audioCapture', 'notifications'] });
      const page = await DevTools.toPage(profile);
      await page.send('Page.enable');
      await page.send('Page.addScriptToEvaluateOnNewDocument', { source: options.script });
      await page.send('Page.navigate', { url: options.url });
      return new BenchWindow(child, browser, page);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  /** Waits for the first element of the selector whose name or text begins so; its middle. */
  async find(selector: string, words = ''): Promise<Point> {
    const expression = `(() => {
      const named = (element) => (element.getAttribute('aria-label') ?? element.textContent).startsWith(${JSON.stringify(words)});
      const element = [...document.querySelectorAll(${JSON.stringify(selector)})].find(named);
      const box = element?.getBoundingClientRect();
      return box === undefined || box.width === 0 ? null : { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    })()`;
    return await until(
      `${selector} ${words}`,
      async () => ((await this.page.evaluate(expression)) as Point | null) ?? undefined,
    );
  }

  /** Types into the search box in place of what stands there. */
  async search(text: string): Promise<void> {
    await this.click(await this.find('[role="search"] input'));
    await this.page.evaluate('document.activeElement.select()');
    await this.page.send('Input.insertText', { text });
  }

  async click(at: Point): Promise<void> {
    await this.move(at);
    await this.press(at);
    await this.page.send('Input.dispatchMouseEvent', released(at));
  }

  async move({ x, y }: Point): Promise<void> {
    await this.page.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y });
  }

  async press(at: Point): Promise<void> {
    await this.page.send('Input.dispatchMouseEvent', { ...released(at), type: 'mousePressed', buttons: 1 });
  }

  /** Lets the button go, and hears nothing of it for so long: even reading the answer would take a processor. */
  async letGo(at: Point, quietMs: number): Promise<void> {
    await this.page.sendUnheard('Input.dispatchMouseEvent', released(at), quietMs);
  }

  async close(): Promise<void> {
    this.page.close();
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    await this.#browser.send('Browser.close').catch(() => this.#process.kill('SIGKILL'));
    this.#browser.close();
    await ended;
  }
}

function released({ x, y }: Point): Readonly<Record<string, unknown>> {
  return { type: 'mouseReleased', x, y, button: 'left', buttons: 0, clickCount: 1 };
}
