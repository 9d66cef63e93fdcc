import { pcm16, wavHead } from './wav.ts';

/** Frames of about 10 ms that wait while the window is busy: five seconds of sound. */
const mostWaiting = 500;

/** Part of Chromium that TypeScript's DOM library lacks (MediaStreamTrack Insertable Media Processing). */
interface TrackProcessor {
  readonly readable: ReadableStream<AudioData>;
}
declare const MediaStreamTrackProcessor: new (options: {
  readonly track: MediaStreamTrack;
  readonly maxBufferSize: number;
}) => TrackProcessor;

/** Writes the sound of a track as a WAV file, about a second in each portion; the last one may be empty. */
export class WavRecorder {
  readonly #reader: ReadableStreamDefaultReader<AudioData>;
  readonly #portion: (data: Blob, last: boolean) => void;
  readonly #failed: (error: unknown) => void;
  #parts: Uint8Array<ArrayBuffer>[] = [];
  #frames = 0;

  constructor(track: MediaStreamTrack, portion: (data: Blob, last: boolean) => void, failed: (error: unknown) => void) {
    this.#portion = portion;
    this.#failed = failed;
    this.#reader = new MediaStreamTrackProcessor({ track, maxBufferSize: mostWaiting }).readable.getReader();
    this.#read().catch(failed);
  }

  stop(): void {
    // Ends the reading below, which gives what is left.
    this.#reader.cancel().catch(this.#failed);
  }

  async #read(): Promise<void> {
    let begun = false;
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        if (!begun) this.#parts.push(wavHead(value.sampleRate));
        begun = true;
        this.#take(value);
      }
    } finally {
      this.#give(true);
    }
  }

  #take(sound: AudioData): void {
    const samples = new Float32Array(sound.numberOfFrames);
    sound.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
    this.#frames += sound.numberOfFrames;
    const { sampleRate } = sound;
    sound.close();
    this.#parts.push(pcm16(samples));
    if (this.#frames >= sampleRate) this.#give(false);
  }

  #give(last: boolean): void {
    this.#frames = 0;
    this.#portion(new Blob(this.#parts.splice(0)), last);
  }
}
