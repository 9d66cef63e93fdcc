import type { Clock } from '../../src-shared/clock.ts';
import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { Logger } from '../core/log.ts';
import type { WindowMedia } from '../window-media.ts';
import { AgreedSound } from './agreed-sound.ts';
import { CallHold } from './call-hold.ts';
import type { CallMedia } from './call-media.ts';
import { CallSound } from './call-sound.ts';
import type { DialogAnswer } from './dialogs/dialog-requests.ts';
import { mediaFailureWords } from './media-words.ts';
import type { QualityMonitor } from './quality-monitor.ts';
import { SdpExchange } from './sdp-exchange.ts';
import { SoundRenewal } from './sound-renewal.ts';
import { logSound, watchSound } from './sound-watch.ts';

export interface SessionSoundOptions {
  readonly callId: string;
  readonly media: CallMedia;
  readonly window: WindowMedia;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tell: (event: DeviceCallEvent) => void;
  /** Offers anew; undefined where there is no dialog to offer in, or the call is over. Never rejects. */
  readonly reinvite: () => Promise<DialogAnswer> | undefined;
  readonly isEstablished: () => boolean;
  readonly isOver: () => boolean;
  /** There is no sound, nor will there be: the call is ended in these words. */
  readonly lost: (words: string, detail: unknown) => void;
}

/** What the sound of one call is made of, each with a life of its own, and how they hear of each other. */
export class SessionSound {
  /** The window's leg. */
  readonly window: CallSound;
  /** Offer and answer. */
  readonly exchange: SdpExchange;
  readonly agreed: AgreedSound;
  readonly hold: CallHold;
  readonly renewal: SoundRenewal;
  readonly #options: SessionSoundOptions;
  readonly #quality: QualityMonitor;

  constructor(options: SessionSoundOptions) {
    this.#options = options;
    const { media, clock, tell, reinvite, isOver, lost } = options;
    this.window = new CallSound({
      ...options,
      reoffer: () => {
        this.renewal.begin();
      },
      notice: (words) => {
        tell(words === undefined ? { type: 'notice' } : { type: 'notice', notice: words });
      },
    });
    this.exchange = new SdpExchange(media.session, clock, {
      read: (negotiated) => {
        this.agreed.expects(negotiated);
      },
      negotiated: (negotiated, offeredBy) => {
        if (!isOver()) this.agreed.negotiated(negotiated, offeredBy);
      },
      unusable: (error) => {
        lost(mediaFailureWords(error), error);
      },
    });
    this.agreed = new AgreedSound({ ...options, sound: this.window, isHeldHere: () => this.hold.held });
    this.hold = new CallHold({
      ...options,
      sound: this.window,
      reinvite: () => reinvite() ?? Promise.resolve({ outcome: 'refused', status: 0, reason: 'no dialog' }),
    });
    this.renewal = new SoundRenewal({
      ...options,
      renewed: () => {
        this.window.send();
        tell({ type: 'notice' });
      },
    });
    this.#quality = watchSound({
      ...options,
      audio: () => this.agreed.audio,
      isHeld: () => this.hold.held || this.agreed.farHolds,
    });
  }

  /** The call was answered. */
  established(): void {
    this.#quality.start();
    this.renewal.established();
  }

  /** The call is over. */
  close(): void {
    const { log, callId, media } = this.#options;
    this.#quality.stop();
    logSound(log, callId, media.session);
    void media.close();
    this.window.close();
  }
}
