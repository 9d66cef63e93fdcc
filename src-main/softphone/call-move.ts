import type { Clock } from '../../src-shared/clock.ts';
import type { Logger } from '../core/log.ts';
import type { CallMedia } from './call-media.ts';
import { DialogRefresh } from './dialog-refresh.ts';
import type { RefreshOutcome } from './dialogs/session-timer.ts';

export interface CallMoveOptions {
  readonly callId: string;
  readonly media: CallMedia;
  readonly clock: Clock;
  readonly log: Logger;
  /** The next offer repeats what was agreed. */
  readonly repeatNext: () => void;
  /** Refreshes the dialog, with a new offer where that is asked for. */
  readonly refresh: (withOffer: boolean) => Promise<RefreshOutcome>;
  /** The far end knows the call no longer. */
  readonly gone: () => void;
}

/**
 * What of an answered call moved: its sound to another address of this computer, its signalling to another connection.
 * The far end is told by refreshing the dialog, again and again until it is.
 */
export class CallMove {
  readonly #options: CallMoveOptions;
  readonly #refresh: DialogRefresh;
  /** This computer has another address than the far end knows. */
  #soundMoved = false;
  /** The far end knows another contact than we have now. */
  #isElsewhere = false;

  constructor(options: CallMoveOptions) {
    this.#options = options;
    this.#refresh = new DialogRefresh({
      clock: options.clock,
      refresh: () => this.#tell(),
      told: (outcome) => {
        this.#told(outcome);
      },
    });
  }

  /** This computer has this address now. */
  soundTo(localAddress: string): void {
    if (this.#options.media.session.moveTo(localAddress)) this.#soundMoved = true;
  }

  /** Signalling goes over another connection. */
  signallingMoved(): void {
    this.#isElsewhere = true;
    this.#refresh.moved();
  }

  stop(): void {
    this.#refresh.stop();
  }

  async #tell(): Promise<RefreshOutcome> {
    const { media, repeatNext, refresh } = this.#options;
    const isDirect = media.path === 'direct';
    // A new offer of the window would build its leg anew, and the sound does not need that.
    if (isDirect) repeatNext();
    // Some far ends (liblinphone) note a new address in a re-INVITE only, though UPDATE brings it too.
    const withOffer = this.#soundMoved || (this.#isElsewhere && !isDirect);
    const [soundMoved, isElsewhere] = [this.#soundMoved, this.#isElsewhere];
    // What moves while this is under way needs another refresh.
    this.#soundMoved = this.#isElsewhere = false;
    const outcome = await refresh(withOffer);
    if (outcome !== 'done') {
      this.#soundMoved ||= soundMoved;
      this.#isElsewhere ||= isElsewhere;
    }
    return outcome;
  }

  #told(outcome: RefreshOutcome): void {
    const { callId, log, gone } = this.#options;
    switch (outcome) {
      case 'done':
        log.info('the call goes on over another server', { callId });
        break;
      case 'gone':
        gone();
        break;
      case 'later':
        log.warn('the far end is not reached over this server; sound goes on', { callId });
        break;
    }
  }
}
