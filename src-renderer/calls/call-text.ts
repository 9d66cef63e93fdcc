import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { assertNever } from '../../src-shared/assert-never.ts';
import type { Call, CallEndReason } from '../../src-shared/model/call.ts';

/** The name to show: a person's where known, else the number as dialled or received. */
export function partyName(call: Pick<Call, 'party'>): string {
  return call.party.name ?? call.party.number;
}

/** Why a call ended: what happened and, where there is something, what the person can do. */
export function endWords(reason: CallEndReason | undefined): MessageDescriptor {
  switch (reason) {
    case 'hungUp':
    case undefined:
      return msg`Call ended.`;
    case 'remoteHungUp':
      return msg`The other side ended the call.`;
    case 'busy':
      return msg`The line is busy. Call again later.`;
    case 'declined':
      return msg`The call was declined.`;
    case 'noAnswer':
      return msg`Nobody answered.`;
    case 'notFound':
      return msg`That number does not exist here. Check it and call again.`;
    case 'unavailable':
      return msg`The other side cannot be reached now. Call again later.`;
    case 'cancelled':
      return msg`The call was cancelled.`;
    case 'answeredElsewhere':
      return msg`Answered on another device.`;
    case 'mediaFailed':
      return msg`The call had no sound and was ended. Check your microphone and call again.`;
    case 'notAllowed':
      return msg`The phone server did not allow this call. Ask your administrator whether you may call that number.`;
    case 'network':
      return msg`The network connection broke and ended the call. Parley connects again by itself.`;
    case 'failed':
      return msg`The call could not be completed. Call again.`;
    default:
      return assertNever(reason);
  }
}

/** What a call is doing, beside its timer. */
export function stateWords(call: Pick<Call, 'state' | 'direction' | 'muted' | 'endReason'>): MessageDescriptor {
  switch (call.state) {
    case 'calling':
      return msg`Calling…`;
    case 'ringing':
      return call.direction === 'in' ? msg`Incoming call` : msg`Ringing…`;
    case 'connecting':
      return msg`Connecting…`;
    case 'connected':
      return call.muted ? msg`Muted` : msg`Active`;
    case 'ended':
      return endWords(call.endReason);
    default:
      return assertNever(call.state);
  }
}

/** `12:47`, from an hour on `1:02:03`. Never negative: clocks may be set back during a call. */
export function durationText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1_000));
  const pad = (value: number) => String(value).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const rest = `${pad(minutes % 60)}:${pad(seconds % 60)}`;
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)}:${rest}`;
}

/** Whether the call goes on, ringing included. */
export function isLive(call: Pick<Call, 'state'>): boolean {
  return call.state !== 'ended';
}

/** The call that rings here and can be answered: the oldest. */
export function ringingCall(calls: readonly Call[]): Call | undefined {
  return calls.find((call) => call.direction === 'in' && call.state === 'ringing');
}

/** The call that mute and "end" mean: the newest that is not an unanswered incoming one. */
export function activeCall(calls: readonly Call[]): Call | undefined {
  return calls.findLast((call) => isLive(call) && !(call.direction === 'in' && call.state === 'ringing'));
}
