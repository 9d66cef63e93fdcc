import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { NegotiatedAudio, NegotiatedMedia } from '../media-gateway/media.ts';
import type { CallMedia } from './call-media.ts';
import type { CallSound } from './call-sound.ts';
import { hearsUs } from './sdp-summary.ts';

export interface AgreedSoundOptions {
  readonly media: CallMedia;
  readonly sound: CallSound;
  /** Whether our own offers say that the call is on hold. */
  readonly isHeldHere: () => boolean;
  readonly isEstablished: () => boolean;
  readonly tell: (event: DeviceCallEvent) => void;
}

/** What was agreed that views show. */
interface Agreed {
  readonly encrypted: boolean;
  readonly codec?: string;
}

/** What offer and answer of one call came to: for the window, for what views show, and whether the far end holds. */
export class AgreedSound {
  readonly #options: AgreedSoundOptions;
  #audio: NegotiatedAudio | undefined;
  /** What an answer says that is being applied. */
  #expected: NegotiatedAudio | undefined;
  #farHolds = false;

  constructor(options: AgreedSoundOptions) {
    this.#options = options;
  }

  /** What is in force; undefined before anything is. */
  get audio(): NegotiatedAudio | undefined {
    return this.#audio;
  }

  /** What is in force, else what is about to be. */
  get latest(): NegotiatedAudio | undefined {
    return this.#audio ?? this.#expected;
  }

  get farHolds(): boolean {
    return this.#farHolds;
  }

  get shown(): Agreed {
    const audio = this.latest;
    const encrypted = this.#options.media.protects(audio);
    return audio === undefined ? { encrypted } : { encrypted, codec: audio.codec };
  }

  /** An answer was read and will be applied. */
  expects(media: NegotiatedMedia): void {
    this.#expected = media.audio;
  }

  /** It is in force. */
  negotiated(media: NegotiatedMedia, offeredBy: 'us' | 'them'): void {
    const { sound, isHeldHere, isEstablished, tell } = this.#options;
    const shown = this.latest;
    this.#audio = media.audio;
    if (media.audio === undefined) return;
    sound.negotiated(media.audio);
    const isOther = shown?.codec !== media.audio.codec || shown.srtpSuite !== media.audio.srtpSuite;
    if (isEstablished() && isOther) tell({ type: 'media', ...this.shown });
    // To our own hold some answer "inactive" whatever they want; what they want is in their offers.
    if (isHeldHere() && offeredBy === 'us') return;
    const farHolds = !hearsUs(media.audio);
    if (farHolds !== this.#farHolds) tell({ type: 'farHolds', farHolds });
    this.#farHolds = farHolds;
  }
}
