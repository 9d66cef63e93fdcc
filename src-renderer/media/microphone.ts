import type { MediaLegState } from '../../src-shared/contract/media.ts';
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

/**
 * The one microphone, shared by all calls of this window and open only while one of them needs it:
 *
 *   closed --first take--> opening --granted--> open --last give back--> closed
 *   opening --refused--> closed (every taker is told)
 *   open --device unplugged--> opening (the system's default)
 */
export class Microphone {
  #deviceId = '';
  readonly #takers = new Map<object, (track: MediaStreamTrack) => void>();
  #stream: Promise<MediaStream> | undefined;

  /** Takes effect at once, also in running calls. Empty: the system's default. */
  async choose(deviceId: string): Promise<void> {
    if (deviceId === this.#deviceId) return;
    this.#deviceId = deviceId;
    if (this.#takers.size > 0) await this.#reopen();
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
    this.#stream ??= this.#open();
    return this.#stream;
  }

  async #open(): Promise<MediaStream> {
    try {
      const stream = await this.#request(this.#deviceId);
      const track = stream.getAudioTracks()[0];
      track?.addEventListener('ended', () => {
        // Unplugged. What was chosen may be gone: the system's default takes over.
        if (this.#takers.size > 0) void this.#reopen();
      });
      return stream;
    } catch (error) {
      this.#stream = undefined;
      throw error instanceof MicrophoneError
        ? error
        : new MicrophoneError(microphoneProblem(error instanceof Error ? error.name : ''));
    }
  }

  async #request(deviceId: string): Promise<MediaStream> {
    // Undefined outside a secure context, whatever the types say.
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (devices === undefined) throw new MicrophoneError('micMissing');
    const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    if (deviceId === '') return devices.getUserMedia({ audio });
    try {
      return await devices.getUserMedia({ audio: { ...audio, deviceId: { exact: deviceId } } });
    } catch (error) {
      if (!(error instanceof Error) || microphoneProblem(error.name) !== 'micMissing') throw error;
      return await devices.getUserMedia({ audio });
    }
  }

  async #reopen(): Promise<void> {
    const before = this.#stream;
    this.#stream = undefined;
    void before?.then(stopTracks, () => undefined);
    let stream: MediaStream;
    try {
      stream = await this.#opened();
    } catch {
      // The call goes on without sound from here; the far end still hears nothing worse than silence.
      return;
    }
    for (const replaced of this.#takers.values()) replaced(this.#trackOf(stream));
  }

  #trackOf(stream: MediaStream): MediaStreamTrack {
    const track = stream.getAudioTracks()[0];
    if (track === undefined) throw new MicrophoneError('micMissing');
    return track.clone();
  }
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
