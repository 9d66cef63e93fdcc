import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { ServerAddress } from '../account/account-config.ts';
import { markSocket } from '../core/dscp.ts';
import { signallingLimits } from './signalling-limits.ts';
import type { TlsTrust } from './stream-wire.ts';
import type { LocalAddress } from './via-identity.ts';
import type { Wire, WireListener } from './wire.ts';

/** SIP over WebSocket (RFC 7118), with `trust` over TLS. */
export class WebSocketWire implements Wire {
  readonly protocol: 'WS' | 'WSS';
  readonly unreliable = false;
  readonly addressed = false;
  readonly #server: ServerAddress;
  readonly #trust: TlsTrust | undefined;
  readonly #dscp: number;
  #socket: WebSocket | undefined;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(server: ServerAddress, trust: TlsTrust | undefined, dscp: number) {
    this.protocol = trust === undefined ? 'WS' : 'WSS';
    this.#server = server;
    this.#trust = trust;
    this.#dscp = dscp;
  }

  async open(listener: WireListener): Promise<LocalAddress> {
    const { host, port } = this.#server;
    const scheme = this.#trust === undefined ? 'ws' : 'wss';
    const urlHost = host.includes(':') ? `[${host}]` : host;
    const socket = new WebSocket(`${scheme}://${urlHost}:${port}/`, 'sip', {
      ...this.#trust,
      handshakeTimeout: signallingLimits.connectTimeoutMs,
      maxPayload: signallingLimits.headerBytes + signallingLimits.bodyBytes,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let raw: Socket | undefined;
    await new Promise<void>((resolve, reject) => {
      socket.once('upgrade', (response) => {
        raw = response.socket;
      });
      socket.once('error', reject);
      socket.once('close', () => {
        reject(new Error('The server closed the connection'));
      });
      socket.once('open', () => {
        socket.removeAllListeners('error').removeAllListeners('close');
        resolve();
      });
    });
    if (raw !== undefined) markSocket(raw, this.#dscp, raw.remoteFamily === 'IPv6');
    socket.on('message', (data) => {
      // RFC 7118 section 4.2: one message per frame, text or binary.
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
      if (text.trim() !== '') listener.message(text);
    });
    let failure = new Error('The server closed the connection');
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      clearInterval(this.#keepAlive);
      if (this.#socket === socket) listener.closed(failure);
    });
    // RFC 7118 section 6 and RFC 6455 section 5.5.2.
    this.#keepAlive = setInterval(() => {
      socket.ping();
    }, signallingLimits.crlfIntervalMs);
    return { address: raw?.localAddress ?? '', port: raw?.localPort ?? 0 };
  }

  send(text: string): Promise<void> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return Promise.reject(new Error('The connection is closed'));
    return new Promise((resolve, reject) => {
      socket.send(text, (error) => {
        // `ws` hands on what the socket gives, which is null when all is well.
        if (error instanceof Error) reject(error);
        else resolve();
      });
    });
  }

  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    clearInterval(this.#keepAlive);
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        socket.terminate();
      }, signallingLimits.closeGraceMs);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.close();
    });
  }
}
