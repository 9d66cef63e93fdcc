import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { nextMessage } from './next-message.ts';

/** The peer of `loopDelayMaxMs`: an idle process of the same kind at the same time. */
export class IdleLoop {
  readonly name = 'idle process';
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<IdleLoop> {
    const child = fork(fileURLToPath(new URL('idle-loop-process.ts', import.meta.url)), [], { execArgv: [] });
    await nextMessage(child, 'the idle process');
    return new IdleLoop(child);
  }

  /** Longest hold-up of its event loop since the last reading, milliseconds. */
  async read(): Promise<number> {
    const next = nextMessage(this.#child, this.name);
    this.#child.send('read');
    return Number(await next);
  }

  stop(): void {
    this.#child.kill();
  }
}
