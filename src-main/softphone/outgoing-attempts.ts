import type { Core, Invitation, Inviter } from 'sip.js';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import type { CallMedia } from './call-media.ts';
import { parseReasons, reasonDetail, refinedEndReason } from './dialogs/reason.ts';
import { endReasonOf } from './end-reasons.ts';
import { mediaFailureWords } from './media-words.ts';
import { signallingLimits } from './signalling-limits.ts';

export interface OutgoingAttemptsOptions {
  readonly media: CallMedia;
  /** The session of the call while it is not over. */
  readonly session: () => Inviter | Invitation | undefined;
  /** The call goes on with this session. */
  readonly carry: (session: Inviter) => void;
  /** Where a 3xx to the last INVITE sent the call, the best address first. */
  readonly redirects: () => readonly string[];
  /** A session to an address that a 3xx names; undefined when that cannot be called. */
  readonly redirect: (uri: string) => Inviter | undefined;
  /** The same call once more, with what the dialog has learned from a refusal. */
  readonly again: (session: Inviter) => Inviter | undefined;
  /** Nobody is left to ask. */
  readonly failed: (reason: CallEndReason, words: string | undefined, detail: unknown) => void;
}

/**
 * The INVITEs of one outgoing call, one after the other until one is answered. SIP.js follows no refusal.
 *
 *   calling --422 | 488 that is worth another offer--> calling, the same address      (RFC 4028 section 7.3)
 *   calling --3xx--> calling, the first address that it names                         (RFC 3261 section 8.1.3.4)
 *   calling --refused, addresses left--> calling, the next of them
 *   calling --refused, none left | `signallingLimits.redirects` of all these--> failed
 *   any --the call is over--> nothing more is sent
 */
export class OutgoingAttempts {
  readonly #options: OutgoingAttemptsOptions;
  #further = 0;
  /** Further addresses of a 3xx, for when the one that is called now fails. */
  #alternatives: readonly string[] = [];

  constructor(options: OutgoingAttemptsOptions) {
    this.#options = options;
  }

  /** Sends the INVITE of the call's session. */
  send(): void {
    const { session, failed } = this.#options;
    session()
      ?.invite({
        requestDelegate: {
          onReject: ({ message }) => {
            this.#refused(message);
          },
          onRedirect: ({ message }) => {
            this.#alternatives = [...this.#options.redirects(), ...this.#alternatives];
            if (!this.#callsNext()) this.#refused(message);
          },
        },
      })
      .catch((error: unknown) => {
        failed('mediaFailed', mediaFailureWords(error), error);
      });
  }

  #refused(message: Core.IncomingResponseMessage): void {
    const { media, failed } = this.#options;
    const status = message.statusCode ?? 0;
    if ((status === 422 || media.insists(status)) && this.#callsAgain()) return;
    if (status < 600 && this.#callsNext()) return;
    const reasons = parseReasons(message.getHeaders('reason'));
    const detail = [`${status} ${message.reasonPhrase ?? ''}`, reasonDetail(reasons)]
      .filter((part) => part !== undefined)
      .join(', ');
    const words = media.wordsForRefusal(status);
    if (words !== undefined) {
      failed('mediaFailed', words, detail);
      return;
    }
    // SIP.js makes answers up when none came (RFC 3261 section 8.1.3.1); they have no Via.
    const reason = message.hasHeader('via') ? refinedEndReason(endReasonOf(status), reasons) : 'network';
    failed(reason, undefined, detail);
  }

  #callsAgain(): boolean {
    const session = this.#options.session();
    this.#further += 1;
    if (session === undefined || 'accept' in session || this.#further > signallingLimits.redirects) return false;
    return this.#goesOn(this.#options.again(session));
  }

  #callsNext(): boolean {
    for (;;) {
      const [next, ...others] = this.#alternatives;
      this.#alternatives = others;
      this.#further += 1;
      if (next === undefined || this.#further > signallingLimits.redirects) return false;
      if (this.#options.session() === undefined) return false;
      if (this.#goesOn(this.#options.redirect(next))) return true;
    }
  }

  #goesOn(inviter: Inviter | undefined): boolean {
    if (inviter === undefined) return false;
    this.#options.carry(inviter);
    this.send();
    return true;
  }
}
