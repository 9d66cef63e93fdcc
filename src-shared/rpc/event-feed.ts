import { limits } from '../limits.ts';

/**
 * Numbers the events of one connection and holds a slow window to a bounded backlog:
 *
 *   flowing --backlog over the limit--> dropping --window caught up to half--> flowing (after `gap`)
 */
export class EventFeed {
  readonly #send: (name: string, sequence: number, payload: unknown) => void;
  readonly #gap: () => void;
  #sequence = 0;
  #dropping = false;
  #backlogBytes = 0;
  readonly #unacknowledged: { readonly sequence: number; readonly bytes: number }[] = [];

  constructor(send: (name: string, sequence: number, payload: unknown) => void, gap: () => void) {
    this.#send = send;
    this.#gap = gap;
  }

  /** Bytes sent and not acknowledged. */
  get backlogBytes(): number {
    return this.#backlogBytes;
  }

  push(name: string, payload: unknown): void {
    // Length in UTF-16 units is close enough to bound memory, and costs no encoding.
    const bytes = JSON.stringify(payload).length;
    if (this.#dropping || this.#backlogBytes + bytes > limits.eventBacklogBytes) {
      this.#dropping = true;
      return;
    }
    this.#sequence += 1;
    this.#backlogBytes += bytes;
    this.#unacknowledged.push({ sequence: this.#sequence, bytes });
    this.#send(name, this.#sequence, payload);
  }

  acknowledge(sequence: number): void {
    let first = this.#unacknowledged[0];
    while (first !== undefined && first.sequence <= sequence) {
      this.#backlogBytes -= first.bytes;
      this.#unacknowledged.shift();
      first = this.#unacknowledged[0];
    }
    if (this.#dropping && this.#backlogBytes <= limits.eventBacklogBytes / 2) {
      this.#dropping = false;
      this.#gap();
    }
  }
}
