import { SessionState } from 'sip.js';
import type { Invitation, Inviter } from 'sip.js';
import { AppError } from '../../src-shared/errors.ts';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import { t } from '../../src-shared/words.ts';
import type { DivertReason } from '../calls/call-device.ts';
import type { DialTarget } from '../dial-plan/dial-string.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia } from './call-media.ts';
import type { CallSound } from './call-sound.ts';
import { mediaFailureWords, noWindowWords } from './media-words.ts';
import { refuseAsDescribed } from './session-ending.ts';

export interface RingingHereOptions {
  readonly media: CallMedia;
  readonly sound: CallSound;
  readonly window: WindowMedia;
  /** The session of the call while it is not over. */
  readonly session: () => Inviter | Invitation | undefined;
  /** Own address of record, `sip:user@domain`. */
  readonly aor: string;
  readonly addressOf: (target: DialTarget) => string;
  readonly end: (reason: CallEndReason, words?: string, detail?: unknown) => void;
}

/**
 * What becomes of an incoming call that rings here; SIP.js has its states (`SessionState`).
 *
 *   Initial --answer--> Establishing --200, ACK--> Established
 *   Initial --decline | divert | busy | an offer not to be had--> Terminated
 */
export class RingingHere {
  readonly #options: RingingHereOptions;
  #sentTo: readonly string[] | undefined;

  constructor(options: RingingHereOptions) {
    this.#options = options;
  }

  /** The session while it was neither answered nor refused. */
  get session(): Invitation | undefined {
    const session = this.#options.session();
    return session !== undefined && 'accept' in session && session.state === SessionState.Initial ? session : undefined;
  }

  /** Headers of the 302 that sends the caller on, once that was decided. */
  get sentTo(): readonly string[] | undefined {
    return this.#sentTo;
  }

  /** Brings up the sound and accepts. Rejects with AppError in words. */
  async answer(): Promise<void> {
    const { sound, window, end } = this.#options;
    const { session } = this;
    if (session === undefined) throw noLongerRinging();
    if (!window.available()) throw new AppError('media', t(noWindowWords));
    try {
      await sound.bringUp();
      if (this.#isOver()) return;
      await session.accept();
    } catch (error) {
      if (this.#isOver()) return;
      const message = mediaFailureWords(error);
      end('mediaFailed', message, error);
      throw new AppError('media', message);
    }
  }

  decline(): Promise<void> {
    if (this.session === undefined) return Promise.reject(noLongerRinging());
    this.#options.end('declined');
    return Promise.resolve();
  }

  /** Sends the caller on (RFC 3261 section 21.3.3, RFC 5806). */
  divert(target: DialTarget, reason: DivertReason): Promise<void> {
    if (this.session === undefined) return Promise.reject(noLongerRinging());
    const { aor, addressOf, end } = this.#options;
    this.#sentTo = [`Contact: <${addressOf(target)}>`, `Diversion: <${aor}>;reason=${reason}`];
    end('diverted');
    return Promise.resolve();
  }

  /** True when the offer of an INVITE is of no use here; it was refused then, and the call is over in words. */
  refusesOffer(offerSdp: string): boolean {
    const { media, end } = this.#options;
    const session = this.#options.session();
    if (session === undefined || offerSdp === '') return false;
    try {
      media.session.readOffer(offerSdp);
      return false;
    } catch (error) {
      refuseAsDescribed(session, error);
      end('mediaFailed', mediaFailureWords(error), error);
      return true;
    }
  }

  /** A timer or an event of SIP.js may have ended the call while something was awaited. */
  #isOver(): boolean {
    return this.#options.session() === undefined;
  }
}

function noLongerRinging(): AppError {
  return new AppError('notFound', t('This call is no longer ringing.'));
}
