import { SessionState } from 'sip.js';
import type { Invitation, Inviter } from 'sip.js';
import { AppError } from '../../src-shared/errors.ts';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { Logger } from '../core/log.ts';
import { reasonHeader } from './dialogs/reason.ts';

/** What the listeners of a call are told of its end. */
export function endEvent(reason: CallEndReason, notice?: string, detail?: unknown): DeviceCallEvent {
  const text = detail instanceof Error ? detail.message : typeof detail === 'string' ? detail : undefined;
  return {
    type: 'end',
    reason,
    ...(notice === undefined ? {} : { notice }),
    ...(text === undefined ? {} : { detail: text }),
  };
}

/**
 * BYE, CANCEL or a refusal, as the state of the session asks (RFC 3261 sections 9.1, 15 and 21.4.18). `sentTo`: the
 * headers of a 302 that sends the caller on. What cannot be sent is noted: the call is over here all the same.
 */
export function endSession(
  session: Inviter | Invitation,
  reason: CallEndReason,
  sentTo: readonly string[] | undefined,
  log: Logger,
): void {
  sendEnd(session, reason, sentTo).catch((error: unknown) => {
    log.debug('the end of a session was not sent', { error });
  });
}

async function sendEnd(
  session: Inviter | Invitation,
  reason: CallEndReason,
  sentTo: readonly string[] | undefined,
): Promise<void> {
  const why = reasonHeader(reason);
  const extraHeaders = why === undefined ? [] : [why];
  switch (session.state) {
    case SessionState.Initial:
    case SessionState.Establishing:
      // 603 would end the call on the person's other phones too (RFC 3261 section 21.6.2); 486 and 480 end this branch.
      if ('cancel' in session) await session.cancel({ extraHeaders });
      else if (sentTo !== undefined) await session.reject({ statusCode: 302, extraHeaders: [...sentTo] });
      else await session.reject({ statusCode: refusalOf(reason), extraHeaders });
      return;
    case SessionState.Established:
      await session.bye({ requestOptions: { extraHeaders } });
      return;
    case SessionState.Terminating:
    case SessionState.Terminated:
      return;
  }
}

/**
 * The far end hung up, maybe before its ACK came. SIP.js would wait for that ACK still, send a BYE when it does not come,
 * and throw at its own end.
 */
export function awaitNoAck(session: Inviter | Invitation): void {
  if (session.dialog !== undefined) session.dialog.delegate = { onAckTimeout: () => undefined };
}

function refusalOf(reason: CallEndReason): number {
  switch (reason) {
    case 'mediaFailed':
    case 'unavailable':
      return 480;
    case 'network':
      return 504;
    default:
      return 486;
  }
}

/** RFC 3261 section 21.4.26: the session as it was offered is not to be had here; Warning says why (section 20.43). */
export function refuseAsDescribed(session: Inviter | Invitation, why: unknown): void {
  if (!('reject' in session) || session.state !== SessionState.Initial) return;
  const extraHeaders = [`Warning: ${warningOf(why)}`];
  // Sent or not, the call is over here.
  session.reject({ statusCode: 488, extraHeaders }).catch(() => undefined);
}

function warningOf(why: unknown): string {
  switch (why instanceof AppError ? why.code : undefined) {
    case 'unsupported':
      return '305 parley "No codec in common"';
    case 'media':
      return '302 parley "No agreement on encryption"';
    default:
      return '399 parley "The session description cannot be read"';
  }
}
