import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { LevelMeter, meterLevel } from './level-meter.ts';
import { MicrophoneError } from './microphone.ts';
import type {} from './webrtc-extensions.ts';

/** Milliseconds that are recorded and played back. */
export const testCallMs = 3_000;
/** Milliseconds between two looks at the meter. */
const meterEveryMs = 50;

export type TestCallState = 'idle' | 'opening' | 'recording' | 'playing' | 'done' | 'failed';

export interface TestCallView {
  readonly state: TestCallState;
  /** 0 to 1; of the microphone while recording, of the playback while playing. */
  readonly level: number;
  /** The loudest of the recording, 0 to 1: silence is worth a word. */
  readonly peak: number;
  /** Why it failed, in words. */
  readonly problem?: string;
}

export interface TestCallOptions {
  readonly clock: Clock;
  /** As calls hear it. Rejects with MicrophoneError. */
  readonly takeMicrophone: (key: object, replaced: (track: MediaStreamTrack) => void) => Promise<MediaStreamTrack>;
  readonly giveBackMicrophone: (key: object) => void;
  /** For setSinkId; empty: the system's default. */
  readonly speakerId: () => string;
  readonly failed: (error: unknown) => void;
}

const resting: TestCallView = { state: 'idle', level: 0, peak: 0 };

/**
 * A call with oneself: the microphone is recorded and played on the speaker that calls use.
 *
 *   idle | done | failed --start--> opening --microphone--> recording --3 s--> playing --played--> done
 *   opening --refused--> failed
 *   opening | recording | playing --stop--> idle
 */
export class TestCall {
  readonly #options: TestCallOptions;
  #view = resting;
  readonly #listeners = new Set<() => void>();
  #timers: TimerHandle[] = [];
  /** Undoes what runs now. */
  #end: () => void = () => undefined;
  /** Counts starts and stops: what belongs to an earlier one is dropped. */
  #round = 0;

  constructor(options: TestCallOptions) {
    this.#options = options;
  }

  get view(): TestCallView {
    return this.#view;
  }

  onChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#view.state === 'opening' || this.#view.state === 'recording' || this.#view.state === 'playing') return;
    this.#round += 1;
    this.#run(this.#round).catch((error: unknown) => {
      this.#finish();
      this.#show({ ...resting, state: 'failed', problem: error instanceof MicrophoneError ? error.message : '' });
      if (!(error instanceof MicrophoneError)) this.#options.failed(error);
    });
  }

  stop(): void {
    this.#finish();
    this.#show(resting);
  }

  async #run(round: number): Promise<void> {
    this.#show({ ...resting, state: 'opening' });
    const key = {};
    this.#end = () => {
      this.#options.giveBackMicrophone(key);
    };
    // A device that is unplugged now ends the test: it would not be the one that was asked for.
    const track = await this.#options.takeMicrophone(key, (next) => {
      next.stop();
    });
    if (round !== this.#round) {
      track.stop();
      return;
    }
    const recorded = await this.#record(track, key, round);
    if (round !== this.#round || recorded === undefined) return;
    await this.#play(recorded, round);
  }

  async #record(track: MediaStreamTrack, key: object, round: number): Promise<Blob | undefined> {
    const recorder = new MediaRecorder(new MediaStream([track]));
    const parts: Blob[] = [];
    recorder.addEventListener('dataavailable', ({ data }) => {
      parts.push(data);
    });
    const meter = new LevelMeter();
    meter.listen(track);
    this.#end = () => {
      if (recorder.state !== 'inactive') recorder.stop();
      meter.close();
      track.stop();
      this.#options.giveBackMicrophone(key);
    };
    recorder.start();
    let peak = 0;
    this.#look(() => {
      const level = meter.read();
      peak = Math.max(peak, level);
      this.#show({ state: 'recording', level, peak });
    });
    await new Promise<void>((resolve) => {
      recorder.addEventListener('stop', () => {
        resolve();
      });
      this.#after(testCallMs, () => {
        recorder.stop();
      });
    });
    if (round !== this.#round) return undefined;
    this.#finish();
    this.#round = round;
    return new Blob(parts, { type: recorder.mimeType });
  }

  async #play(recorded: Blob, round: number): Promise<void> {
    const { peak } = this.#view;
    const context = new AudioContext();
    this.#end = () => {
      context.close().catch(() => undefined);
    };
    // A speaker that is gone: the system's own plays.
    await context.setSinkId?.(this.#options.speakerId()).catch(() => undefined);
    const source = context.createBufferSource();
    source.buffer = await context.decodeAudioData(await recorded.arrayBuffer());
    if (round !== this.#round) return;
    const analyser = context.createAnalyser();
    analyser.fftSize = 2_048;
    const samples = new Float32Array(analyser.fftSize);
    source.connect(analyser);
    analyser.connect(context.destination);
    this.#look(() => {
      analyser.getFloatTimeDomainData(samples);
      this.#show({ state: 'playing', level: meterLevel(samples), peak });
    });
    source.start();
    await new Promise<void>((resolve) => {
      source.addEventListener('ended', () => {
        resolve();
      });
    });
    if (round !== this.#round) return;
    this.#finish();
    this.#show({ state: 'done', level: 0, peak });
  }

  #look(look: () => void): void {
    look();
    this.#after(meterEveryMs, () => {
      this.#look(look);
    });
  }

  #after(delayMs: number, task: () => void): void {
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers = this.#timers.filter((other) => other !== timer);
      task();
    }, delayMs);
    this.#timers.push(timer);
  }

  /** Ends what runs, without a word about it. */
  #finish(): void {
    this.#round += 1;
    for (const timer of this.#timers.splice(0)) this.#options.clock.clearTimeout(timer);
    const end = this.#end;
    this.#end = () => undefined;
    end();
  }

  #show(view: TestCallView): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}
