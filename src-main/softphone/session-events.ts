import { SessionState } from 'sip.js';
import type { Invitation, Inviter, Notification, Referral } from 'sip.js';
import type { CallEndReason } from '../../src-shared/model/call.ts';
import type { DeviceCallEvent } from '../calls/call-device.ts';
import type { Logger } from '../core/log.ts';
import type { Provisional } from './dialogs/call-dialog.ts';
import { parseReasons, reasonDetail } from './dialogs/reason.ts';
import { cancelReason } from './end-reasons.ts';
import type { SdpExchange } from './sdp-exchange.ts';
import { awaitNoAck } from './session-ending.ts';

/** What a SIP session tells the call that it carries. */
export interface SessionEvents {
  established(): void;
  /** BYE came; `detail`: its Reason (RFC 3326). SIP.js ends the session right after this. */
  hungUp(detail: string | undefined): void;
  /** CANCEL came. SIP.js answers the INVITE and ends the session right after this. */
  cancelled(reason: CallEndReason): void;
  referred(referral: Referral): void;
  /** The far end tells how a transfer of ours goes; gives the status for the answer. */
  transferTold(notification: Notification): 200 | 481;
  /** SIP.js ended the session, whoever wanted that. */
  ended(): void;
}

/** Listens to a session for as long as it lives. */
export function listenToSession(session: Inviter | Invitation, events: SessionEvents): void {
  session.delegate = {
    onBye: (bye) => {
      void bye.accept();
      awaitNoAck(session);
      events.hungUp(reasonDetail(parseReasons(bye.request.getHeaders('reason'))));
    },
    onCancel: (cancel) => {
      events.cancelled(cancelReason(parseReasons(cancel.request.getHeaders('reason'))));
    },
    onRefer: (referral) => {
      events.referred(referral);
    },
    onNotify: (notification) => {
      const isTransfer = /^refer\b/i.test(notification.request.getHeader('event') ?? '');
      // Other events within the dialog are not subscribed to (RFC 6665 section 4.1.3).
      const status = isTransfer ? events.transferTold(notification) : 489;
      if (status === 200) void notification.accept();
      else void notification.reject({ statusCode: status });
    },
  };
  session.stateChange.addListener((state) => {
    if (state === SessionState.Established) events.established();
    if (state === SessionState.Terminated) events.ended();
  });
}

export interface ProvisionalHearer {
  readonly exchange: SdpExchange;
  readonly log: Logger;
  readonly tell: (event: DeviceCallEvent) => void;
  /** Sound before the answer was taken. */
  readonly earlySound: () => void;
}

/** Statuses by which a phone rings, is called on, or waits in a queue (RFC 3261 section 21.1). */
const ringing: readonly number[] = [180, 181, 182];

/** An 18x to an INVITE of ours: that it rings is told, and what sound comes with it is taken. */
export function heardProvisional({ status, sdp, isReliable }: Provisional, hearer: ProvisionalHearer): void {
  const { exchange, log, tell, earlySound } = hearer;
  if (ringing.includes(status)) tell({ type: 'farEndRings' });
  if (sdp === '') return;
  exchange.earlyAnswer(sdp, isReliable).then(earlySound, (error: unknown) => {
    log.info('early media was not taken', { error });
  });
}
