/**
 * Keeps objects of the native WebRTC module alive until the module has said that they are closed.
 *
 * node-datachannel 0.33 remembers its tracks by pointer and forgets them only in their `closed`
 * callback. A track that JavaScript's garbage collector takes first leaves a dangling pointer, and
 * the process dies of it later (measured: every time, when `cleanup()` runs after a collection).
 * Connections and tracks are therefore held here from their creation to that callback. When the
 * last one is let go the module holds no thread and no callback, and the process can end by itself.
 */
export class NativeKeeper {
  readonly #held = new Set<object>();
  #waiting: (() => void)[] = [];

  hold(native: object): void {
    this.#held.add(native);
  }

  /** Called from the object's own `closed` callback, whose native part still runs: let go after it. */
  closed(native: object): void {
    setImmediate(() => {
      this.#held.delete(native);
      if (this.#held.size > 0) return;
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
    });
  }

  /** Resolves when nothing is held. */
  whenEmpty(): Promise<void> {
    if (this.#held.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
