import { Core } from 'sip.js';
import type { UserAgent } from 'sip.js';
import type { Random } from '../../core/server-list.ts';
import type { SdpExchange } from '../sdp-exchange.ts';
import { sdpOf, sequenceOf } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';
import { dialogOf, noteRequest } from './dialog-state.ts';
import { serverRequest } from './server-request.ts';

/** RFC 3311 section 5.2: a random time of 0 to 10 s. */
const longestRetryS = 10;

/**
 * UPDATE from the far end (RFC 3311 section 5.2): 481 outside a dialog, 500 out of order or while an offer of theirs
 * waits for its answer, 491 while one of ours does, 488 when the offer cannot be taken, else 200.
 */
export function answerUpdate(
  userAgent: UserAgent,
  request: SipMessage,
  exchange: SdpExchange | undefined,
  random: Random,
): void {
  const server = serverRequest(userAgent, request);
  if (server === undefined) return;
  const dialog = dialogOf(userAgent.userAgentCore, server.message);
  const sequence = sequenceOf(request);
  if (dialog === undefined || exchange === undefined || sequence === undefined) {
    server.reply(481);
    return;
  }
  if (dialog.remoteSequenceNumber !== undefined && sequence <= dialog.remoteSequenceNumber) {
    server.reply(500);
    return;
  }
  const contact = [`Contact: ${userAgent.contact.toString()}`];
  const offer = sdpOf(request);
  if (offer === undefined) {
    noteRequest(dialog, request, sequence);
    server.reply(200, contact);
    return;
  }
  const isAnswerDue =
    exchange.asked ||
    dialog.signalingState === Core.SignalingState.HaveRemoteOffer ||
    dialog.signalingState === Core.SignalingState.Initial;
  if (isAnswerDue) {
    server.reply(500, [`Retry-After: ${Math.floor(random() * (longestRetryS + 1))}`]);
    return;
  }
  if (exchange.offered) {
    server.reply(491);
    return;
  }
  noteRequest(dialog, request, sequence);
  exchange.answerOffer(offer).then(
    (answer) => {
      server.reply(200, contact, answer);
    },
    () => {
      server.reply(488);
    },
  );
}
