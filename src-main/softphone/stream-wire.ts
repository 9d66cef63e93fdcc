import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ServerAddress } from '../account/account-config.ts';
import { markSocket } from '../core/dscp.ts';
import type { TlsTrustOptions } from '../core/tls-trust.ts';
import { SocketLife } from './socket-life.ts';
import { StreamFramer } from './stream-framer.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire, WireListener } from './wire.ts';

/** Whom to believe under which name, and what is shown to a server that asks who we are. */
export type TlsTrust = TlsTrustOptions & { readonly servername: string };

/** SIP over TCP or, with `trust`, over TLS (RFC 3261 sections 18 and 26.2). */
export class StreamWire implements Wire {
  readonly protocol: 'TCP' | 'TLS';
  readonly unreliable = false;
  readonly addressed = true;
  readonly #server: ServerAddress;
  readonly #trust: TlsTrust | undefined;
  readonly #dscp: number;
  #socket: Socket | undefined;
  #life: SocketLife | undefined;

  constructor(server: ServerAddress, trust: TlsTrust | undefined, dscp: number) {
    this.protocol = trust === undefined ? 'TCP' : 'TLS';
    this.#server = server;
    this.#trust = trust;
    this.#dscp = dscp;
  }

  async open(listener: WireListener): Promise<LocalAddress> {
    const { port } = this.#server;
    const host = this.#server.address ?? this.#server.host;
    const socket = this.#trust === undefined ? connectTcp({ host, port }) : connectTls({ host, port, ...this.#trust });
    this.#socket = socket;
    const life = new SocketLife({
      emitter: socket,
      openEvent: this.#trust === undefined ? 'connect' : 'secureConnect',
      isGone: () => socket.destroyed,
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    });
    this.#life = life;
    await life.opened();
    markSocket(socket, this.#dscp, socket.remoteFamily === 'IPv6');
    socket.setNoDelay(true);
    const framer = new StreamFramer();
    socket.on('data', (chunk: Buffer) => {
      for (const frame of framer.push(chunk)) {
        switch (frame.kind) {
          case 'message':
            listener.message(frame.text);
            break;
          case 'ping':
            socket.write('\r\n');
            break;
          case 'pong':
            listener.pong();
            break;
          case 'broken':
            listener.dropped(frame.why);
            socket.destroy(new Error(`The server sent what is no SIP: ${frame.why}`));
        }
      }
    });
    life.onLost((error) => {
      listener.closed(error);
    });
    return { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
  }

  send(text: string): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.reject(new Error('The connection is closed'));
    return new Promise((resolve, reject) => {
      socket.write(text, 'utf8', (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }

  ping(): void {
    this.#socket?.write('\r\n\r\n');
  }

  async close(isDead = false): Promise<void> {
    this.#socket = undefined;
    await this.#life?.end(isDead);
  }
}
