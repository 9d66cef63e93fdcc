import { WebSocket } from 'ws';
import { until } from '../lab/wait.ts';

/**
 * Asks a running Node process from outside. The process has to be started with `--inspect-port=0` among its options, so
 * that its inspector takes any free port of loopback when SIGUSR1 opens it; it tells the address on standard error.
 */
export class NodeInspector {
  readonly #socket: WebSocket;
  #nextId = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** `errorOutput`: what the process has written on standard error so far. */
  static async open(pid: number, errorOutput: () => string): Promise<NodeInspector> {
    process.kill(pid, 'SIGUSR1');
    const url = await until(
      'the inspector',
      () => /Debugger listening on (ws:\/\/127\.0\.0\.1:\S+)/.exec(errorOutput())?.[1],
    );
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new NodeInspector(socket);
  }

  /** Frees what can be freed. */
  async collectGarbage(): Promise<void> {
    await this.#send('HeapProfiler.collectGarbage', {});
  }

  /** The number that an expression gives. */
  async number(expression: string): Promise<number> {
    const { result } = (await this.#send('Runtime.evaluate', { expression, returnByValue: true })) as {
      readonly result: { readonly value?: unknown };
    };
    if (typeof result.value !== 'number') throw new Error(`no number: ${expression}`);
    return result.value;
  }

  /** Runs a statement there, without waiting for what it begins. */
  async run(expression: string): Promise<void> {
    await this.#send('Runtime.evaluate', { expression });
  }

  close(): void {
    this.#socket.terminate();
  }

  #send(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const hear = (data: Buffer): void => {
        const answer = JSON.parse(data.toString('utf8')) as { id?: number; result?: unknown; error?: unknown };
        if (answer.id !== id) return;
        this.#socket.off('message', hear);
        if (answer.error === undefined) resolve(answer.result);
        else reject(new Error(`${method}: ${JSON.stringify(answer.error)}`));
      };
      this.#socket.on('message', hear);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
