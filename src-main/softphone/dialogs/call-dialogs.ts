import { randomBytes } from 'node:crypto';
import type { Invitation, Inviter, UserAgent } from 'sip.js';
import type { Clock } from '../../../src-shared/clock.ts';
import type { Logger } from '../../core/log.ts';
import type { Random } from '../../core/server-list.ts';
import { formatSipMessage, headerValue, isResponse, methodOf } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import { allowedMethods } from '../wire-fixes/allowed-methods.ts';
import { answerTo } from './answer.ts';
import { CancelledInvites } from './cancelled-invites.ts';
import { CallDialog } from './call-dialog.ts';
import type { CallDialogOwner } from './call-dialog.ts';
import { answerUpdate } from './incoming-update.ts';
import { KpmlSubscriptions } from './kpml.ts';
import { withoutReliable } from './reliable-provisionals.ts';
import { faultOf, unparsedFault } from './request-sanity.ts';
import type { Fault } from './request-sanity.ts';
import { isIntervalTooSmall, shortestIntervalS } from './session-expires.ts';
import type { WireStep } from './wire-step.ts';

export interface CallDialogsOptions {
  /** Known as soon as SIP.js was built. */
  readonly userAgent: () => UserAgent;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** The dialogs of all calls: gives each message of a call to its `CallDialog`, and answers what belongs to none. */
export class CallDialogs implements WireStep {
  readonly #options: CallDialogsOptions;
  readonly #dialogs = new Map<string, CallDialog>();
  /** The INVITE that SIP.js has in hands now. */
  #arriving: SipMessage | undefined;
  /** Answers to repetitions of a request have to carry the same tag (RFC 3261 section 8.2.7). */
  readonly #tagSecret = randomBytes(8);

  readonly #cancelled: CancelledInvites;
  readonly #kpml: KpmlSubscriptions;

  constructor(options: CallDialogsOptions) {
    this.#options = options;
    this.#kpml = new KpmlSubscriptions(options.userAgent, options.clock);
    this.#cancelled = new CancelledInvites(options.clock, (response) => {
      options.userAgent().transport.onMessage?.(formatSipMessage(response));
    });
  }

  /** The dialog of a session that begins. Close it when the session is over. */
  open(session: Inviter | Invitation, owner: CallDialogOwner, leastIntervalS?: number): CallDialog {
    const { clock, random, log } = this.#options;
    const { callId } = session.request;
    const invite = this.#arriving;
    const isTheirs = invite !== undefined && 'accept' in session && headerValue(invite, 'call-id') === callId;
    const dialog = new CallDialog({
      session,
      ownDomain: session.userAgent.configuration.uri.host,
      owner: {
        exchange: owner.exchange,
        provisional: (provisional) => {
          owner.provisional(provisional);
        },
        identified: (party) => {
          owner.identified(party);
        },
        expired: () => {
          owner.expired();
        },
      },
      clock,
      random,
      log,
      ...(isTheirs ? { invite } : {}),
      ...(leastIntervalS === undefined ? {} : { leastIntervalS }),
      answer: (request, status, headers) => {
        this.#answer(request, status, headers);
      },
      send: (message) => {
        this.#send(message);
      },
    });
    this.#dialogs.set(callId, dialog);
    return dialog;
  }

  close(session: Inviter | Invitation): void {
    const { callId } = session.request;
    this.#dialogs.get(callId)?.close();
    this.#dialogs.delete(callId);
    this.#kpml.callOver(callId);
  }

  /** The person pressed keys in a call: who subscribed to them hears it (RFC 4730). */
  pressed(session: Inviter | Invitation, keys: string): void {
    this.#kpml.pressed(session.request.callId, keys);
  }

  incoming(message: SipMessage): SipMessage | undefined {
    const fault = faultOf(message);
    if (fault !== undefined) {
      this.#refuse(message, fault);
      return undefined;
    }
    const isAnswer = isResponse(message);
    if (isAnswer) this.#cancelled.received(message);
    if (!isAnswer && methodOf(message) === 'SUBSCRIBE') {
      this.#kpml.subscribe(message, (callId) => this.#dialogs.has(callId));
      return undefined;
    }
    if (!isAnswer && methodOf(message) === 'MESSAGE') {
      // Words have no place here: their sender must not read in a 200 that they were delivered (RFC 3428 section 7).
      this.#answer(message, 405, { Allow: allowedMethods });
      return undefined;
    }
    const dialog = this.#dialogs.get(headerValue(message, 'call-id') ?? '');
    if (dialog !== undefined) return dialog.incoming(message);
    if (isAnswer) return message;
    switch (methodOf(message)) {
      case 'INVITE':
        if (isIntervalTooSmall(message)) {
          this.#answer(message, 422, { 'Min-SE': String(shortestIntervalS) });
          return undefined;
        }
        this.#arriving = message;
        return withoutReliable(message);
      case 'UPDATE':
        answerUpdate(this.#options.userAgent(), message, undefined, this.#options.random);
        return undefined;
      default:
        return message;
    }
  }

  unparsed(text: string): void {
    const found = unparsedFault(text);
    if (found !== undefined) this.#refuse(found.request, found.fault);
  }

  outgoing(message: SipMessage): SipMessage {
    this.#cancelled.sent(message);
    return this.#dialogs.get(headerValue(message, 'call-id') ?? '')?.outgoing(message) ?? message;
  }

  /** No timer is left behind. */
  stop(): void {
    for (const dialog of this.#dialogs.values()) dialog.close();
    this.#dialogs.clear();
    this.#cancelled.stop();
    this.#kpml.stop();
  }

  #refuse(request: SipMessage, fault: Fault): void {
    this.#options.log.debug('a message was refused', { fault, start: request.startLine.slice(0, 80) });
    if (fault !== 'drop') this.#answer(request, fault.status, fault.headers, fault.phrase);
  }

  #answer(request: SipMessage, status: number, headers?: Readonly<Record<string, string>>, phrase?: string): void {
    this.#send(answerTo(request, status, this.#tagSecret, headers, phrase));
  }

  #send(message: SipMessage): void {
    this.#options
      .userAgent()
      .transport.send(formatSipMessage(message))
      .catch((error: unknown) => {
        this.#options.log.debug('an answer was not sent', { error });
      });
  }
}
