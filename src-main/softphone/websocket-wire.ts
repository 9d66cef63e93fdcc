import { isIP } from 'node:net';
import type { LookupFunction, Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { ServerAddress } from '../account/account-config.ts';
import { markSocket } from '../core/dscp.ts';
import { signallingLimits } from './signalling-limits.ts';
import { SocketLife } from './socket-life.ts';
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
  #life: SocketLife | undefined;

  constructor(server: ServerAddress, trust: TlsTrust | undefined, dscp: number) {
    this.protocol = trust === undefined ? 'WS' : 'WSS';
    this.#server = server;
    this.#trust = trust;
    this.#dscp = dscp;
  }

  async open(listener: WireListener): Promise<LocalAddress> {
    const { host, port, address } = this.#server;
    const scheme = this.#trust === undefined ? 'ws' : 'wss';
    const urlHost = host.includes(':') ? `[${host}]` : host;
    const socket = new WebSocket(`${scheme}://${urlHost}:${port}/`, 'sip', {
      ...this.#trust,
      maxPayload: signallingLimits.headerBytes + signallingLimits.bodyBytes,
      perMessageDeflate: false,
      // The Host header names what was asked for, whatever address is taken.
      ...(address === undefined ? {} : { lookup: alwaysThis(address) }),
    });
    this.#socket = socket;
    const life = new SocketLife({
      emitter: socket,
      openEvent: 'open',
      isGone: () => socket.readyState === WebSocket.CLOSED,
      end: () => {
        socket.close();
      },
      destroy: () => {
        socket.terminate();
      },
    });
    this.#life = life;
    let raw: Socket | undefined;
    socket.once('upgrade', (response) => {
      raw = response.socket;
    });
    await life.opened();
    if (raw !== undefined) markSocket(raw, this.#dscp, raw.remoteFamily === 'IPv6');
    socket.on('message', (data) => {
      // RFC 7118 section 4.2: one message per frame, text or binary.
      const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
      if (text.trim() !== '') listener.message(text);
    });
    socket.on('pong', () => {
      listener.pong();
    });
    life.onLost((error) => {
      listener.closed(error);
    });
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

  ping(): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  async close(isDead = false): Promise<void> {
    this.#socket = undefined;
    await this.#life?.end(isDead);
  }
}

/** A resolver that knows one answer. */
function alwaysThis(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, answer) => {
    if (options.all === true) answer(null, [{ address, family }]);
    else answer(null, address, family);
  };
}
