import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { withDeadline } from '../../src-shared/rpc/deadline.ts';
import { t } from '../../src-shared/words.ts';
import type { CallMedia } from './call-media.ts';
import type { DialogAnswer } from './dialogs/dialog-requests.ts';
import { soundLostWords } from './media-words.ts';
import { signallingLimits } from './signalling-limits.ts';

export interface SoundRenewalOptions {
  readonly clock: Clock;
  readonly media: CallMedia;
  /** Offers anew; undefined where there is no dialog to offer in. Never rejects. */
  readonly reinvite: () => Promise<DialogAnswer> | undefined;
  /** Sound goes both ways again. */
  readonly renewed: () => void;
  readonly lost: (words: string, detail: unknown) => void;
}

/**
 * Sound that was lost and that the far end has to be asked for anew, by a re-INVITE with a new offer (RFC 3261
 * section 14).
 *
 *   none --lost before the call is established--> due --established--> offering
 *   none --lost--> offering --accepted, and the window's leg is up--> none      (`renewed`)
 *   offering --refused | too slow--> none                                       (`lost`: it ends the call)
 */
export class SoundRenewal {
  readonly #options: SoundRenewalOptions;
  #state: 'none' | 'due' | 'offering' = 'none';

  constructor(options: SoundRenewalOptions) {
    this.#options = options;
  }

  /** To be done as soon as the call is established. */
  isDue(): void {
    if (this.#state === 'none') this.#state = 'due';
  }

  established(): void {
    if (this.#state === 'due') this.begin();
  }

  /** Asks for sound now; while that is under way it is not asked again. */
  begin(): void {
    if (this.#state === 'offering') return;
    this.#state = 'none';
    const { clock, media, reinvite, renewed, lost } = this.#options;
    const reinvited = reinvite();
    if (reinvited === undefined) return;
    this.#state = 'offering';
    const answered = reinvited.then((answer) => {
      if (answer.outcome === 'refused') throw new AppError('media', t(soundLostWords));
    });
    const both = Promise.all([answered, media.connectWindow()]);
    withDeadline(both, signallingLimits.reofferTimeoutMs, clock, 'new offer')
      .then(renewed)
      .catch((error: unknown) => {
        lost(t(soundLostWords), error);
      })
      .finally(() => {
        this.#state = 'none';
      });
  }
}
