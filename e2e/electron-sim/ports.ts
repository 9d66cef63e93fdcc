import { EventEmitter } from 'node:events';

/** Where the far end of a port is: in this process, or in a page. */
interface FarEnd {
  deliver(data: unknown): void;
  closed(): void;
}

/** Electron's MessagePortMain: messages wait until `start`. */
export class SimPort extends EventEmitter implements FarEnd {
  #far: FarEnd | undefined;
  #started = false;
  #closed = false;
  readonly #waiting: unknown[] = [];

  connect(far: FarEnd): void {
    this.#far = far;
  }

  start(): void {
    this.#started = true;
    for (const data of this.#waiting.splice(0)) this.deliver(data);
  }

  postMessage(data: unknown): void {
    // As structured clone does: what cannot be cloned throws here, and nothing is shared.
    this.#far?.deliver(structuredClone(data));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#far?.closed();
    this.emit('close');
  }

  deliver(data: unknown): void {
    if (this.#closed) return;
    if (this.#started) queueMicrotask(() => this.emit('message', { data, ports: [] }));
    else this.#waiting.push(data);
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.emit('close');
  }

  /** Gives this end to a page: what came to it goes there, what the page says goes to the other end. */
  handOver(page: FarEnd): FarEnd {
    const other = this.#far;
    if (!(other instanceof SimPort)) throw new Error('this port was handed over already');
    other.connect(page);
    return other;
  }
}

export class MessageChannelMain {
  readonly port1 = new SimPort();
  readonly port2 = new SimPort();

  constructor() {
    this.port1.connect(this.port2);
    this.port2.connect(this.port1);
  }
}
