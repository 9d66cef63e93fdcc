import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { ServerAddress } from '../account/account-config.ts';
import { markSocket } from '../core/dscp.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire, WireListener } from './wire.ts';

const passing = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN']);

/** SIP over UDP (RFC 3261 section 18). The socket is connected: it shows which address of ours reaches the server. */
export class UdpWire implements Wire {
  readonly protocol = 'UDP';
  readonly unreliable = true;
  readonly addressed = true;
  readonly #server: ServerAddress;
  readonly #dscp: number;
  #socket: Socket | undefined;

  constructor(server: ServerAddress, dscp: number) {
    this.#server = server;
    this.#dscp = dscp;
  }

  async open(listener: WireListener): Promise<LocalAddress> {
    const { address, family } = await lookup(this.#server.address ?? this.#server.host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(this.#server.port, address, () => {
        socket.off('error', reject);
        resolve();
      });
    });
    markSocket(socket, this.#dscp, family === 6);
    socket.on('message', (datagram) => {
      const text = datagram.toString('utf8');
      // RFC 5626 section 4.4: keep-alives are no messages.
      if (text.trim() !== '' && !text.startsWith('\0')) listener.message(text);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // An ICMP refusal may pass; the repetition of the request or its timeout decides.
      if (error.code !== undefined && passing.has(error.code)) listener.dropped(error.code);
      else listener.closed(error);
    });
    return socket.address();
  }

  send(text: string): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return Promise.reject(new Error('The UDP socket is closed'));
    return new Promise((resolve, reject) => {
      socket.send(Buffer.from(text, 'utf8'), (error: NodeJS.ErrnoException | null) => {
        // The refusal of an earlier datagram is reported with this one (see above).
        if (error === null || (error.code !== undefined && passing.has(error.code))) resolve();
        else reject(error);
      });
    });
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket === undefined) return;
    socket.removeAllListeners();
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      socket.close(resolve);
    });
  }
}
