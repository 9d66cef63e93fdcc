import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { once } from 'node:events';

/**
 * A relay between the softphone and its UDP server: a NAT, as the server sees another address than the softphone has.
 * It can also say things, and change what is said, as no server would.
 */
export class SipRelay {
  readonly #server: { readonly host: string; readonly port: number };
  readonly #phoneSide = createSocket('udp4');
  readonly #address: string;
  #serverSide: Socket | undefined;
  /** What becomes of a message of the server on its way to the softphone. */
  towardsPhone: (message: string) => string = (message) => message;
  #phone: RemoteInfo | undefined;
  #lastRequest = '';

  /** @param address of loopback, where the server sees the softphone */
  constructor(server: { readonly host: string; readonly port: number }, address = '127.0.0.1') {
    this.#server = server;
    this.#address = address;
  }

  /** Where the softphone finds its server. */
  get port(): number {
    return this.#phoneSide.address().port;
  }

  /** Where the server sees the softphone, `host:port`. */
  get outside(): string {
    return `${this.#address}:${String(this.#serverSide?.address().port)}`;
  }

  /** The newest request of the softphone. */
  get lastRequest(): string {
    return this.#lastRequest;
  }

  async start(): Promise<void> {
    this.#phoneSide.on('message', (datagram, phone) => {
      this.#phone = phone;
      const text = datagram.toString('utf8');
      if (/^[A-Z]+ sip/.test(text)) this.#lastRequest = text;
      this.#serverSide?.send(datagram, this.#server.port, this.#server.host);
    });
    await bind(this.#phoneSide, '127.0.0.1');
    await this.move();
  }

  /** Forgets its mapping, as NATs do: the server sees the softphone at another port, and the old one leads nowhere. */
  async move(): Promise<void> {
    const next = createSocket('udp4');
    next.on('message', (datagram) => {
      const text = datagram.toString('utf8');
      const changed = this.towardsPhone(text);
      this.#send(changed === text ? datagram : Buffer.from(changed));
    });
    await bind(next, this.#address);
    this.#serverSide?.close();
    this.#serverSide = next;
  }

  /** Sends bytes to the softphone as if its server had. @throws Error before the softphone has spoken */
  inject(bytes: Buffer | string): void {
    if (this.#phone === undefined) throw new Error('the softphone has not spoken yet');
    this.#send(Buffer.from(bytes));
  }

  stop(): void {
    this.#phoneSide.close();
    this.#serverSide?.close();
  }

  #send(datagram: Buffer): void {
    if (this.#phone !== undefined) this.#phoneSide.send(datagram, this.#phone.port, this.#phone.address);
  }
}

async function bind(socket: Socket, address: string): Promise<void> {
  socket.bind(0, address);
  await once(socket, 'listening');
}
