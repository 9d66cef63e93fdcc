import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { assertNever } from '../../src-shared/assert-never.ts';
import type { Call, CallEndReason, CallTransfer } from '../../src-shared/model/call.ts';
import { activeCall, isLive, isTransferring, lastHeldCall } from '../../src-shared/model/calls-at-hand.ts';

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
    case 'transferred':
      return msg`The call was transferred.`;
    case 'diverted':
      return msg`The call was sent on.`;
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

/** Whether the call waits for this person to answer it; one that was ignored still does. */
export function isRingingHere(call: Pick<Call, 'state' | 'direction'>): boolean {
  return call.direction === 'in' && call.state === 'ringing';
}

/** What becomes of the call that is on when another one is answered. */
export function answerWords(active: Pick<Call, 'state'> | undefined): MessageDescriptor {
  if (active === undefined || active.state === 'held') return msg`Answer`;
  // Nobody is there yet who could be put on hold.
  return active.state === 'calling' || active.state === 'ringing' ? msg`End and answer` : msg`Hold and answer`;
}

/** What a call is doing, beside its timer. */
export function stateWords(
  call: Pick<Call, 'state' | 'direction' | 'muted' | 'endReason'> &
    Partial<Pick<Call, 'farHolds' | 'transfer' | 'silenced'>>,
): MessageDescriptor {
  switch (call.state) {
    case 'calling':
      return msg`Calling…`;
    case 'ringing':
      if (!isRingingHere(call)) return msg`Ringing…`;
      return call.silenced === true ? msg`Incoming call, ignored` : msg`Incoming call`;
    case 'connecting':
      return msg`Connecting…`;
    case 'connected':
      if (call.farHolds === true) return msg`Holds you`;
      return call.muted ? msg`Muted` : msg`Active`;
    case 'held':
      return isTransferring(call) ? msg`Being transferred` : msg`On hold`;
    case 'ended':
      return endWords(call.endReason);
    default:
      return assertNever(call.state);
  }
}

/** What is shown of a state: why there was no sound, in the call's own words, says more than that there was none. */
export function saidOf(call: Pick<Call, 'endReason' | 'notice'>, words: string): string {
  return call.endReason === 'mediaFailed' ? (call.notice ?? words) : words;
}

/** How far a transfer has come; `target` is its value. Nothing of one that failed: its own message says it. */
export function transferWords(transfer: CallTransfer): MessageDescriptor | undefined {
  const { target } = transfer;
  if (transfer.quiet === true) {
    return msg`Nothing more is heard of the transfer to ${target}. It may still ring there, or have worked: wait, end this call, or take it back.`;
  }
  switch (transfer.state) {
    case 'asking':
      return msg`Handing the call over to ${target}…`;
    case 'trying':
      return msg`Calling ${target} for the transfer…`;
    case 'ringing':
      return msg`${target} is being rung for the transfer…`;
    case 'failed':
      return undefined;
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

/** All calls of the conference that this call is in, oldest first; only itself when it is in none. */
export function conferenceOf(call: Call, calls: readonly Call[]): readonly Call[] {
  if (call.conferenceId === undefined) return [call];
  return calls.filter((one) => isLive(one) && one.conferenceId === call.conferenceId);
}

/** Why this person cannot leave a conference of these calls and the others talk on; undefined when they can. */
export function leaveRefusal(calls: readonly Call[]): MessageDescriptor | undefined {
  // The two others are joined to one another; nobody but this computer can mix three of them.
  if (calls.length <= 2) return undefined;
  return msg`Only two people can talk on without you. Take somebody out first, or end it for all.`;
}

/** Two conversations that can be made one: the active one and the one that was held last. Undefined when they cannot. */
export function mergeable(calls: readonly Call[]): readonly [Call, Call] | undefined {
  const active = activeCall(calls);
  const held = lastHeldCall(calls);
  if (active?.state !== 'connected' || held === undefined) return undefined;
  const can = (call: Call) => call.capabilities.includes('conference');
  return can(active) && can(held) ? [active, held] : undefined;
}
