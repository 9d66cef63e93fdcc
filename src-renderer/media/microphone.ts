import type { MediaLegState } from '../../src-shared/contract/media.ts';
import type { VoiceProcessing } from './audio-settings.ts';
import { microphoneWords } from './microphone-words.ts';

/** Why there is no sound from here, as `media.leg` reports it. */
export type MicrophoneProblem = Extract<MediaLegState, 'micDenied' | 'micMissing' | 'micBusy'>;

/** Expected: the person refused, nothing is plugged in, another program holds it. Words are for the person. */
export class MicrophoneError extends Error {
  readonly problem: MicrophoneProblem;

  constructor(problem: MicrophoneProblem) {
    super(microphoneWords(problem));
    this.name = 'MicrophoneError';
    this.problem = problem;
  }
}

/** What the names of getUserMedia's errors mean (W3C Media Capture and Streams, section 10.2). */
export function microphoneProblem(errorName: string): MicrophoneProblem {
  switch (errorName) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'micDenied';
    case 'NotReadableError':
    case 'AbortError':
      return 'micBusy';
    default:
      return 'micMissing';
  }
}

/** Which microphone, and what is done to its sound. */
export interface MicrophoneChoice {
  /** Empty: the system's default. */
  readonly deviceId: string;
  readonly processing: VoiceProcessing;
}

/**
 * The one microphone, shared by all calls of this window and open only while one of them needs it:
 *
 *   closed --first take--> opening --granted--> open --last give back--> closed
 *   opening --refused--> closed (every taker is told)
 *   open --another choice--> open (the new one opens before the old one closes)
 *   open --unplugged--> opening (the choice, or the system's default) --nothing there--> wanting --plugged in--> opening
 */
export class Microphone {
  readonly #onOpened: () => void;
  #choice: MicrophoneChoice = {
    deviceId: '',
    processing: { echoCancellation: true, noiseSuppression: true, autoGain: true },
  };
  readonly #takers = new Map<object, (track: MediaStreamTrack) => void>();
  #stream: Promise<MediaStream> | undefined;
  /** Copies that live until their taker stops them. */
  readonly #handedOut = new Set<MediaStreamTrack>();

  /** `onOpened`: the person allowed it, so that devices have names now. */
  constructor(onOpened: () => void = () => undefined) {
    this.#onOpened = onOpened;
  }

  /**
   * Takes effect at once, also in running calls. Chromium accepts applyConstraints for echo, noise and gain without
   * obeying it, and gives a second stream of a device the processing of the first: what is open is closed before it
   * is opened with another processing.
   */
  async choose(choice: MicrophoneChoice): Promise<void> {
    const before = this.#choice;
    if (JSON.stringify(choice) === JSON.stringify(before)) return;
    this.#choice = choice;
    if (JSON.stringify(choice.processing) !== JSON.stringify(before.processing)) await this.#close();
    await this.reopen();
  }

  /** Closes everything that was handed out; the takers wait for another track. */
  async #close(): Promise<void> {
    await this.#stream?.then(stopTracks, () => undefined);
    for (const track of this.#handedOut) track.stop();
    this.#handedOut.clear();
  }

  /** Opens anew while a call needs it: the system's default is another device now, or one was plugged in. */
  async reopen(): Promise<void> {
    if (this.#takers.size === 0) return;
    const before = this.#stream;
    this.#stream = undefined;
    const opening = this.#opened();
    let stream: MediaStream;
    try {
      stream = await opening;
    } catch {
      // The call goes on without sound from here until something is plugged in; the far end hears silence.
      return;
    } finally {
      void before?.then(stopTracks, () => undefined);
    }
    // Another choice was made meanwhile, and its track is the one to use.
    if (!this.#isCurrent(opening)) return;
    for (const replaced of this.#takers.values()) replaced(this.#trackOf(stream));
  }

  #isCurrent(opening: Promise<MediaStream>): boolean {
    return this.#stream === opening;
  }

  /** Whether calls need it and it could not be opened again. */
  get isWanting(): boolean {
    return this.#takers.size > 0 && this.#stream === undefined;
  }

  /**
   * A track for one call, muted on its own; `replaced` gets another when the device changes.
   * Rejects with MicrophoneError. Give it back by `giveBack` with the same key, also after a rejection.
   */
  async take(key: object, replaced: (track: MediaStreamTrack) => void): Promise<MediaStreamTrack> {
    this.#takers.set(key, replaced);
    return this.#trackOf(await this.#opened());
  }

  giveBack(key: object): void {
    if (!this.#takers.delete(key) || this.#takers.size > 0) return;
    const stream = this.#stream;
    this.#stream = undefined;
    void stream?.then(stopTracks, () => undefined);
  }

  #opened(): Promise<MediaStream> {
    if (this.#stream !== undefined) return this.#stream;
    const opening = this.#open();
    this.#stream = opening;
    opening.catch(() => {
      if (this.#stream === opening) this.#stream = undefined;
    });
    return opening;
  }

  async #open(): Promise<MediaStream> {
    try {
      const stream = await this.#request();
      const track = stream.getAudioTracks()[0];
      track?.addEventListener('ended', () => {
        // Unplugged. What was chosen may be gone: the system's default takes over.
        void this.reopen();
      });
      this.#onOpened();
      return stream;
    } catch (error) {
      throw error instanceof MicrophoneError
        ? error
        : new MicrophoneError(microphoneProblem(error instanceof Error ? error.name : ''));
    }
  }

  async #request(): Promise<MediaStream> {
    // Undefined outside a secure context, whatever the types say.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) throw new MicrophoneError('micMissing');
    const { deviceId, processing } = this.#choice;
    const audio: MediaTrackConstraints = {
      echoCancellation: processing.echoCancellation,
      noiseSuppression: processing.noiseSuppression,
      autoGainControl: processing.autoGain,
    };
    if (deviceId === '') return devices.getUserMedia({ audio });
    try {
      return await devices.getUserMedia({ audio: { ...audio, deviceId: { exact: deviceId } } });
    } catch (error) {
      if (!(error instanceof Error) || microphoneProblem(error.name) !== 'micMissing') throw error;
      return await devices.getUserMedia({ audio });
    }
  }

  #trackOf(stream: MediaStream): MediaStreamTrack {
    const track = stream.getAudioTracks()[0];
    if (track === undefined) throw new MicrophoneError('micMissing');
    for (const copy of this.#handedOut) if (copy.readyState === 'ended') this.#handedOut.delete(copy);
    const copy = track.clone();
    this.#handedOut.add(copy);
    return copy;
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
