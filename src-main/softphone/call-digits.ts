import type { Inviter, Invitation } from 'sip.js';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { WindowMedia } from '../window-media.ts';
import type { DigitMode } from '../account/account-config.ts';
import type { CallMedia } from './call-media.ts';
import { noteSequence } from './dialogs/dialog-state.ts';

/** How long a key counts as pressed at the far end, in milliseconds: what desk phones say. */
const keyMs = 160;
const keys = /^[0-9*#A-D]$/;

export interface CallDigitsOptions {
  readonly callId: string;
  readonly digitMode: () => DigitMode;
  readonly media: CallMedia;
  readonly window: WindowMedia;
  /** The session of the call while it is not over. */
  readonly session: () => Inviter | Invitation | undefined;
  /** Whether the far end takes events (RFC 4733) in this call. */
  readonly takesEvents: () => boolean;
}

/** Digits of one call, by events (RFC 4733), INFO or as sound, as the account is set. */
export class CallDigits {
  readonly #options: CallDigitsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: CallDigitsOptions) {
    this.#options = options;
  }

  get possible(): boolean {
    return this.#options.digitMode() !== 'rfc4733' || this.#options.takesEvents();
  }

  /** Before the answer there is no INFO and no sound of ours, but events go where early media came from. */
  get possibleEarly(): boolean {
    const { digitMode, takesEvents } = this.#options;
    const mode = digitMode();
    return (mode === 'auto' || mode === 'rfc4733') && takesEvents();
  }

  /** Resolves when the last one is sent. Rejects with AppError in words; those after a digit that failed are not sent. */
  send(digits: string): Promise<void> {
    const sent = this.#last.then(() => this.#send(digits));
    this.#last = sent.catch(() => undefined);
    return sent;
  }

  async #send(digits: string): Promise<void> {
    const { callId, media, window, takesEvents } = this.#options;
    const mode = this.#options.digitMode();
    if (mode === 'inband') {
      await window.ask('media.tones', { callId, digits });
      return;
    }
    if (mode === 'rfc4733' || (mode === 'auto' && takesEvents())) {
      await media.dtmf(digits);
      return;
    }
    for (const digit of digits) if (keys.test(digit)) await this.#inform(digit);
  }

  /** What PBXs and gateways call "SIP INFO": no RFC, but the same body everywhere. */
  #inform(digit: string): Promise<void> {
    const session = this.#options.session();
    const dialog = session?.dialog;
    if (dialog === undefined) return Promise.reject(new AppError('notFound', t('This call is over.')));
    return new Promise((resolve, reject) => {
      const sent = dialog.info(
        {
          onAccept: () => {
            noteSequence(dialog, sent.message);
            resolve();
          },
          onReject: ({ message }) => {
            noteSequence(dialog, sent.message);
            reject(
              new AppError(
                'unsupported',
                t('The other side does not take the keys of this call.'),
                `INFO ${message.statusCode ?? 0}`,
              ),
            );
          },
        },
        {
          body: {
            contentDisposition: 'render',
            contentType: 'application/dtmf-relay',
            content: `Signal=${digit}\r\nDuration=${keyMs}\r\n`,
          },
        },
      );
    });
  }
}
