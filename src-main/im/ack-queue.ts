/** A stanza that was given to the stream. */
export interface SentStanza {
  readonly xml: string;
  /** Set for chat messages: their id in the message store. */
  readonly messageId?: string;
}

/** The server claims to have handled more than we sent (XEP-0198 section 4). */
export class AckError extends Error {}

/**
 * What was sent and is not acknowledged, over all connections of one session (XEP-0198). Pure.
 * Counters run modulo 2^32.
 */
export class AckQueue {
  #waiting: SentStanza[] = [];
  /** The server's counter after the last acknowledged stanza. */
  #acknowledged: number;

  /** @param acknowledged the server's counter so far */
  constructor(acknowledged = 0) {
    this.#acknowledged = acknowledged;
  }

  get size(): number {
    return this.#waiting.length;
  }

  push(stanza: SentStanza): void {
    this.#waiting.push(stanza);
  }

  /**
   * Takes off what counter value `h` covers and returns it in order.
   * @throws AckError when it covers more than was sent
   */
  acknowledge(h: number): readonly SentStanza[] {
    const count = (h - this.#acknowledged) >>> 0;
    if (count > this.#waiting.length) throw new AckError(`h is ${h}, only ${this.#waiting.length} stanzas wait`);
    this.#acknowledged = h >>> 0;
    return this.#waiting.splice(0, count);
  }

  /** In the order in which they were sent. */
  waiting(): readonly SentStanza[] {
    return this.#waiting;
  }

  /** Counter value that would cover all that was sent. */
  get sentCounter(): number {
    return (this.#acknowledged + this.#waiting.length) >>> 0;
  }

  /** A new session: counters start at 0 and what waited is forgotten. */
  reset(): void {
    this.#waiting = [];
    this.#acknowledged = 0;
  }
}
