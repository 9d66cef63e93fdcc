import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { pause, until } from '../lab/wait.ts';

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Target {
  readonly type: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

const answerTimeoutMs = 10_000;

/** File in which Chromium writes the port of `--remote-debugging-port=0`. */
export function portFile(profileDirectory: string): string {
  return join(profileDirectory, 'DevToolsActivePort');
}

/**
 * One connection of the DevTools protocol. Playwright attaches to every target and listens to much; while a start is
 * measured as little as possible should happen beside it.
 */
export class DevTools {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (answer: Answer) => void>();
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString('utf8')) as Answer;
      if (answer.id !== undefined) this.#pending.get(answer.id)?.(answer);
    });
  }

  /** Connects to the page of a browser that is just starting. */
  static async toPage(profileDirectory: string): Promise<DevTools> {
    const { port } = await endpoint(profileDirectory);
    const page = await until('a page', async () => {
      const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly Target[];
      return targets.find((target) => target.type === 'page' && !target.url.startsWith('devtools:'));
    });
    return DevTools.#open(page.webSocketDebuggerUrl);
  }

  /** Connects to the browser itself. */
  static async toBrowser(profileDirectory: string): Promise<DevTools> {
    const { port, path } = await endpoint(profileDirectory);
    return DevTools.#open(`ws://127.0.0.1:${port}${path}`);
  }

  static async #open(url: string): Promise<DevTools> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new DevTools(socket);
  }

  /** @throws Error with the protocol's words, or when the page went away meanwhile */
  send(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const settle = (answer: Answer): void => {
        clearTimeout(timer);
        this.#socket.off('close', closed);
        this.#pending.delete(id);
        if (answer.error === undefined) resolve(answer.result);
        else reject(new Error(`${method}: ${answer.error.message}`));
      };
      const closed = (): void => {
        settle({ error: { message: 'the connection was closed' } });
      };
      const timer = setTimeout(() => {
        settle({ error: { message: 'no answer' } });
      }, answerTimeoutMs);
      this.#socket.once('close', closed);
      this.#pending.set(id, settle);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** The same, but nothing is read from the browser for so long. */
  async sendUnheard(method: string, params: Readonly<Record<string, unknown>>, quietMs: number): Promise<unknown> {
    const answer = this.send(method, params);
    this.#socket.pause();
    await pause(quietMs);
    this.#socket.resume();
    return await answer;
  }

  /** Value of an expression in the page; a promise is waited for. @throws Error when the page was left meanwhile */
  async evaluate(expression: string): Promise<unknown> {
    const answer = (await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })) as {
      readonly result: { readonly value?: unknown };
      readonly exceptionDetails?: { readonly text: string };
    };
    if (answer.exceptionDetails !== undefined) throw new Error(answer.exceptionDetails.text);
    return answer.result.value;
  }

  close(): void {
    this.#socket.terminate();
  }
}

async function endpoint(profileDirectory: string): Promise<{ readonly port: string; readonly path: string }> {
  const file = portFile(profileDirectory);
  const [port, path] = await until(
    'the DevTools port',
    () => {
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
      return lines.length >= 2 && lines;
    },
    20_000,
    5,
  );
  if (port === undefined || path === undefined) throw new Error(`${file} cannot be read`);
  return { port, path };
}
