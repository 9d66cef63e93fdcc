/** What the adaptive jitter buffer of a common phone no longer hides: such a packet is as good as missing. */
const lateMs = 200;
const headerBytes = 12;

/** Counts what a listener misses of one RTP stream: packets that never came, and packets that came too late. */
export class RtpGaps {
  #lastSequence: number | undefined;
  #lastAtMs = 0;
  #missing = 0;
  #late = 0;
  #packets = 0;
  #longestMs = 0;

  /** Packets since `begin`. */
  get packets(): number {
    return this.#packets;
  }

  /** Packets that are missing or came too late since `begin`. */
  get gapPackets(): number {
    return this.#missing + this.#late;
  }

  /** In words, for saying what went wrong: both counts, and the longest silence. */
  get summary(): string {
    return `${this.#missing} missing, ${this.#late} late, longest silence ${this.#longestMs.toFixed(0)} ms`;
  }

  /** Counts from now on; what came before only tells where the stream stands. */
  begin(): void {
    this.#missing = 0;
    this.#late = 0;
    this.#packets = 0;
    this.#longestMs = 0;
  }

  /**
   * @param atMs when it was read
   * @param heldUpMs for how long of the time since the packet before the reader itself was not able to read: that much
   *   silence is not the sender's
   */
  receive(packet: Buffer, atMs: number, heldUpMs = 0): void {
    if (packet.length <= headerBytes) return;
    const sequence = packet.readUInt16BE(2);
    this.#packets += 1;
    if (this.#lastSequence !== undefined) {
      const ahead = (sequence - this.#lastSequence) & 0xffff;
      // More than half the range ahead is behind: it was counted as missing when its successor came.
      if (ahead > 0x7fff) {
        this.#missing -= 1;
        return;
      }
      this.#missing += Math.max(0, ahead - 1);
      const silenceMs = atMs - this.#lastAtMs - heldUpMs;
      this.#longestMs = Math.max(this.#longestMs, silenceMs);
      if (silenceMs > lateMs) this.#late += 1;
    }
    this.#lastSequence = sequence;
    this.#lastAtMs = atMs;
  }
}

/** How often the event loop is looked at; a turn that comes later by less than this is none the worse. */
const turnMs = 5;

/** Tells how long this process did nothing, since something held its event loop or another one had the processor. */
export class OwnStalls {
  #heldUpMs = 0;
  #lastTurnMs = performance.now();
  readonly #timer = setInterval(() => {
    this.takeTurn();
  }, turnMs);

  /** @param nowMs performance.now() */
  takeTurn(nowMs = performance.now()): void {
    this.#heldUpMs += Math.max(0, nowMs - this.#lastTurnMs - 2 * turnMs);
    this.#lastTurnMs = nowMs;
  }

  /** Milliseconds since it was last asked. */
  take(nowMs = performance.now()): number {
    this.takeTurn(nowMs);
    const heldUpMs = this.#heldUpMs;
    this.#heldUpMs = 0;
    return heldUpMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
