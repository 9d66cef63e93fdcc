import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';

/** An address of loopback where connections and datagrams are taken, and nothing is ever said. */
export class SilentAddress {
  readonly address: string;
  readonly #datagrams = createSocket('udp4');
  readonly #connections = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#taken += 1;
    this.#connections.add(socket);
    socket.on('error', () => undefined);
    socket.resume();
  });
  #taken = 0;

  constructor(address: string) {
    this.address = address;
  }

  /** How many connections and datagrams came. */
  get taken(): number {
    return this.#taken;
  }

  async start(ports: { readonly tcp: number; readonly udp: number }): Promise<void> {
    this.#datagrams.on('message', () => {
      this.#taken += 1;
    });
    this.#datagrams.bind(ports.udp, this.address);
    this.#server.listen(ports.tcp, this.address);
    await Promise.all([once(this.#datagrams, 'listening'), once(this.#server, 'listening')]);
  }

  stop(): void {
    this.#datagrams.close();
    for (const socket of this.#connections) socket.destroy();
    this.#server.close();
  }
}
