import type { EventEmitter } from 'node:events';
import { signallingLimits } from './signalling-limits.ts';

/** A socket of any kind (TCP, TLS, WebSocket), as far as its life goes. It emits `error` and `close`. */
export interface LivingSocket {
  readonly emitter: EventEmitter;
  /** What it emits once it can be used. */
  readonly openEvent: string;
  /** True when there is nothing left to end. */
  isGone(): boolean;
  /** Ends it politely; `close` follows. */
  end(): void;
  /** Frees it at once; `close` follows. */
  destroy(error?: Error): void;
}

/**
 * The life of a wire's socket, written once for streams and WebSockets:
 *
 *   opening --open event--> open --lost--> over         `lost` is told
 *   opening --error | close | time--> over              `opened` rejects
 *   open --end--> over                                  nothing is told
 */
export class SocketLife {
  readonly #socket: LivingSocket;
  #state: 'opening' | 'open' | 'over' = 'opening';

  constructor(socket: LivingSocket) {
    this.#socket = socket;
  }

  /** Resolves when the socket can be used; rejects with the socket's own error, or when the time is over. */
  async opened(): Promise<void> {
    const { emitter, openEvent } = this.#socket;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error('No connection within the time allowed'));
        this.#socket.destroy();
      }, signallingLimits.connectTimeoutMs);
      // Stays for good: an error without a listener would end the process.
      emitter.on('error', reject);
      emitter.once('close', () => {
        clearTimeout(timer);
        reject(new Error('The server closed the connection'));
      });
      emitter.once(openEvent, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#state = 'open';
  }

  /** To be called once when open: tells when the connection ends without `end`. */
  onLost(lost: (error: Error) => void): void {
    let failure = new Error('The server closed the connection');
    this.#socket.emitter.on('error', (error: Error) => {
      failure = error;
    });
    this.#socket.emitter.once('close', () => {
      if (this.#state !== 'open') return;
      this.#state = 'over';
      lost(failure);
    });
  }

  /** Ends the socket; one that does not end in time, or whose far end `isDead`, is freed all the same. Never rejects. */
  async end(isDead: boolean): Promise<void> {
    this.#state = 'over';
    const socket = this.#socket;
    if (socket.isGone()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        socket.destroy();
      }, signallingLimits.closeGraceMs);
      socket.emitter.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      if (isDead) socket.destroy();
      else socket.end();
    });
  }
}
