import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The peer of `loopDelayMaxMs`: an idle process of the same kind at the same time. */
export class IdleLoop {
  readonly name = 'idle process';
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<IdleLoop> {
    const child = fork(fileURLToPath(new URL('idle-loop-process.ts', import.meta.url)), [], { execArgv: [] });
    await answer(child);
    return new IdleLoop(child);
  }

  /** Longest hold-up of its event loop since the last reading, milliseconds. */
  async read(): Promise<number> {
    const next = answer(this.#child);
    this.#child.send('read');
    return Number(await next);
  }

  stop(): void {
    this.#child.kill();
  }
}

/** The next message of the process. */
function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      reject(new Error('the idle process ended'));
    };
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });
}
