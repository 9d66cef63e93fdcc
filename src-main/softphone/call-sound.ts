import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Logger } from '../core/log.ts';
import type { NegotiatedAudio } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia } from './call-media.ts';
import { legFailureWords, noSoundNowWords, soundLostWords } from './media-words.ts';

/** A leg that fails more often than this without having lived in between cannot be helped. */
const restoresInARow = 3;

export interface CallSoundOptions {
  readonly callId: string;
  readonly media: CallMedia;
  readonly window: WindowMedia;
  readonly log: Logger;
  /** The far end has to be asked anew before the window can sound again. */
  readonly reoffer: () => void;
  /** Words during the call; undefined takes them away. */
  readonly notice: (words: string | undefined) => void;
  /** There is no sound and there will be none. */
  readonly lost: (words: string, detail: string) => void;
}

/**
 * The window's side of one call: its leg, its microphone, and bringing both back.
 *
 *   none --bringUp--> coming --leg and microphone asked for--> up
 *   up --leg failed | window reloaded--> coming      at most `restoresInARow` times without a sign of life
 *   any --microphone refused | cannot be helped--> `lost` is told
 *   any --close--> closed
 */
export class CallSound {
  readonly #options: CallSoundOptions;
  #audio: NegotiatedAudio | undefined;
  #muted = false;
  #closed = false;
  #restores = 0;
  #isSilent = false;

  constructor(options: CallSoundOptions) {
    this.#options = options;
  }

  /** The leg, then the microphone. Rejects with AppError when there can be no sound. */
  async bringUp(): Promise<void> {
    const { callId, window, reoffer } = this.#options;
    const outcome = await this.#connect();
    if (this.#closed || outcome === 'later') return;
    if (outcome === 'reoffer') {
      reoffer();
      return;
    }
    try {
      await window.ask('media.start', { callId, codec: codecOf(this.#audio) });
    } catch (error) {
      // The person may still be reading the question about the microphone; the leg tells how that ends.
      if (!(error instanceof AppError) || error.code !== 'timeout') throw error;
    }
  }

  /** What offer and answer agreed on. The window sends with that codec from now on. */
  negotiated(audio: NegotiatedAudio): void {
    const before = this.#audio;
    this.#audio = audio;
    if (before?.codec !== audio.codec || before.clockRateHz !== audio.clockRateHz) this.send();
  }

  /** Tells the window to send; before its leg is up that comes to nothing, and `bringUp` says it again. */
  send(): void {
    const { callId, window, log } = this.#options;
    window.ask('media.start', { callId, codec: codecOf(this.#audio) }).catch((error: unknown) => {
      log.info('the window does not send yet', { callId, error });
    });
  }

  async mute(muted: boolean): Promise<void> {
    await this.#options.window.ask('media.mute', { callId: this.#options.callId, muted });
    this.#muted = muted;
  }

  /** The window told how its leg is. */
  leg(state: MediaLegState, detail: string): void {
    if (this.#closed) return;
    const words = legFailureWords(state);
    if (words !== undefined) {
      this.#options.lost(words, detail);
      return;
    }
    if (state === 'live') {
      this.#restores = 0;
      this.#sounds();
    }
    if (state !== 'failed') return;
    this.#restores += 1;
    if (this.#restores > restoresInARow) this.#options.lost(soundLostWords, detail);
    else this.restore();
  }

  /** A window took the lease, or the leg failed: it is built anew. Without a window it waits for the next one. */
  restore(): void {
    if (this.#closed) return;
    const { callId, log, notice } = this.#options;
    this.bringUp()
      .then(async () => {
        if (this.#muted) await this.mute(true);
        this.#sounds();
      })
      .catch((error: unknown) => {
        if (this.#closed) return;
        log.warn('the window leg was not restored', { callId, error });
        this.#isSilent = true;
        notice(noSoundNowWords);
      });
  }

  /** Nothing is asked or told any more. */
  close(): void {
    this.#closed = true;
    const { callId, window } = this.#options;
    // A window that is gone has closed its leg already.
    window.ask('media.close', { callId }).catch(() => undefined);
  }

  /** A leg that does not come up at the first attempt gets a second: WebRTC fails now and then on a busy machine. */
  async #connect(): Promise<'connected' | 'later' | 'reoffer'> {
    const { callId, media, log } = this.#options;
    try {
      return await media.connectWindow();
    } catch (error) {
      if (this.#closed || isFinal(error)) throw error;
      log.warn('the window leg is tried once more', { callId, error });
      return await media.connectWindow();
    }
  }

  #sounds(): void {
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.#options.notice(undefined);
  }
}

function codecOf(audio: NegotiatedAudio | undefined): { name: string; clockRateHz: number } | null {
  return audio === undefined ? null : { name: audio.codec, clockRateHz: audio.clockRateHz };
}

/** There is no window or no microphone, or the window does not answer: asking again changes nothing. */
function isFinal(error: unknown): boolean {
  return error instanceof AppError && ['media', 'timeout', 'disconnected', 'unsupported'].includes(error.code);
}
