/** Calls that the search box has asked for and that are not placed yet, as while another call is put on hold. */
export class CallsUnderWay {
  readonly #targets = new Set<string>();

  /** False when it is being called already: Enter that is pressed twice means one call. */
  begin(target: string): boolean {
    if (this.#targets.has(target)) return false;
    this.#targets.add(target);
    return true;
  }

  /** Whether the box is done with: the call is on its way, and nothing else was typed meanwhile. */
  end(target: string, placed: boolean, texts: { readonly then: string; readonly now: string }): boolean {
    this.#targets.delete(target);
    return placed && texts.then === texts.now;
  }
}
