import type { Browser } from '@playwright/test';
import { launchChromium } from './chromium.ts';
import type { ChromiumOptions } from './chromium.ts';

/** Browsers that stay after a test: one with a person's microphone and one with a tone for it serve nearly every spec. */
const kept = 2;

/**
 * The browsers of one worker. Starting one takes a second; what tests must not share, storage and permissions, belongs to
 * the context that each test opens in it.
 */
export class Browsers {
  /** By what they were started with, the one used last at the end. */
  readonly #running = new Map<string, Browser>();

  /** A running browser with this microphone, or a new one. */
  async use(options: ChromiumOptions): Promise<Browser> {
    const key = [options.microphone ?? 'granted', options.microphoneWav ?? '', options.isWhole === true].join(' ');
    const running = this.#running.get(key);
    this.#running.delete(key);
    const browser = running?.isConnected() === true ? running : await launchChromium(options);
    this.#running.set(key, browser);
    return browser;
  }

  /** Ends those that no test has used for longest. */
  async trim(): Promise<void> {
    await this.#end([...this.#running.keys()].slice(0, -kept));
  }

  async stop(): Promise<void> {
    await this.#end([...this.#running.keys()]);
  }

  async #end(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      const browser = this.#running.get(key);
      this.#running.delete(key);
      await browser?.close();
    }
  }
}
