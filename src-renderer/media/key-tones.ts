/** ITU-T Q.23: the two frequencies of each key, in hertz. */
const lowHz = [697, 770, 852, 941];
const highHz = [1_209, 1_336, 1_477, 1_633];
const rows = ['123A', '456B', '789C', '*0#D'];

/** Q.24 takes from 40 ms on; codecs and slow exchanges want more. Milliseconds. */
const toneMs = 120;
const gapMs = 80;
/** Half of what the two together may have, so that they never clip; between them the high one is heard as loud. */
const gain = 0.4;

/** The frequencies of a key; undefined for what is none. */
export function keyTone(key: string): readonly [lowHz: number, highHz: number] | undefined {
  const row = rows.findIndex((keys) => keys.includes(key));
  const column = rows[row]?.indexOf(key) ?? -1;
  const low = lowHz[row];
  const high = highHz[column];
  return low === undefined || high === undefined || key.length !== 1 ? undefined : [low, high];
}

/** That a call was answered by itself, for who called: one note. */
const noticeHz = 1_000;
const noticeMs = 250;

/** Plays keys into a track of its own, for what sends it. Resolves when the last tone is out. */
export class KeyTones {
  readonly #context = new AudioContext();
  readonly #destination = this.#context.createMediaStreamDestination();

  get track(): MediaStreamTrack | undefined {
    return this.#destination.stream.getAudioTracks()[0];
  }

  /** From here on the track carries sound, silence until something is played. */
  async start(): Promise<void> {
    await this.#context.resume();
  }

  async play(digits: string): Promise<void> {
    await this.#sound(
      Array.from(digits, (digit) => keyTone(digit) ?? []),
      toneMs,
    );
  }

  /** One note that is no key. */
  async notice(): Promise<void> {
    await this.#sound([[noticeHz]], noticeMs);
  }

  async #sound(notes: readonly (readonly number[])[], forMs: number): Promise<void> {
    const level = this.#context.createGain();
    level.gain.value = gain;
    level.connect(this.#destination);
    // The encoder needs a moment to take the new track.
    let startS = this.#context.currentTime + gapMs / 1_000;
    let last: OscillatorNode | undefined;
    for (const note of notes) {
      for (const hz of note) {
        last = new OscillatorNode(this.#context, { frequency: hz });
        last.connect(level);
        last.start(startS);
        last.stop(startS + forMs / 1_000);
      }
      startS += (forMs + gapMs) / 1_000;
    }
    const ending = last;
    if (ending === undefined) return;
    await new Promise<void>((resolve) => {
      ending.addEventListener('ended', () => {
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    await this.#context.close();
  }
}
