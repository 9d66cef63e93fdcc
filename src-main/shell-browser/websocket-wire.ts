import type { RawData, WebSocket } from 'ws';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { closeCodes } from '../../src-shared/rpc/handshake.ts';
import type { Wire } from '../../src-shared/rpc/wire.ts';

/** Milliseconds between pings: a window whose process froze or whose machine slept is noticed within two of them. */
export const pingIntervalMs = 15_000;
/**
 * Bytes that may wait in the socket before the next message is refused and the window dropped. Topics and events
 * are bounded on their own well below; this catches a window that stopped reading altogether.
 */
export const socketBacklogBytes = 4 * 1024 * 1024;

/** A WebSocket (RFC 6455) as the contract's wire, with keepalive and a bounded backlog. */
export class WebSocketWire implements Wire {
  readonly #socket: WebSocket;
  readonly #clock: Clock;
  readonly #unread: string[] = [];
  #onMessage: ((message: string) => void) | undefined;
  readonly #onClose: (() => void)[] = [];
  #closed = false;
  #answered = true;
  #timer: TimerHandle | undefined;

  constructor(socket: WebSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary);
    });
    socket.on('pong', () => {
      this.#answered = true;
    });
    socket.on('error', () => {
      socket.terminate();
    });
    socket.on('close', () => {
      this.#ended();
    });
    this.#schedulePing();
  }

  send(message: string): void {
    if (this.#closed) return;
    if (this.#socket.bufferedAmount > socketBacklogBytes) {
      // A polite close would wait behind the backlog.
      this.#socket.terminate();
      return;
    }
    this.#socket.send(message);
  }

  onMessage(listener: (message: string) => void): void {
    this.#onMessage = listener;
    for (const message of this.#unread.splice(0)) listener(message);
  }

  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#onClose.push(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#socket.close(closeCodes.dropped);
    // The window may be gone without a word; do not wait for its close frame.
    this.#ended();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#closed) return;
    if (isBinary) {
      this.#socket.close(1003);
      return;
    }
    const message = textOf(data);
    if (this.#onMessage === undefined) this.#unread.push(message);
    else this.#onMessage(message);
  }

  #schedulePing(): void {
    this.#timer = this.#clock.setTimeout(() => {
      if (this.#closed) return;
      if (!this.#answered) {
        this.#socket.terminate();
        return;
      }
      this.#answered = false;
      this.#socket.ping();
      this.#schedulePing();
    }, pingIntervalMs);
  }

  #ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    for (const listener of this.#onClose.splice(0)) listener();
  }
}

/** The text of a message as `ws` hands it over. */
export function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
