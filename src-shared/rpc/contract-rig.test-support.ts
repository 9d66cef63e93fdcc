import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { MessageChannel } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { expect } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { MainHandlers, RendererHandlers } from '../contract/contract.ts';
import { AppError } from '../errors.ts';
import { TestClock } from '../test-clock.ts';
import { ContractClient } from './client.ts';
import { ServerConnection } from './server.ts';
import { TopicHub } from './topic-hub.ts';
import type { Wire } from './wire.ts';

/** One kind of wire: opens connections, and can be listened to by a service. */
export interface Transport {
  start(onConnection: (wire: Wire) => void): Promise<void>;
  connect(): Promise<Wire>;
  stop(): Promise<void>;
}

function listeners(): { add: (listener: () => void) => void; fire: () => void } {
  const all: (() => void)[] = [];
  return {
    add: (listener) => all.push(listener),
    fire: () => {
      for (const listener of all.splice(0)) listener();
    },
  };
}

/** As Electron hands one to its window: two ends of a channel, structured clone between them. */
class PortTransport implements Transport {
  #onConnection: ((wire: Wire) => void) | undefined;
  readonly #ports: MessagePort[] = [];

  start(onConnection: (wire: Wire) => void): Promise<void> {
    this.#onConnection = onConnection;
    return Promise.resolve();
  }

  connect(): Promise<Wire> {
    const { port1, port2 } = new MessageChannel();
    this.#ports.push(port1, port2);
    this.#onConnection?.(portWire(port1));
    return Promise.resolve(portWire(port2));
  }

  stop(): Promise<void> {
    for (const port of this.#ports.splice(0)) port.close();
    return Promise.resolve();
  }
}

function portWire(port: MessagePort): Wire {
  const closed = listeners();
  port.on('close', closed.fire);
  return {
    send: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      port.on('message', listener);
    },
    onClose: closed.add,
    close: () => {
      port.close();
    },
  };
}

/** As the browser shell serves its window: RFC 6455 on loopback. */
class SocketTransport implements Transport {
  readonly #http: Server = createServer();
  readonly #sockets = new WebSocketServer({ server: this.#http });

  async start(onConnection: (wire: Wire) => void): Promise<void> {
    this.#sockets.on('connection', (socket) => {
      onConnection(socketWire(socket));
    });
    await new Promise<void>((resolve) => {
      this.#http.listen(0, '127.0.0.1', () => {
        resolve();
      });
    });
  }

  async connect(): Promise<Wire> {
    const address = this.#http.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return socketWire(socket);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    await new Promise((resolve) => this.#http.close(resolve));
  }
}

function socketWire(socket: WebSocket): Wire {
  const closed = listeners();
  socket.on('close', closed.fire);
  return {
    send: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(message);
    },
    onMessage: (listener) => {
      socket.on('message', (data: Buffer) => {
        listener(data.toString('utf8'));
      });
    },
    onClose: closed.add,
    close: () => {
      socket.close();
    },
  };
}

/** The same table of tests runs over both. */
export const wires: readonly (readonly [string, () => Transport])[] = [
  ['MessagePort', () => new PortTransport()],
  ['WebSocket', () => new SocketTransport()],
];

type Mutable<T> = { -readonly [Key in keyof T]?: T[Key] };

/** A service with no handlers but those that a test gives, and the windows that connect to it, over real wires. */
export class ContractRig {
  readonly clock = new TestClock();
  readonly hub = new TopicHub();
  readonly handlers: Mutable<MainHandlers> = {};
  readonly rendererHandlers: Mutable<RendererHandlers> = {};
  /** Every connection that the service has had, newest last. */
  readonly connections: ServerConnection[] = [];
  readonly serverWires: Wire[] = [];
  readonly serverBugs: string[] = [];
  readonly clientBugs: string[] = [];
  readonly transport: Transport;
  readonly #clients: ContractClient[] = [];

  constructor(transport: Transport) {
    this.transport = transport;
  }

  async start(): Promise<void> {
    await this.transport.start((wire) => {
      this.serverWires.push(wire);
      const connection = new ServerConnection('window-0001', wire, {
        hub: this.hub,
        // A handler that a test does not give fails as a bug would.
        handlers: this.handlers as MainHandlers,
        clock: this.clock,
        reportInternal: (where, error) => this.serverBugs.push(`${where}: ${String(error)}`),
      });
      this.connections.push(connection);
    });
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.transport.stop();
  }

  /** A window that begins to connect. */
  begin(open: () => Promise<Wire> = () => this.transport.connect()): ContractClient {
    const client = new ContractClient({
      connect: open,
      handlers: this.rendererHandlers as RendererHandlers,
      clock: this.clock,
      retryDelaysMs: [100, 500],
      reportInternal: (where, error) => this.clientBugs.push(`${where}: ${String(error)}`),
    });
    this.#clients.push(client);
    client.start();
    return client;
  }

  /** A window that is connected, as the service sees it too. */
  async connect(open?: () => Promise<Wire>): Promise<ContractClient> {
    const client = this.begin(open);
    await expect.poll(() => client.state).toBe('connected');
    await expect.poll(() => this.connections.length).toBeGreaterThan(0);
    return client;
  }

  /** The newest connection. */
  get service(): ServerConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('nobody connected');
    return connection;
  }

  /** The service's end of the newest wire. */
  get wire(): Wire {
    const wire = this.serverWires.at(-1);
    if (wire === undefined) throw new Error('nobody connected');
    return wire;
  }
}

/** The code with which it failed. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : `not an AppError: ${String(error)}`),
  );
}
