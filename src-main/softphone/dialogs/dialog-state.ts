import { Core, Grammar } from 'sip.js';
import { bracketed } from '../header-list.ts';
import { headerValue } from '../sip-message.ts';
import type { SipMessage } from '../sip-message.ts';

/** The dialog (RFC 3261 section 12) that a request from the far end belongs to. */
export function dialogOf(
  core: Core.UserAgentCore,
  request: Core.IncomingRequestMessage,
): Core.SessionDialog | undefined {
  const dialog = core.dialogs.get(request.callId + request.toTag + request.fromTag);
  return dialog instanceof Core.SessionDialog ? dialog : undefined;
}

/**
 * RFC 3261 section 12.2.2: a request moves the remote sequence number on, and one that refreshes the target (RFC 3311
 * section 5.2 says so of UPDATE) takes the remote target along. SIP.js does this for the methods that it knows.
 */
export function noteRequest(dialog: Core.Dialog, request: SipMessage, sequence: number): void {
  const contact = headerValue(request, 'contact');
  const target = contact === undefined ? undefined : Grammar.nameAddrHeaderParse(bracketed(contact))?.uri;
  patch(dialog, { remoteSequenceNumber: sequence, ...(target === undefined ? {} : { remoteTarget: target }) });
}

/** The far end is reached at another address from now on (RFC 3261 section 12.2.1.2). */
export function retarget(dialog: Core.Dialog, contact: string): void {
  const target = Grammar.nameAddrHeaderParse(bracketed(contact))?.uri;
  if (target !== undefined) patch(dialog, { remoteTarget: target });
}

/**
 * A challenge was answered with the next sequence number, which SIP.js notes in the dialog for INVITE and BYE only; the
 * next request would be out of order (RFC 3261 section 12.2.1.1). Call it when the answer is there.
 */
export function noteSequence(dialog: Core.Session, request: Core.OutgoingRequestMessage): void {
  if (!(dialog instanceof Core.Dialog)) return;
  while ((dialog.localSequenceNumber ?? request.cseq) < request.cseq) dialog.incrementLocalSequenceNumber();
}

/** SIP.js keeps the state to itself but shows every part of it. */
function patch(dialog: Core.Dialog, change: Partial<Core.DialogState>): void {
  const { id, early, callId, localTag, remoteTag, localURI, remoteURI, remoteTarget, routeSet, secure } = dialog;
  const { localSequenceNumber, remoteSequenceNumber } = dialog;
  const dialogState: Core.DialogState = {
    ...{ id, early, callId, localTag, remoteTag, localSequenceNumber, remoteSequenceNumber },
    ...{ localURI, remoteURI, remoteTarget, routeSet, secure },
    ...change,
  };
  Object.assign(dialog, { dialogState });
}
