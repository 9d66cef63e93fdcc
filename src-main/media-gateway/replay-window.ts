/** Packets that may still come after a later one (RFC 3711 section 3.3.2 wants 64 at least). */
const windowPackets = 128;

/**
 * Refuses packets that came before (RFC 3711 section 3.3.2). Two steps, since only an authenticated packet may move it.
 * Indices are whole numbers up to 2^48.
 */
export class ReplayWindow {
  readonly #seen = new Uint8Array(windowPackets);
  #highest = -1;

  /** The highest index so far; -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  /** False for a packet that was here, or is too old to tell. */
  mayCome(index: number): boolean {
    if (index > this.#highest) return true;
    return this.#highest - index < windowPackets && this.#seen[index % windowPackets] === 0;
  }

  /** Notes an authenticated packet. */
  came(index: number): void {
    if (index > this.#highest) {
      const gap = Math.min(index - this.#highest, windowPackets);
      for (let step = 1; step <= gap; step += 1) this.#seen[(this.#highest + step) % windowPackets] = 0;
      if (gap === windowPackets) this.#seen.fill(0);
      this.#highest = index;
    }
    this.#seen[index % windowPackets] = 1;
  }
}
