import { randomBytes } from 'node:crypto';
import { Grammar } from 'sip.js';
import type { UserAgent } from 'sip.js';
import type { Clock, TimerHandle } from '../../../src-shared/clock.ts';
import { bracketed } from '../header-list.ts';
import { headerValue, headerValues, tagOf } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import { kpmlResponse, mostKeys, parseKpmlRequest } from './kpml-patterns.ts';
import type { KpmlRequest } from './kpml-patterns.ts';
import { serverRequest } from './server-request.ts';

const defaultExpiresS = 3_600;
const mostExpiresS = 7_200;
/** An application server needs one, two at a hand-over. */
const mostSubscriptions = 8;

interface Subscription {
  /** SIP Call-ID of the call whose keys are reported. */
  readonly callId: string;
  readonly request: KpmlRequest;
  readonly notify: (state: string, body: string) => void;
  keys: string;
  readonly endMs: number;
  readonly timer: TimerHandle;
}

/**
 * Reports the keys that a person presses in a call to application servers that subscribe to them (KPML, RFC 4730), in
 * the call's own dialog or in one of its own.
 *
 *   none --SUBSCRIBE--> active --key that fits, persist--> active
 *   active --key that fits, one-shot--> none          (NOTIFY, terminated)
 *   active --SUBSCRIBE again--> active                 (new request, new time)
 *   active --time over | Expires: 0 | call over--> none (NOTIFY 487, terminated)
 */
export class KpmlSubscriptions {
  readonly #userAgent: () => UserAgent;
  readonly #clock: Clock;
  readonly #active = new Map<string, Subscription>();

  constructor(userAgent: () => UserAgent, clock: Clock) {
    this.#userAgent = userAgent;
    this.#clock = clock;
  }

  /** Answers a SUBSCRIBE: 489 for other events, 481 without the call, 400 for what cannot be read. */
  subscribe(message: SipMessage, hasCall: (callId: string) => boolean): void {
    const userAgent = this.#userAgent();
    const server = serverRequest(userAgent, message);
    if (server === undefined) return;
    const event = headerValue(message, 'event') ?? '';
    if (!/^kpml\s*(;|$)/i.test(event)) {
      server.reply(489, ['Allow-Events: kpml, refer']);
      return;
    }
    const named = /;\s*call-id\s*=\s*"?([^";\s]+)/i.exec(event)?.[1];
    const callId = named ?? headerValue(message, 'call-id') ?? '';
    if (!hasCall(callId)) {
      server.reply(481);
      return;
    }
    const expiresS = Math.min(
      Number(/^\d{1,9}/.exec(headerValue(message, 'expires') ?? '')?.[0] ?? defaultExpiresS),
      mostExpiresS,
    );
    const request = parseKpmlRequest(message.body);
    const isEnd = expiresS === 0;
    const ownTag = tagOf(message, 'to') === '' ? randomBytes(6).toString('hex') : tagOf(message, 'to');
    const key = `${headerValue(message, 'call-id') ?? ''} ${ownTag} ${event}`;
    if ((request === undefined && !isEnd) || (!this.#active.has(key) && this.#active.size >= mostSubscriptions)) {
      server.reply(request === undefined ? 400 : 500);
      return;
    }
    const contact = `Contact: ${userAgent.contact.toString()}`;
    server.reply(200, [`Expires: ${expiresS}`, contact], undefined, ownTag);
    this.#drop(key);
    const notify = this.#notifier(message, ownTag, event);
    if (request === undefined || isEnd) {
      notify('terminated;reason=timeout', kpmlResponse(487, 'Subscription Expired'));
      return;
    }
    const endMs = this.#clock.now() + expiresS * 1_000;
    const timer = this.#clock.setTimeout(() => {
      this.#over(key, 'timeout');
    }, expiresS * 1_000);
    this.#active.set(key, { callId, request, notify, keys: '', endMs, timer });
    // RFC 6665 section 4.2.1.2: at once, with the state as it is.
    notify(`active;expires=${expiresS}`, '');
  }

  /** Keys were pressed in a call. */
  pressed(callId: string, keys: string): void {
    for (const key of keys) {
      if (!/[0-9A-D*#]/i.test(key)) continue;
      for (const [id, subscription] of [...this.#active]) {
        if (subscription.callId === callId) this.#press(id, subscription, key.toUpperCase());
      }
    }
  }

  callOver(callId: string): void {
    for (const [id, subscription] of [...this.#active]) {
      if (subscription.callId === callId) this.#over(id, 'noresource');
    }
  }

  stop(): void {
    for (const id of [...this.#active.keys()]) this.#drop(id);
  }

  #press(id: string, subscription: Subscription, key: string): void {
    const { request, notify, endMs } = subscription;
    const keys = `${subscription.keys}${key}`.slice(-mostKeys);
    const inARow = request.patterns.find(({ matches }) => matches(keys));
    const alone = inARow === undefined ? request.patterns.find(({ matches }) => matches(key)) : undefined;
    const found = inARow ?? alone;
    subscription.keys = found === undefined ? keys : '';
    if (found === undefined) return;
    const isLast = request.persist === 'one-shot';
    const left = Math.max(0, Math.round((endMs - this.#clock.now()) / 1_000));
    if (isLast) this.#drop(id);
    notify(
      isLast ? 'terminated;reason=noresource' : `active;expires=${left}`,
      kpmlResponse(200, 'OK', inARow === undefined ? key : keys, found.tag),
    );
  }

  #over(id: string, reason: string): void {
    const subscription = this.#active.get(id);
    this.#drop(id);
    subscription?.notify(`terminated;reason=${reason}`, kpmlResponse(487, 'Subscription Expired'));
  }

  #drop(id: string): void {
    const subscription = this.#active.get(id);
    if (subscription === undefined) return;
    this.#clock.clearTimeout(subscription.timer);
    this.#active.delete(id);
  }

  /** NOTIFY goes back the way that SUBSCRIBE came (RFC 6665 section 4.2.2), within the call's dialog where that was it. */
  #notifier(subscribe: SipMessage, ownTag: string, event: string): Subscription['notify'] {
    const userAgent = this.#userAgent();
    const core = userAgent.userAgentCore;
    const address = (key: 'from' | 'to' | 'contact') =>
      Grammar.nameAddrHeaderParse(bracketed(headerValue(subscribe, key) ?? ''))?.uri;
    const [from, to, target] = [address('to'), address('from'), address('contact') ?? address('from')];
    const callId = headerValue(subscribe, 'call-id') ?? '';
    const theirTag = tagOf(subscribe, 'from');
    const routeSet = [...headerValues(subscribe, 'record-route')];
    let sequence = 1;
    return (state, body) => {
      if (from === undefined || to === undefined || target === undefined) return;
      const headers = [`Event: ${event}`, `Subscription-State: ${state}`, `Contact: ${userAgent.contact.toString()}`];
      const content = { contentDisposition: 'render', contentType: 'application/kpml-response+xml', content: body };
      const dialog = core.dialogs.get(callId + ownTag + theirTag);
      const request =
        dialog === undefined
          ? core.makeOutgoingRequestMessage(
              'NOTIFY',
              target,
              from,
              to,
              { callId, cseq: sequence++, fromTag: ownTag, toTag: theirTag, routeSet },
              headers,
              body === '' ? undefined : content,
            )
          : dialog.createOutgoingRequestMessage('NOTIFY', {
              extraHeaders: headers,
              ...(body === '' ? {} : { body: content }),
            });
      core.request(request);
    };
  }
}
