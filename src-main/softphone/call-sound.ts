import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { CallInput } from '../../src-shared/contract/contract.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { NegotiatedAudio } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia } from './call-media.ts';
import { turnNotice, legFailureWords, noSoundNowWords, soundLostWords } from './media-words.ts';

/** A leg that fails more often than this without having lived in between cannot be helped. */
const restoresInARow = 3;
/**
 * Milliseconds in which a leg to the media gateway connects, on a busy computer and with a flight of DTLS lost (which is
 * repeated after one second). A usual one takes 30.
 */
const legUpMs = 4_000;

export interface CallSoundOptions {
  readonly callId: string;
  readonly media: CallMedia;
  readonly window: WindowMedia;
  readonly log: Logger;
  readonly clock: Clock;
  /** The far end has to be asked anew before the window can sound again. */
  readonly reoffer: () => void;
  /** Words during the call; undefined takes them away. */
  readonly notice: (words: string | undefined) => void;
  /** There is no sound and there will be none. */
  readonly lost: (words: string, detail: string) => void;
}

interface Connected {
  readonly outcome: 'connected' | 'later' | 'reoffer';
  /** The first attempt failed. */
  readonly isSecond: boolean;
}

/**
 * The window's side of one call: its leg, its microphone, and bringing both back.
 *
 *   none --bringUp--> coming --leg and microphone asked for--> up
 *   up --leg failed | never connected | window reloaded--> coming      at most `restoresInARow` times without a sign of life
 *   any --microphone refused | cannot be helped--> `lost` is told
 *   any --close--> closed
 */
export class CallSound {
  readonly #options: CallSoundOptions;
  #audio: NegotiatedAudio | undefined;
  #muted = false;
  #held = false;
  #closed = false;
  #restores = 0;
  #isSilent = false;
  #watch: TimerHandle | undefined;

  constructor(options: CallSoundOptions) {
    this.#options = options;
  }

  /** The leg, then the microphone. Rejects with AppError when there can be no sound. */
  async bringUp(): Promise<void> {
    const { media, reoffer } = this.#options;
    this.#stopWatch();
    const connecting = this.#connect();
    // The microphone takes longest: it opens while the leg connects. The window has heard of the leg by then.
    const early = media.path === 'gateway' ? this.#start() : undefined;
    // Its outcome counts once there is a leg.
    early?.catch(() => undefined);
    const { outcome, isSecond } = await connecting;
    if (this.#closed || outcome === 'later') return;
    if (outcome === 'reoffer') {
      reoffer();
      return;
    }
    this.#watchLeg();
    // What was started by then may have been the leg of the first attempt.
    if ((await early) !== true || isSecond) await this.#start();
  }

  /**
   * Now and then, on a busy computer, a leg exchanges offer and answer and then never connects, and neither end says so:
   * DTLS tries without end. The gateway knows.
   */
  #watchLeg(): void {
    const { callId, clock, media, log } = this.#options;
    // Two that were brought up at once, by a window that reloads and a leg that fails, need one.
    this.#stopWatch();
    if (media.path !== 'gateway') return;
    this.#watch = clock.setTimeout(() => {
      media.session.stats().then(
        ({ rendererLeg }) => {
          if (!this.#closed && rendererLeg === 'connecting')
            this.leg('failed', 'the leg to the gateway never connected');
        },
        (error: unknown) => {
          log.info('nobody knows whether the window is connected', { callId, error });
        },
      );
    }, legUpMs);
  }

  #stopWatch(): void {
    if (this.#watch !== undefined) this.#options.clock.clearTimeout(this.#watch);
    this.#watch = undefined;
  }

  /** Asks the window to open the microphone and to send. False when it has no leg to send by. */
  async #start(): Promise<boolean> {
    const { callId, window } = this.#options;
    try {
      // Before the microphone opens: a held or muted call never sends a word.
      if (this.#held) await window.ask('media.hold', { callId, held: true });
      if (this.#muted) await window.ask('media.mute', { callId, muted: true });
      await window.ask('media.start', { callId, codec: codecOf(this.#audio) });
      return true;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // The person may still be reading the question about the microphone; the leg tells how that ends.
      if (error.code === 'timeout') return true;
      if (error.code === 'notFound') return false;
      throw error;
    }
  }

  /** What offer and answer agreed on. The window sends with that codec from now on. */
  negotiated(audio: NegotiatedAudio): void {
    const before = this.#audio;
    this.#audio = audio;
    if (JSON.stringify(codecOf(before)) !== JSON.stringify(codecOf(audio))) this.send();
  }

  /** Tells the window to send; before its leg is up that comes to nothing, and `bringUp` says it again. */
  send(): void {
    const { callId, window, log } = this.#options;
    window.ask('media.start', { callId, codec: codecOf(this.#audio) }).catch((error: unknown) => {
      log.info('the window does not send yet', { callId, error });
    });
  }

  /** Before there is a leg, that one takes it along. */
  async mute(muted: boolean): Promise<void> {
    const before = this.#muted;
    this.#muted = muted;
    try {
      await this.#options.window.ask('media.mute', { callId: this.#options.callId, muted });
    } catch (error) {
      if (error instanceof AppError && error.code === 'notFound') return;
      this.#muted = before;
      throw error;
    }
  }

  /** On hold no microphone is sent. A window that does not answer is told again when it comes back. */
  hold(held: boolean): void {
    const { callId, window, log } = this.#options;
    this.#held = held;
    window.ask('media.hold', { callId, held }).catch((error: unknown) => {
      log.info('the window was not told of the hold', { callId, held, error });
    });
  }

  /** The window told how its leg is. */
  leg(state: MediaLegState, detail: string): void {
    if (this.#closed) return;
    const words = legFailureWords(state);
    if (words !== undefined) {
      this.#options.lost(words, detail);
      return;
    }
    const turn = turnNotice(state);
    if (turn !== undefined) {
      this.#options.log.warn('a TURN server does not serve', { callId: this.#options.callId, state, detail });
      this.#options.notice(turn);
      return;
    }
    if (state === 'live') {
      this.#restores = 0;
      this.#sounds();
    }
    if (state !== 'failed') return;
    this.#options.log.warn('the window lost its leg', { callId: this.#options.callId, detail });
    this.#restores += 1;
    if (this.#restores > restoresInARow) this.#options.lost(t(soundLostWords), detail);
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
        notice(t(noSoundNowWords));
      });
  }

  /** Nothing is asked or told any more. */
  close(): void {
    this.#closed = true;
    this.#stopWatch();
    const { callId, window } = this.#options;
    // A window that is gone has closed its leg already.
    window.ask('media.close', { callId }).catch(() => undefined);
  }

  /** A leg that does not come up at the first attempt gets a second: WebRTC fails now and then on a busy machine. */
  async #connect(): Promise<Connected> {
    const { callId, media, log } = this.#options;
    try {
      return { outcome: await media.connectWindow(), isSecond: false };
    } catch (error) {
      if (this.#closed || isFinal(error)) throw error;
      log.warn('the window leg is tried once more', { callId, error });
      return { outcome: await media.connectWindow(), isSecond: true };
    }
  }

  #sounds(): void {
    if (!this.#isSilent) return;
    this.#isSilent = false;
    this.#options.notice(undefined);
  }
}

function codecOf(audio: NegotiatedAudio | undefined): CallInput<'media.start'>['codec'] {
  if (audio === undefined) return null;
  const { name, clockRateHz } = audio.windowCodec ?? { name: audio.codec, clockRateHz: audio.clockRateHz };
  return { name, clockRateHz };
}

/** There is no window or no microphone, or the window does not answer: asking again changes nothing. */
function isFinal(error: unknown): boolean {
  return error instanceof AppError && ['media', 'timeout', 'disconnected', 'unsupported'].includes(error.code);
}
