import type { RecordingFormat } from '../../src-shared/contract/media.ts';
import { createLimiter } from './mixer.ts';
import { WavRecorder } from './wav-recorder.ts';

/**
 * The notice to everybody in a recorded call: 1,400 Hz for 0.2 s every 15 s, as telephone rules ask for
 * (47 CFR 64.501, "beep tone"). Quiet enough to talk through.
 */
const noticeHz = 1_400;
const noticeS = 0.2;
const noticeEveryS = 15;
const noticeLevel = 0.12;
/**
 * Chromium gives nothing at all, not even silence, while no source sounds: on hold, time would stand still in what is
 * recorded. This much is less than half of what a sample of 16 bits can tell from silence.
 */
const idleLevel = 1e-6;
/** Milliseconds of sound in one portion: what a crash may lose. */
const portionMs = 1_000;

/** Opus as MediaRecorder names it. */
const opusMimeType = 'audio/webm;codecs=opus';

/** The notice as a sound that repeats by itself. */
export function noticeBuffer(context: BaseAudioContext): AudioBuffer {
  const { sampleRate } = context;
  const buffer = context.createBuffer(1, noticeEveryS * sampleRate, sampleRate);
  const samples = buffer.getChannelData(0);
  const length = Math.round(noticeS * sampleRate);
  const fade = Math.round(0.01 * sampleRate);
  for (let index = 0; index < length; index += 1) {
    const envelope = Math.min(1, index / fade, (length - index) / fade);
    samples[index] = noticeLevel * envelope * Math.sin((2 * Math.PI * noticeHz * index) / sampleRate);
  }
  return buffer;
}

export interface RecordingOptions {
  /** Opus in WebM, or PCM in WAV. */
  readonly format: RecordingFormat;
  readonly portion: (data: Blob, last: boolean) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Records what is said in one call or conference, and tells the others by a tone that repeats.
 *
 *   new --attach--> recording --stop--> stopping --last portion given--> stopped
 *
 * `portion` gets the file piece by piece; the last one may be empty.
 */
export class Recording {
  readonly #options: RecordingOptions;
  #nodes: { readonly input: AudioNode; readonly notice: AudioNode; readonly stop: () => void } | undefined;

  constructor(options: RecordingOptions) {
    this.#options = options;
  }

  /** Where to put what is recorded, and the notice that the others are to hear. Begins with the first call. */
  attach(context: AudioContext): { readonly input: AudioNode; readonly notice: AudioNode } {
    this.#nodes ??= this.#begin(context);
    return this.#nodes;
  }

  /** No more; the last portion follows. */
  stop(): void {
    const nodes = this.#nodes;
    this.#nodes = undefined;
    if (nodes === undefined) this.#options.portion(new Blob(), true);
    nodes?.stop();
  }

  #begin(context: AudioContext) {
    const { input, output } = createLimiter(context);
    const destination = context.createMediaStreamDestination();
    destination.channelCount = 1;
    output.connect(destination);
    const idle = context.createConstantSource();
    idle.offset.value = idleLevel;
    idle.connect(input);
    idle.start();
    const notice = context.createBufferSource();
    notice.buffer = noticeBuffer(context);
    notice.loop = true;
    notice.start();
    const stopRecorder = this.#record(destination.stream);
    return {
      input,
      notice,
      stop: () => {
        stopRecorder();
        idle.stop();
        notice.stop();
        notice.disconnect();
        output.disconnect();
      },
    };
  }
  /** Begins to write; returns what ends it. The last portion follows then. */
  #record(stream: MediaStream): () => void {
    const { format, portion, failed } = this.#options;
    const [track] = stream.getAudioTracks();
    if (format === 'wav' && track !== undefined) {
      const recorder = new WavRecorder(track, portion, failed);
      return () => {
        recorder.stop();
      };
    }
    const recorder = new MediaRecorder(stream, { mimeType: opusMimeType });
    let stopping = false;
    recorder.addEventListener('dataavailable', ({ data }) => {
      portion(data, stopping);
    });
    recorder.start(portionMs);
    return () => {
      stopping = true;
      // Its last `dataavailable` follows by itself.
      recorder.stop();
    };
  }
}
