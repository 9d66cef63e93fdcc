import { SessionState } from 'sip.js';
import type { Invitation, Inviter, Notification } from 'sip.js';
import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { Logger } from '../core/log.ts';
import { CallTransfer } from './call-transfer.ts';
import type { ReferTarget } from './dialogs/refer.ts';
import { replacesOf } from './dialogs/replaces.ts';

export interface CallHandoverOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** The session of the call while it is not over. */
  readonly session: () => Inviter | Invitation | undefined;
  readonly tell: (event: DeviceCallEvent) => void;
  /** The call went on without us: it is ended as transferred. */
  readonly handedOver: () => void;
}

/**
 * How one call goes over to somebody else: because this person transfers it, because the transfer of another call takes
 * it over, or because another call took its place here.
 *
 *   own --order--> transferring --done--> handed over      (`handedOver`)
 *   transferring --failed--> own
 *   own --taken over by another call's transfer | replaced here--> going --BYE of either side--> handed over
 */
export class CallHandover {
  readonly #options: CallHandoverOptions;
  #transfer: CallTransfer | undefined;
  #goes = false;
  #grace: TimerHandle | undefined;

  constructor(options: CallHandoverOptions) {
    this.#options = options;
  }

  /** That the far end hangs up now means that the call went over. */
  get expectsBye(): boolean {
    return this.#goes || this.#transfer?.running === true;
  }

  /** The far end as a third phone can call it in our place (RFC 5589 section 7.1); undefined before it has answered. */
  get addressForOthers(): ReferTarget | undefined {
    const session = this.#options.session();
    const replaces = session === undefined ? undefined : replacesOf(session);
    const dialog = session?.dialog;
    if (replaces === undefined || dialog === undefined || session?.state !== SessionState.Established) return undefined;
    // The address of record: a Contact may be out of reach for the other phone.
    const { scheme, user, host } = dialog.remoteURI;
    return { uri: `${scheme}:${user === undefined ? '' : `${user}@`}${host}`, replaces };
  }

  /** Sends REFER; `other` is the call that is joined with this one. Rejects with AppError in words. */
  async order(target: ReferTarget, other?: CallHandover): Promise<void> {
    const { clock, log, tell, handedOver } = this.#options;
    const session = this.#options.session();
    if (session === undefined) throw new AppError('notFound', t('This call is over.'));
    this.#transfer?.stop();
    const transfer = new CallTransfer({
      ...{ session, clock, log },
      progress: (state) => {
        tell({ type: 'transfer', state });
      },
      quiet: () => {
        tell({ type: 'transferQuiet' });
      },
      done: () => {
        handedOver();
        other?.takenOver();
      },
      failed: (reason) => {
        other?.goesWithTransfer(false);
        tell({ type: 'transferFailed', reason });
      },
    });
    this.#transfer = transfer;
    other?.goesWithTransfer(true);
    try {
      await transfer.order(target);
    } catch (error) {
      other?.goesWithTransfer(false);
      throw error;
    }
  }

  /** The far end tells how a transfer goes; gives the status for the answer (RFC 6665 section 4.1.3). */
  notified(notification: Notification): 200 | 481 {
    return this.#transfer?.notified(notification) ?? 481;
  }

  /** A transfer of another call is to take this one over, or will not. */
  goesWithTransfer(goes: boolean): void {
    this.#goes = goes;
  }

  takenOver(): void {
    this.#options.handedOver();
  }

  /** Another call took the place of this one. The far end ends it, or we do after a while. */
  replaced(graceMs: number): void {
    this.#goes = true;
    this.#grace ??= this.#options.clock.setTimeout(() => {
      this.#options.handedOver();
    }, graceMs);
  }

  /** The call is over. */
  stop(): void {
    this.#transfer?.stop();
    if (this.#grace !== undefined) this.#options.clock.clearTimeout(this.#grace);
  }
}
