import type { Inviter, Invitation, Notification } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import { OutgoingRefer } from './dialogs/refer.ts';
import type { ReferProgress, ReferTarget } from './dialogs/refer.ts';
import { endReasonOf } from './end-reasons.ts';

export interface CallTransferOptions {
  readonly session: Inviter | Invitation;
  readonly clock: Clock;
  readonly log: Logger;
  readonly progress: (state: 'trying' | 'ringing') => void;
  /** Nothing was heard for a while; `progress` follows when something is. */
  readonly quiet: () => void;
  /** The others talk: this call has to be ended. */
  readonly done: () => void;
  /** `unknown`: nobody told how it went. */
  readonly failed: (reason: CallEndReason | 'unknown') => void;
}

/**
 * A transfer that we ask the far end for, in the dialog of the call (RFC 5589).
 *
 *   ordered --202--> trying --NOTIFY 18x--> ringing
 *   ordered --refused--> over                       `order` rejects
 *   trying | ringing --NOTIFY 2xx--> over           `done`
 *   trying | ringing --NOTIFY 3xx..6xx | told no more | nothing for too long--> over      `failed`
 *   trying | ringing --nothing for a while--> as it was          `quiet`
 *   any --stop--> over
 */
export class CallTransfer {
  readonly #options: CallTransferOptions;
  readonly #refer: OutgoingRefer;
  #state: 'ordered' | 'trying' | 'ringing' | 'over' = 'ordered';
  #isQuiet = false;

  constructor(options: CallTransferOptions) {
    this.#options = options;
    this.#refer = new OutgoingRefer(options.session, options.clock, (progress) => {
      this.#heard(progress);
    });
  }

  /** True until it is known how it went; a far end that hangs up meanwhile went on to the other one. */
  get running(): boolean {
    return this.#state !== 'over';
  }

  /** Sends REFER. Resolves when the far end takes the order; rejects with AppError in words. */
  async order(target: ReferTarget): Promise<void> {
    const answer = await this.#refer.send(target);
    if (answer.outcome === 'accepted') {
      this.#goOn('trying');
      return;
    }
    this.#state = 'over';
    throw refused(answer.status);
  }

  /** RFC 3515 section 2.4.4: the far end tells how its call to the other one goes. */
  notified({ request }: Notification): 200 | 481 {
    return this.#refer.notified(request);
  }

  /** The call is over; nothing is told any more. */
  stop(): void {
    this.#state = 'over';
    this.#refer.ended();
  }

  #heard(heard: ReferProgress): void {
    if (this.#state === 'over') return;
    this.#options.log.info('transfer', { ...heard });
    if (heard.type === 'quiet') {
      this.#isQuiet = true;
      this.#options.quiet();
      return;
    }
    const { status } = heard;
    if (heard.type === 'goesOn') {
      this.#goOn(status > 100 ? 'ringing' : 'trying');
      return;
    }
    this.#state = 'over';
    if (status >= 200 && status < 300) this.#options.done();
    // Told no more before there was an answer: nobody knows, so the call stays with the person.
    else this.#options.failed(status < 200 ? 'unknown' : endReasonOf(status));
  }

  #goOn(state: 'trying' | 'ringing'): void {
    if (this.#state === 'over') return;
    const next = this.#state === 'ringing' ? 'ringing' : state;
    if (next === this.#state && !this.#isQuiet) return;
    this.#isQuiet = false;
    this.#state = next;
    this.#options.progress(next);
  }
}

function refused(status: number): AppError {
  const detail = `REFER ${status}`;
  if (status === 481 || status === 408 || status === 0) {
    return new AppError('timeout', t('The other side did not answer, so the call was not transferred.'), detail);
  }
  if (status === 603) return new AppError('denied', t('The other side does not want to be transferred.'), detail);
  if (status === 403) return new AppError('denied', t('The phone server does not allow this transfer.'), detail);
  return new AppError('unsupported', t('The other side cannot be transferred.'), detail);
}
