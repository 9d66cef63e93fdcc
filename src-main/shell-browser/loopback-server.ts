import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Clock } from '../../src-shared/clock.ts';
import { closeCodes, parseHello, webSocketPath } from '../../src-shared/rpc/handshake.ts';
import type { Wire } from '../../src-shared/rpc/wire.ts';
import { newNonce, securityHeaders } from '../core/content-policy.ts';
import type { Logger } from '../core/log.ts';
import { readRendererAsset } from '../core/renderer-assets.ts';
import { WebSocketWire, textOf } from './websocket-wire.ts';

// An import of node:http by name would load all that Node has for fetch (25 ms) before the window can be opened.
const { createServer } = process.getBuiltinModule('node:http');

/** Milliseconds in which the first message must come. */
const helloDeadlineMs = 5_000;
/** Bytes of one message from the window; an SDP of 64 kB is the largest that the contract takes. */
const maxMessageBytes = 1024 * 1024;
/** Windows at once, also those that have not said hello. */
const maxWindows = 32;
/** Where a second start of the program asks the first one to come forward. */
export const controlPath = '/control/open';
export const controlKeyHeader = 'x-parley-control';

export interface LoopbackServerOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly rendererDirectory: string;
  /** What a window must say first. */
  readonly secret: string;
  /** What a second start must say; known from the lock file, which only this user can read. */
  readonly controlKey: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onWindow: (clientId: string, wire: Wire) => void;
  readonly onOpen: (target: string) => void;
}

/**
 * The browser shell's HTTP and WebSocket server. It binds 127.0.0.1 only; every request must name us as its
 * Host (DNS rebinding), a WebSocket must come from our own page (Origin), and its first message must hold
 * the secret. Assets hold nothing private and need no secret; no cookie is ever set, as cookies cross ports.
 */
export class LoopbackServer {
  readonly #options: LoopbackServerOptions;
  readonly #http: Server;
  #sockets: WebSocketServer | undefined;
  readonly #wires = new Set<Wire>();
  #port = 0;

  constructor(options: LoopbackServerOptions) {
    this.#options = options;
    this.#http = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.#options.log.error('request failed', { error });
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
    this.#http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head).catch((error: unknown) => {
        this.#options.log.error('upgrade failed', { error });
        socket.destroy();
      });
    });
  }

  /** The port that is bound; 0 before `start`. */
  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Windows that said the secret and are connected. */
  get windows(): number {
    return this.#wires.size;
  }

  /** Rejects with the system's error, for example EADDRINUSE. */
  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen({ host: '127.0.0.1', port: this.#options.port, exclusive: true }, () => {
        this.#http.off('error', reject);
        resolve();
      });
    });
    const address = this.#http.address();
    if (typeof address === 'object' && address !== null) this.#port = address.port;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets?.clients ?? []) socket.terminate();
    this.#sockets?.close();
    if (!this.#http.listening) return;
    const closed = new Promise<void>((resolve) => {
      this.#http.close(() => {
        resolve();
      });
    });
    this.#http.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = this.#ownHost(request);
    if (host === undefined) {
      refuse(response, 403, 'This address serves Parley on this computer only.');
      return;
    }
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === controlPath) {
      await this.#control(request, response);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(response, 405, 'Only GET.');
      return;
    }
    const nonce = newNonce();
    const asset = await readRendererAsset(this.#options.rendererDirectory, path, nonce);
    const headers = securityHeaders(nonce, [`ws://${host}`]);
    if (asset === undefined) {
      response.writeHead(404, { ...headers, 'Content-Type': 'text/plain; charset=utf-8' });
      response.end('Not found.');
      return;
    }
    response.writeHead(200, {
      ...headers,
      'Content-Type': asset.contentType,
      'Content-Length': asset.body.byteLength,
      'Cache-Control': asset.immutable ? 'public, max-age=31536000, immutable' : 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : asset.body);
  }

  async #control(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const key = request.headers[controlKeyHeader];
    // A page cannot set this header across origins without a preflight, and a preflight is never answered.
    if (request.method !== 'POST' || typeof key !== 'string' || !sameSecret(key, this.#options.controlKey)) {
      refuse(response, 403, 'Refused.');
      return;
    }
    const target = await readBody(request, 2_000);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ url: this.url, windows: this.windows }));
    this.#options.onOpen(target);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const host = this.#ownHost(request);
    const fromOwnPage = host !== undefined && request.headers.origin === `http://${host}`;
    // Nobody else listens until it is handed over, and an error that nobody hears would end the program.
    socket.once('error', () => {
      socket.destroy();
    });
    const sockets = await this.#webSockets();
    if (!this.#http.listening) {
      socket.destroy();
      return;
    }
    if (!fromOwnPage || request.url !== webSocketPath || sockets.clients.size >= maxWindows) {
      this.#options.log.warn('WebSocket refused', {
        host: request.headers.host,
        origin: request.headers.origin,
        path: request.url?.slice(0, 100),
      });
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#awaitHello(webSocket);
    });
  }

  /** Loaded when the first window comes: until then Chromium starts, which need not wait for it. */
  async #webSockets(): Promise<WebSocketServer> {
    const { WebSocketServer } = await import('ws');
    this.#sockets ??= new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
    return this.#sockets;
  }

  #awaitHello(socket: WebSocket): void {
    const { clock, log, secret } = this.#options;
    const onError = (): void => {
      socket.terminate();
    };
    const timer = clock.setTimeout(() => {
      socket.close(closeCodes.helloTimeout);
    }, helloDeadlineMs);
    socket.on('error', onError);
    socket.once('close', () => {
      clock.clearTimeout(timer);
    });
    socket.once('message', (data, isBinary) => {
      clock.clearTimeout(timer);
      const hello = isBinary ? undefined : parseHello(textOf(data).slice(0, 4_096));
      if (hello === undefined || !sameSecret(hello.secret, secret)) {
        log.warn('a window did not know the secret');
        socket.close(closeCodes.secretRefused);
        return;
      }
      socket.off('error', onError);
      const wire = new WebSocketWire(socket, clock);
      this.#wires.add(wire);
      socket.once('close', () => {
        this.#wires.delete(wire);
      });
      this.#options.onWindow(hello.clientId, wire);
    });
  }

  /** The Host header when it names this server (guards against DNS rebinding); otherwise undefined. */
  #ownHost(request: IncomingMessage): string | undefined {
    const host = request.headers.host;
    return host === `127.0.0.1:${this.#port}` || host === `localhost:${this.#port}` ? host : undefined;
  }
}

/** Compares in a time that does not depend on where the difference is; the length is no secret. */
export function sameSecret(given: string, expected: string): boolean {
  const left = Buffer.from(given, 'utf8');
  const right = Buffer.from(expected, 'utf8');
  return left.length === right.length && timingSafeEqual(left, right);
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' });
  response.end(words);
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
