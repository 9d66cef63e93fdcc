import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { CallMedia } from './call-media.ts';
import type { CallSound } from './call-sound.ts';
import type { DialogAnswer } from './dialogs/dialog-requests.ts';
import { signallingLimits } from './signalling-limits.ts';

const notResumedWords = msg('The call could not be taken back. It stays on hold; try again in a moment.');

export interface CallHoldOptions {
  readonly callId: string;
  readonly media: CallMedia;
  readonly sound: CallSound;
  readonly clock: Clock;
  readonly log: Logger;
  /** Offers anew; never rejects. */
  readonly reinvite: () => Promise<DialogAnswer>;
}

/**
 * Puts one call on hold by a new offer (RFC 3264 section 8.4, RFC 6337 section 5.3).
 *
 *   active --hold--> held       the microphone is shut at once, whatever the far end says to it
 *   held --resume, accepted--> active
 *   held --resume, refused or too slow--> held
 */
export class CallHold {
  readonly #options: CallHoldOptions;
  #held = false;

  constructor(options: CallHoldOptions) {
    this.#options = options;
  }

  /** Whether our offers say that the call is on hold. */
  get held(): boolean {
    return this.#held;
  }

  /** Resolves when the far end knows, or has had time enough: no sound leaves here in any case. */
  async hold(): Promise<void> {
    const { callId, media, sound, log } = this.#options;
    this.#held = true;
    media.session.setHold(true);
    sound.hold(true);
    const answer = await this.#offer();
    if (answer?.outcome === 'accepted') return;
    log.info('the far end was not put on hold; it hears silence', { callId, answer });
  }

  /** Rejects with AppError when the far end did not agree; the call stays on hold then. */
  async resume(): Promise<void> {
    const { callId, media, sound, log } = this.#options;
    this.#held = false;
    media.session.setHold(false);
    const answer = await this.#offer();
    if (answer?.outcome === 'accepted') {
      sound.hold(false);
      return;
    }
    this.#held = true;
    media.session.setHold(true);
    log.warn('a call was not taken back', { callId, answer });
    throw new AppError('timeout', t(notResumedWords));
  }

  /** Undefined when there was no answer in time. */
  async #offer(): Promise<DialogAnswer | undefined> {
    const { clock, reinvite } = this.#options;
    try {
      return await withDeadline(reinvite(), signallingLimits.holdTimeoutMs, clock, 'hold');
    } catch {
      return undefined;
    }
  }
}
