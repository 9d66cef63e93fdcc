/** Plays the far ends of all calls on the speaker that the person chose. */
export class AudioOutput {
  readonly #onHeard: () => void;
  #deviceId = '';
  readonly #elements = new Map<object, { readonly element: HTMLAudioElement; heard: boolean }>();

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
    this.silence(owner);
    const element = new Audio();
    const entry = { element, heard: !track.muted };
    this.#elements.set(owner, entry);
    track.addEventListener('unmute', () => {
      if (entry.heard) return;
      entry.heard = true;
      this.#onHeard();
    });
    element.srcObject = new MediaStream([track]);
    this.#route(element);
    // Rejected when the page may not play yet or the call ended meanwhile: there is nothing to do about either.
    element.play().catch(() => undefined);
  }

  /** Whether a packet of sound has come for this owner. */
  heard(owner: object): boolean {
    return this.#elements.get(owner)?.heard ?? false;
  }

  silence(owner: object): void {
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
