import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Connections that the system takes for a process before it stops answering, and some more to be sure. */
const fill = 4;

/**
 * A port of loopback where nothing answers, not even a refusal: as behind a firewall that drops. It belongs to a process
 * that sleeps, and its queue of connections is full, so the system leaves each further SYN without an answer (Linux).
 */
export class SilentListener {
  readonly address: string;
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #sockets: readonly Socket[];

  private constructor(address: string, port: number, child: ChildProcess, sockets: readonly Socket[]) {
    this.address = address;
    this.port = port;
    this.#child = child;
    this.#sockets = sockets;
  }

  /** @param port 0: any free one */
  static async open(address: string, port = 0): Promise<SilentListener> {
    const script = `const server = require('node:net').createServer();
      server.listen({ host: ${JSON.stringify(address)}, port: ${port}, backlog: 1 }, () => console.log(server.address().port));`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    child.kill('SIGSTOP');
    const sockets = Array.from({ length: fill }, () =>
      connect({ host: address, port: Number(line) }).on('error', () => undefined),
    );
    await once(sockets[0] as Socket, 'connect');
    return new SilentListener(address, Number(line), child, sockets);
  }

  /** The process wakes: what waits for an answer gets one when it asks the next time, a second or more later. */
  wake(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#child.kill('SIGCONT');
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#child.kill('SIGKILL');
  }
}
