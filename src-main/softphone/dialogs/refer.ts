import { SessionState } from 'sip.js';
import type { Core, Invitation, Inviter, Referral } from 'sip.js';
import type { Clock, TimerHandle } from '../../../src-shared/clock.ts';
import { signallingLimits } from '../signalling-limits.ts';
import type { DialogAnswer } from './dialog-requests.ts';
import { noteSequence } from './dialog-state.ts';

/** Where a REFER sends somebody (RFC 3515 section 2.1). */
export interface ReferTarget {
  /** `sip:`, `sips:` or `tel:` URI without headers. */
  readonly uri: string;
  /** Value of the Replaces header that the new INVITE has to carry (RFC 3891): an attended transfer. */
  readonly replaces?: string;
}

/** How far the far end is with what a REFER asked for; `status` is that of its own INVITE. */
export type ReferProgress =
  | { readonly type: 'goesOn'; readonly status: number }
  /** Nothing was heard for a while. The last word may have been lost, or the other phone rings for long. */
  | { readonly type: 'quiet' }
  /** Nothing follows. A status from 200 on is final, below 300 it worked; below 200 nobody told how it went. */
  | { readonly type: 'over'; readonly status: number };

/**
 * Value of Refer-To. Brackets stand only where RFC 3261 section 20 asks for them: some phones (baresip 1.0) take them
 * for a part of the address.
 */
export function formatReferTo(target: ReferTarget): string {
  const replaces = target.replaces === undefined ? '' : `?Replaces=${encodeURIComponent(target.replaces)}`;
  const uri = `${target.uri}${replaces}`;
  return /[,;?]/.test(uri) ? `<${uri}>` : uri;
}

/** The value of Refer-To; undefined when it asks for something else than a call, or cannot be read. */
export function parseReferTo(value: string): ReferTarget | undefined {
  const inner = (/<([^>]*)>/.exec(value)?.[1] ?? value).trim();
  const [address, headers] = splitOnce(inner, '?');
  const method = /;method=([^;?]+)/i.exec(address)?.[1];
  if (method !== undefined && method.toUpperCase() !== 'INVITE') return undefined;
  const uri = address.replace(/;method=[^;?]+/i, '');
  if (!/^(sips?|tel):[^\s<>"]+$/i.test(uri)) return undefined;
  const replaces = headers
    .split('&')
    .map((header) => splitOnce(header, '='))
    .find(([name]) => name.toLowerCase() === 'replaces')?.[1];
  if (replaces === undefined) return { uri };
  try {
    return { uri, replaces: decodeURIComponent(replaces) };
  } catch {
    return undefined;
  }
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/**
 * A REFER of ours in a call (RFC 3515). The far end tells by NOTIFY how it goes:
 *
 *   idle --send--> sent --2xx--> followed --nothing for a while--> followed     (told as quiet; NOTIFY ends that)
 *                                followed --final NOTIFY | subscription ended | call ended | silence--> over
 *                  sent --2xx, without subscription (RFC 4488)--> over        (how it ends is not known)
 *                  sent --refused--> over
 */
export class OutgoingRefer {
  readonly #session: Inviter | Invitation;
  readonly #clock: Clock;
  readonly #listener: (progress: ReferProgress) => void;
  #state: 'idle' | 'sent' | 'followed' | 'over' = 'idle';
  #lastStatus = 100;
  #quiet: TimerHandle | undefined;
  #silence: TimerHandle | undefined;
  /** The subscription that REFER began ends by itself after this time (RFC 6665 section 4.1.2.2). */
  #silenceMs: number = signallingLimits.transferSilenceMs;

  /** `listener` hears of progress only after `send` resolved with `accepted`, and after `over` nothing more. */
  constructor(session: Inviter | Invitation, clock: Clock, listener: (progress: ReferProgress) => void) {
    this.#session = session;
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Resolves with the answer to REFER itself. */
  async send(target: ReferTarget): Promise<DialogAnswer> {
    const { dialog, userAgent } = this.#session;
    if (this.#state !== 'idle' || dialog === undefined || this.#session.state !== SessionState.Established) {
      return { outcome: 'refused', status: 0, reason: 'the call is over' };
    }
    this.#state = 'sent';
    const extraHeaders = [
      `Refer-To: ${formatReferTo(target)}`,
      `Referred-By: <${userAgent.configuration.uri.toString()}>`,
      `Contact: ${userAgent.contact.toString()}`,
    ];
    const answer = await new Promise<Core.IncomingResponseMessage>((resolve) => {
      const heard = ({ message }: Core.IncomingResponse): void => {
        noteSequence(dialog, sent.message);
        resolve(message);
      };
      const sent = dialog.refer({ onAccept: heard, onReject: heard, onRedirect: heard }, { extraHeaders });
    });
    const status = answer.statusCode ?? 0;
    if (status < 200 || status >= 300) {
      this.#state = 'over';
      return { outcome: 'refused', status, reason: answer.reasonPhrase ?? '' };
    }
    // RFC 4488 section 4: nothing will be heard of how it goes. Some say so though we have not asked for it.
    const isFollowed = !/^[ \t]*false/i.test(answer.getHeader('refer-sub') ?? '');
    this.#state = 'followed';
    // What came before the answer, and what comes after it, is told once this has resolved.
    queueMicrotask(() => {
      if (isFollowed) this.#listen();
      else this.#over(202);
    });
    return { outcome: 'accepted' };
  }

  /** A NOTIFY of event `refer` in the call: gives its status code for the answer. */
  notified(request: Core.IncomingRequestMessage): 200 | 481 {
    if (this.#state === 'idle' || this.#state === 'over') return 481;
    const status = Number(/^SIP\/2\.0 ([1-6]\d\d)\b/m.exec(request.body)?.[1] ?? this.#lastStatus);
    this.#lastStatus = status;
    const subscription = request.getHeader('subscription-state') ?? '';
    const isEnded = /^terminated/i.test(subscription);
    if (status >= 200 || isEnded) {
      this.#over(status);
      return 200;
    }
    this.#silenceMs = silenceOf(subscription);
    if (this.#state === 'followed') {
      this.#listen();
      this.#tell({ type: 'goesOn', status });
    }
    return 200;
  }

  /** The call ended: the far end left it to follow the REFER, as most do when it has worked. */
  ended(): void {
    if (this.#state === 'followed' || this.#state === 'sent')
      this.#over(this.#lastStatus < 200 ? 200 : this.#lastStatus);
  }

  #listen(): void {
    if (this.#state !== 'followed') return;
    this.#stopTimers();
    this.#quiet = this.#clock.setTimeout(() => {
      this.#tell({ type: 'quiet' });
    }, signallingLimits.transferQuietMs);
    this.#silence = this.#clock.setTimeout(() => {
      this.#over(this.#lastStatus);
    }, this.#silenceMs);
  }

  #stopTimers(): void {
    for (const timer of [this.#quiet, this.#silence]) if (timer !== undefined) this.#clock.clearTimeout(timer);
  }

  #over(status: number): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#stopTimers();
    this.#tell({ type: 'over', status });
  }

  #tell(progress: ReferProgress): void {
    queueMicrotask(() => {
      this.#listener(progress);
    });
  }
}

/** How long a subscription in this state lasts without another word. */
function silenceOf(subscriptionState: string): number {
  const expiresS = /;[ \t]*expires[ \t]*=[ \t]*(\d{1,9})/i.exec(subscriptionState)?.[1];
  const { transferSilenceMs, transferSubscriptionFloorMs } = signallingLimits;
  if (expiresS === undefined) return transferSilenceMs;
  return Math.min(Math.max(Number(expiresS) * 1_000, transferSubscriptionFloorMs), transferSilenceMs);
}

/**
 * A REFER of the far end in a call: it sends this person elsewhere. Take it with `accept` (202) or `refuse`; then tell
 * with `progress` how the new call goes, until a final status. Whether the far end wants to hear that
 * (`Refer-Sub: false`, RFC 4488) is minded here.
 */
export class IncomingRefer {
  readonly target: ReferTarget | undefined;
  /** Value of Referred-By (RFC 3892), for the new INVITE. */
  readonly referredBy: string | undefined;
  readonly #referral: Referral;
  readonly #session: Inviter | Invitation;
  readonly #wantsNotify: boolean;
  #isOver = false;

  constructor(referral: Referral, session: Inviter | Invitation) {
    const message = referral.request;
    const values = message.getHeaders('refer-to');
    const [value] = values;
    // RFC 3515 section 2.4.2: exactly one Refer-To.
    this.target = value === undefined || values.length > 1 ? undefined : parseReferTo(value);
    this.referredBy = message.getHeader('referred-by');
    this.#referral = referral;
    this.#session = session;
    this.#wantsNotify = !/^false/i.test(message.getHeader('refer-sub') ?? '');
  }

  accept(): void {
    const extraHeaders = [`Contact: ${this.#session.userAgent.contact.toString()}`];
    if (!this.#wantsNotify) extraHeaders.push('Refer-Sub: false');
    void this.#referral.accept({ statusCode: 202, extraHeaders });
    this.progress(100, 'Trying');
  }

  refuse(statusCode: 400 | 403 | 416 | 486 | 603): void {
    this.#isOver = true;
    void this.#referral.reject({ statusCode });
  }

  /** A status of the new call's INVITE; from 200 on nothing more is told. */
  progress(status: number, phrase: string): void {
    const { dialog, state } = this.#session;
    if (this.#isOver) return;
    const isFinal = status >= 200;
    if (isFinal) this.#isOver = true;
    if (!this.#wantsNotify || dialog === undefined || state !== SessionState.Established) return;
    dialog.notify(undefined, {
      extraHeaders: [
        'Event: refer',
        `Subscription-State: ${isFinal ? 'terminated;reason=noresource' : 'active;expires=180'}`,
        `Contact: ${this.#session.userAgent.contact.toString()}`,
      ],
      body: {
        contentDisposition: 'render',
        contentType: 'message/sipfrag;version=2.0',
        content: `SIP/2.0 ${status} ${phrase}\r\n`,
      },
    });
  }
}
