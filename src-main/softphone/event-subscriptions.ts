import { Core, Grammar } from 'sip.js';
import type { UserAgent } from 'sip.js';
import type { EventEnd, EventListener, EventRequest, EventSubscription } from '../line-state/event-source.ts';

/** Notifications longer than this are not what was asked for. */
const longestBodyCharacters = 64 * 1024;

/**
 * One SUBSCRIBE and its dialog (RFC 6665):
 *
 *     asking --2xx or NOTIFY--> active --refresh--> active
 *        |                        |
 *        +-- refused, no answer --+-- NOTIFY terminated, refresh refused --> over
 */
export class SipEventSubscription implements EventSubscription {
  readonly #listener: EventListener;
  #state: 'asking' | 'active' | 'over' = 'asking';
  #request: Core.OutgoingSubscribeRequest | undefined;
  #dialog: Core.Subscription | undefined;

  constructor(userAgent: UserAgent, request: EventRequest, listener: EventListener) {
    this.#listener = listener;
    const core = userAgent.userAgentCore;
    const target = Grammar.URIParse(request.target);
    if (target === undefined) throw new Error(`not a SIP address: ${request.target}`);
    const message = core.makeOutgoingRequestMessage(
      'SUBSCRIBE',
      target,
      userAgent.configuration.uri,
      target,
      { fromDisplayName: userAgent.configuration.displayName },
      [
        `Contact: ${userAgent.contact.toString()}`,
        `Event: ${request.event}`,
        `Accept: ${request.accept}`,
        `Expires: ${String(request.expiresS)}`,
      ],
    );
    this.#request = core.subscribe(message, {
      onAccept: ({ message: response }) => {
        this.#accepted(response);
      },
      onReject: ({ message: response }) => {
        this.#over(refusal(response));
      },
      onRedirect: ({ message: response }) => {
        this.#over(refusal(response));
      },
      onNotifyTimeout: () => {
        this.#over({ status: 408 });
      },
      onNotify: ({ request: notify, subscription }) => {
        this.#took(subscription);
        this.#notified(notify);
      },
    });
  }

  refresh(): void {
    const dialog = this.#dialog;
    if (this.#state !== 'active' || dialog === undefined) return;
    dialog.subscribe({
      onAccept: ({ message }) => {
        this.#accepted(message);
      },
      onReject: ({ message }) => {
        this.#over(refusal(message));
      },
      onRedirect: ({ message }) => {
        this.#over(refusal(message));
      },
    });
  }

  stop(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    const dialog = this.#dialog;
    this.#dialog = undefined;
    // Its first NOTIFY may still come; the core answers it.
    this.#request?.waitNotifyStop();
    if (dialog !== undefined && dialog.subscriptionState !== Core.SubscriptionState.Terminated) dialog.unsubscribe();
  }

  /** The connection is gone: nothing is sent, and nothing told any more. */
  abandon(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#request?.waitNotifyStop();
    this.#dialog?.dispose();
    this.#dialog = undefined;
  }

  #took(dialog: Core.Subscription | undefined): void {
    // A NOTIFY that ends the subscription makes no dialog.
    if (dialog === undefined || this.#state === 'over') return;
    this.#dialog = dialog;
    this.#state = 'active';
    dialog.delegate = {
      onNotify: (notify) => {
        this.#notified(notify);
      },
      onRefresh: () => undefined,
      onTerminated: () => {
        this.#over({ status: 0 });
      },
    };
  }

  #accepted(response: Core.IncomingResponseMessage): void {
    if (this.#state === 'over') return;
    const expiresS = Number(response.getHeader('expires'));
    if (Number.isFinite(expiresS) && expiresS > 0) this.#listener.accepted(expiresS);
  }

  #notified(notify: Core.IncomingNotifyRequest): void {
    void notify.accept();
    if (this.#state === 'over') return;
    const { body } = notify.message;
    const state = (notify.message.getHeader('subscription-state') ?? '').trim();
    // Nothing in a pending subscription is nothing known (RFC 6665 section 4.1.3).
    const says = body.trim() !== '' || /^active/i.test(state);
    if (says && body.length <= longestBodyCharacters) this.#listener.notified(body);
    if (!/^terminated/i.test(state)) return;
    const retryAfterS = Number(/;[ \t]*retry-after[ \t]*=[ \t]*(\d+)/i.exec(state)?.[1]);
    const reason = /;[ \t]*reason[ \t]*=[ \t]*([a-z]+)/i.exec(state)?.[1]?.toLowerCase();
    this.#over({
      status: 0,
      ...(Number.isFinite(retryAfterS) ? { retryAfterS } : {}),
      ...(reason === undefined ? {} : { reason }),
    });
  }

  #over(end: EventEnd): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#request?.waitNotifyStop();
    this.#dialog = undefined;
    this.#listener.ended(end);
  }
}

function refusal(response: Core.IncomingResponseMessage): EventEnd {
  const retryAfterS = Number(/^\d+/.exec(response.getHeader('retry-after') ?? '')?.[0]);
  return { status: response.statusCode ?? 0, ...(Number.isFinite(retryAfterS) ? { retryAfterS } : {}) };
}
