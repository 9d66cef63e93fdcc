import { Core, SessionState } from 'sip.js';
import type { Invitation, Inviter } from 'sip.js';
import type { Clock } from '../../../src-shared/clock.ts';
import type { Random } from '../../core/server-list.ts';
import type { SdpExchange } from '../sdp-exchange.ts';
import { noteSequence } from './dialog-state.ts';
import { glareDelayMs, glareTries } from './glare.ts';

/**
 * How a request of ours within a dialog was answered. `status` 0: it was not sent, nobody answered it, or the call
 * ended first.
 */
export type DialogAnswer =
  { readonly outcome: 'accepted' } | { readonly outcome: 'refused'; readonly status: number; readonly reason: string };

/** A re-INVITE of theirs whose ACK never came blocks ours no longer than this (64 times T1, RFC 3261 section 13.3.1.4). */
const lostAckMs = 32_000;
/** Between two looks whether their re-INVITE is done; SIP.js tells nobody. */
const lookMs = 50;

export interface DialogRequestsOptions {
  readonly session: Inviter | Invitation;
  readonly exchange: SdpExchange;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Requests of ours in the dialog of one call, one after the other: re-INVITE (RFC 3261 section 14) and UPDATE
 * (RFC 3311). Collisions (491) are tried again after the time that the RFC gives.
 */
export class DialogRequests {
  readonly #options: DialogRequestsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: DialogRequestsOptions) {
    this.#options = options;
  }

  /** A new offer in a re-INVITE; what is offered is the media's matter. Never rejects. */
  reinvite(): Promise<DialogAnswer> {
    return this.#inTurn(() => this.#reinviteOnce());
  }

  /** UPDATE, with a new offer or without SDP. Never rejects. */
  update(withOffer: boolean): Promise<DialogAnswer> {
    return this.#inTurn(() => this.#updateOnce(withOffer));
  }

  #inTurn(attempt: () => Promise<DialogAnswer>): Promise<DialogAnswer> {
    const turn = this.#last.then(() => this.#withGlare(attempt));
    this.#last = turn;
    return turn;
  }

  async #withGlare(attempt: () => Promise<DialogAnswer>): Promise<DialogAnswer> {
    const { session, clock, random } = this.#options;
    for (let tries = 1; ; tries += 1) {
      await this.#untilFree();
      if (session.state !== SessionState.Established) return notSent;
      const answer = await attempt();
      if (answer.outcome === 'accepted' || tries === glareTries) return answer;
      // Nothing of ours left here, so nobody has to give way: it waits for theirs alone.
      if (answer.reason === theirsFirst) continue;
      if (answer.status !== 491) return answer;
      await pause(clock, glareDelayMs('cancel' in session, random));
    }
  }

  /** RFC 3261 section 14.1: no re-INVITE while another one, in either direction, is under way. */
  async #untilFree(): Promise<void> {
    const { session, clock } = this.#options;
    const endMs = clock.now() + lostAckMs;
    for (;;) {
      const { dialog } = session;
      if (!(dialog instanceof Core.SessionDialog) || session.state !== SessionState.Established) return;
      const isBusy = dialog.reinviteUserAgentServer !== undefined || dialog.reinviteUserAgentClient !== undefined;
      if (!isBusy) return;
      if (clock.now() >= endMs) {
        dialog.reinviteUserAgentServer = undefined;
        return;
      }
      await pause(clock, lookMs);
    }
  }

  #reinviteOnce(): Promise<DialogAnswer> {
    const { session, exchange } = this.#options;
    return this.#answerOf((accepted, refused) => {
      session
        .invite({
          requestDelegate: {
            onAccept: accepted,
            onReject: ({ message }) => {
              refused(statusOf(message), message.reasonPhrase ?? '');
            },
          },
        })
        .catch((error: unknown) => {
          const { dialog } = session;
          // One of theirs came while our offer was made: SIP.js answers it and sends nothing of ours.
          const crossed = dialog instanceof Core.SessionDialog && dialog.reinviteUserAgentServer !== undefined;
          exchange.withdrawOffer();
          refused(0, crossed ? theirsFirst : error instanceof Error ? error.message : 'not sent');
        });
    });
  }

  async #updateOnce(withOffer: boolean): Promise<DialogAnswer> {
    const { session, exchange } = this.#options;
    const { dialog } = session;
    if (!(dialog instanceof Core.SessionDialog)) return notSent;
    let body: Core.Body | undefined;
    if (withOffer) {
      try {
        const offer = await exchange.getDescription();
        body = { contentDisposition: 'session', contentType: offer.contentType, content: offer.body };
      } catch (error) {
        return { outcome: 'refused', status: 0, reason: error instanceof Error ? error.message : 'no offer' };
      }
    }
    const request = dialog.createOutgoingRequestMessage('UPDATE', {
      extraHeaders: [`Contact: ${session.userAgent.contact.toString()}`],
      ...(body === undefined ? {} : { body }),
    });
    const sent = this.#answerOf((accepted, refused) => {
      const refuse = ({ message }: Core.IncomingResponse): void => {
        refused(statusOf(message), message.reasonPhrase ?? '');
      };
      const accept = ({ message }: Core.IncomingResponse): void => {
        if (!withOffer) {
          accepted();
          return;
        }
        exchange.setDescription(message.body).then(accepted, (error: unknown) => {
          refused(488, error instanceof Error ? error.message : 'the answer was not taken');
        });
      };
      session.userAgent.userAgentCore.request(request, { onAccept: accept, onReject: refuse, onRedirect: refuse });
    });
    const answer = await sent;
    noteSequence(dialog, request);
    if (withOffer && answer.outcome === 'refused') await exchange.rollbackDescription();
    return answer;
  }

  /** The answer, or that the call ended while it was awaited. */
  #answerOf(
    send: (accepted: () => void, refused: (status: number, reason: string) => void) => void,
  ): Promise<DialogAnswer> {
    const { stateChange } = this.#options.session;
    return new Promise((resolve) => {
      const done = (answer: DialogAnswer): void => {
        stateChange.removeListener(onState);
        resolve(answer);
      };
      const onState = (state: SessionState): void => {
        if (state === SessionState.Terminated) done(notSent);
      };
      stateChange.addListener(onState);
      send(
        () => {
          done({ outcome: 'accepted' });
        },
        (status, reason) => {
          done({ outcome: 'refused', status, reason });
        },
      );
    });
  }
}

/**
 * SIP.js makes answers up when none came (RFC 3261 section 8.1.3.1); they have no Via, and tell nothing of the far end.
 * A real 408 to anything but INVITE looks the same, and tells nothing either (RFC 4320 section 4.2).
 */
function statusOf(message: Core.IncomingResponseMessage): number {
  return message.hasHeader('via') ? (message.statusCode ?? 0) : 0;
}

const theirsFirst = 'a re-INVITE of the far end is under way';
const notSent: DialogAnswer = { outcome: 'refused', status: 0, reason: 'the call is over' };

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, delayMs);
  });
}
