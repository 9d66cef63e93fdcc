/** Plays the far ends of all calls on the speaker that the person chose. */
export class AudioOutput {
  readonly #onHeard: () => void;
  #deviceId = '';
  readonly #elements = new Map<object, { readonly element: HTMLAudioElement; heard: boolean }>();
  /** Owners that are to be silent, also before their sound begins. */
  readonly #hushed = new Set<object>();

  /** `onHeard`: the first packet of sound of an owner came. */
  constructor(onHeard: () => void) {
    this.#onHeard = onHeard;
  }

  /** Empty: the system's default. Takes effect at once, also in running calls. */
  choose(deviceId: string): void {
    if (deviceId === this.#deviceId) return;
    this.#deviceId = deviceId;
    for (const { element } of this.#elements.values()) this.#route(element);
  }

  play(owner: object, track: MediaStreamTrack): void {
    this.#remove(owner);
    const element = new Audio();
    const entry = { element, heard: !track.muted };
    this.#elements.set(owner, entry);
    track.addEventListener('unmute', () => {
      if (entry.heard) return;
      entry.heard = true;
      this.#onHeard();
    });
    element.srcObject = new MediaStream([track]);
    element.muted = this.#hushed.has(owner);
    this.#route(element);
    // Rejected when the page may not play yet or the call ended meanwhile: there is nothing to do about either.
    element.play().catch(() => undefined);
  }

  /** Silent for the time being, though its sound goes on coming: a call on hold. */
  hush(owner: object, hushed: boolean): void {
    if (hushed) this.#hushed.add(owner);
    else this.#hushed.delete(owner);
    const entry = this.#elements.get(owner);
    if (entry !== undefined) entry.element.muted = hushed;
  }

  /** Whether a packet of sound has come for this owner. */
  heard(owner: object): boolean {
    return this.#elements.get(owner)?.heard ?? false;
  }

  /** Stops playing it for good. */
  silence(owner: object): void {
    this.#hushed.delete(owner);
    this.#remove(owner);
  }

  #remove(owner: object): void {
    const entry = this.#elements.get(owner);
    if (entry === undefined) return;
    this.#elements.delete(owner);
    entry.element.pause();
    entry.element.srcObject = null;
  }

  #route(element: HTMLAudioElement): void {
    // A device that is gone: the system's default goes on playing.
    element.setSinkId(this.#deviceId).catch(() => element.setSinkId('').catch(() => undefined));
  }
}
