import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';

/** A relay between the softphone and its UDP server which can say things that no server would. */
export class SipRelay {
  readonly #server: { readonly host: string; readonly port: number };
  readonly #towardsPhone = createSocket('udp4');
  readonly #towardsServer = createSocket('udp4');
  #phone: RemoteInfo | undefined;
  #lastRequest = '';

  constructor(server: { readonly host: string; readonly port: number }) {
    this.#server = server;
  }

  /** Where the softphone finds its server. */
  get port(): number {
    return this.#towardsPhone.address().port;
  }

  /** The newest request of the softphone. */
  get lastRequest(): string {
    return this.#lastRequest;
  }

  async start(): Promise<void> {
    this.#towardsPhone.on('message', (datagram, phone) => {
      this.#phone = phone;
      const text = datagram.toString('utf8');
      if (/^[A-Z]+ sip/.test(text)) this.#lastRequest = text;
      this.#towardsServer.send(datagram, this.#server.port, this.#server.host);
    });
    this.#towardsServer.on('message', (datagram) => {
      this.#send(datagram);
    });
    await Promise.all([this.#towardsPhone, this.#towardsServer].map((socket) => bindLoopback(socket)));
  }

  /** Sends bytes to the softphone as if its server had. @throws Error before the softphone has spoken */
  inject(bytes: Buffer | string): void {
    if (this.#phone === undefined) throw new Error('the softphone has not spoken yet');
    this.#send(Buffer.from(bytes));
  }

  stop(): void {
    this.#towardsPhone.close();
    this.#towardsServer.close();
  }

  #send(datagram: Buffer): void {
    if (this.#phone !== undefined) this.#towardsPhone.send(datagram, this.#phone.port, this.#phone.address);
  }
}

async function bindLoopback(socket: Socket): Promise<void> {
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
}
