import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { Server, TLSSocket } from 'node:tls';
import type { CertificateFiles } from '../lab/certificates.ts';

/** What becomes of a piece that the server sent: other bytes, or none at all. */
export type Rewrite = (piece: Buffer) => Buffer | string;

/**
 * A relay between the client and a real server of the lab, with the server's own certificate: it can say things that no
 * server would. Both legs are direct TLS (IMAPS, LDAPS, XMPP of XEP-0368).
 */
export class TlsRelay {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #clients = new Set<TLSSocket>();
  #rewrite: Rewrite = (piece) => piece;
  #connections = 0;

  constructor(target: { readonly host: string; readonly port: number }, certificate: CertificateFiles) {
    this.#target = target;
    this.#server = createServer(
      { cert: readFileSync(certificate.chainPath), key: readFileSync(certificate.keyPath) },
      (client) => {
        this.#join(client);
      },
    );
    // A client that refuses our certificate is the client's matter.
    this.#server.on('tlsClientError', () => undefined);
  }

  /** `host:port` where the client finds its server. */
  get address(): string {
    return `127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  /** How often a client has connected so far. */
  get connections(): number {
    return this.#connections;
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** From now on every piece from the server goes through this first. */
  lie(rewrite: Rewrite): void {
    this.#rewrite = rewrite;
  }

  /** From now on the server is heard as it speaks. */
  tellTheTruth(): void {
    this.#rewrite = (piece) => piece;
  }

  /** Sends bytes to every connected client as if its server had. @throws Error when none is connected */
  inject(bytes: Buffer | string): void {
    if (this.#clients.size === 0) throw new Error('no client is connected');
    for (const client of this.#clients) client.write(bytes);
  }

  /** Ends every connection, as a sleep or another network does; new ones are taken. */
  drop(): void {
    for (const client of this.#clients) client.destroy();
  }

  stop(): void {
    this.#server.close();
    for (const client of this.#clients) client.destroy();
  }

  #join(client: TLSSocket): void {
    this.#connections += 1;
    this.#clients.add(client);
    // The relay stands in the lab: whom it relays to is known by the port.
    const server = connect({ ...this.#target, rejectUnauthorized: false });
    client.on('data', (piece: Buffer) => server.write(piece));
    server.on('data', (piece: Buffer) => client.write(this.#rewrite(piece)));
    const end = (): void => {
      this.#clients.delete(client);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
  }
}
