import { connect as connectTcp } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ServerAddress } from '../account/account-config.ts';
import { markSocket } from '../core/dscp.ts';
import type { TlsTrustOptions } from '../core/tls-trust.ts';
import { signallingLimits } from './signalling-limits.ts';
import { StreamFramer } from './stream-framer.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire, WireListener } from './wire.ts';

/** Whom to believe, and under which name. */
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
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(server: ServerAddress, trust: TlsTrust | undefined, dscp: number) {
    this.protocol = trust === undefined ? 'TCP' : 'TLS';
    this.#server = server;
    this.#trust = trust;
    this.#dscp = dscp;
  }

  async open(listener: WireListener): Promise<LocalAddress> {
    const { host, port } = this.#server;
    const socket = this.#trust === undefined ? connectTcp({ host, port }) : connectTls({ host, port, ...this.#trust });
    this.#socket = socket;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.destroy(new Error('No connection within the time allowed'));
      }, signallingLimits.connectTimeoutMs);
      socket.once('error', reject);
      socket.once('close', () => {
        clearTimeout(timer);
        reject(new Error('The server closed the connection'));
      });
      socket.once(this.#trust === undefined ? 'connect' : 'secureConnect', () => {
        clearTimeout(timer);
        socket.removeAllListeners('error').removeAllListeners('close');
        resolve();
      });
    });
    markSocket(socket, this.#dscp, socket.remoteFamily === 'IPv6');
    socket.setNoDelay(true);
    const framer = new StreamFramer();
    socket.on('data', (chunk: Buffer) => {
      for (const frame of framer.push(chunk)) {
        if (frame.kind === 'message') listener.message(frame.text);
        else if (frame.kind === 'keepAlive') socket.write('\r\n');
        else {
          listener.dropped(frame.why);
          socket.destroy(new Error(`The server sent what is no SIP: ${frame.why}`));
        }
      }
    });
    let failure = new Error('The server closed the connection');
    socket.on('error', (error: Error) => {
      failure = error;
    });
    socket.on('close', () => {
      clearInterval(this.#keepAlive);
      if (this.#socket === socket) listener.closed(failure);
    });
    this.#keepAlive = setInterval(() => socket.write('\r\n\r\n'), signallingLimits.crlfIntervalMs);
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

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    clearInterval(this.#keepAlive);
    if (socket === undefined || socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), signallingLimits.closeGraceMs);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.end();
    });
  }
}
