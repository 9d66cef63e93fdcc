import type { Call } from './call.ts';

/** Whether the call goes on, ringing included. */
export function isLive(call: Pick<Call, 'state'>): boolean {
  return call.state !== 'ended';
}

/** Calls that ring here, oldest first; not those that were ignored. */
export function ringingCalls(calls: readonly Call[]): readonly Call[] {
  return calls.filter((call) => call.direction === 'in' && call.state === 'ringing' && !call.silenced);
}

/** The call that rings here and can be answered: the oldest. */
export function ringingCall(calls: readonly Call[]): Call | undefined {
  return ringingCalls(calls)[0];
}

/** The call that the key for answering means: what rings here; where nothing does, what was ignored and rings on elsewhere. */
export function callToAnswer(calls: readonly Call[]): Call | undefined {
  return ringingCall(calls) ?? ignoredCall(calls);
}

/** The call that the key for declining refuses. Undefined: it ends the active one, which comes before what was ignored. */
export function callToDecline(calls: readonly Call[]): Call | undefined {
  return ringingCall(calls) ?? (activeCall(calls) === undefined ? ignoredCall(calls) : undefined);
}

function ignoredCall(calls: readonly Call[]): Call | undefined {
  return calls.find((call) => call.direction === 'in' && call.state === 'ringing' && call.silenced);
}

/** A transfer of this call is under way. */
export function isTransferring(call: Partial<Pick<Call, 'transfer'>>): boolean {
  return call.transfer !== undefined && call.transfer.state !== 'failed';
}

/**
 * The call that "swap" brings back: the one that waits longest. Of three calls each has its turn so, as with a key that
 * goes round them; the one held last would alternate between two and never reach the first.
 */
export function heldCall(calls: readonly Call[]): Call | undefined {
  return onHold(calls).at(0);
}

/** The call that was put on hold last: the one that the active call was placed or answered from. */
export function lastHeldCall(calls: readonly Call[]): Call | undefined {
  return onHold(calls).at(-1);
}

/** Whoever waits longest first; not those that are on hold to be transferred. */
function onHold(calls: readonly Call[]): readonly Call[] {
  return calls
    .filter((call) => call.state === 'held' && !isTransferring(call))
    .toSorted((one, other) => (one.heldAtMs ?? 0) - (other.heldAtMs ?? 0));
}

/** What ends a call, or its conference for everybody. */
export type CallEnding =
  | { readonly ask: 'hangUp'; readonly callId: string }
  | { readonly ask: 'endConference'; readonly conferenceId: string };

/** What "end" means wherever no single person is named: a key, a headset. */
export function endingOf({ id, conferenceId }: Pick<Call, 'id' | 'conferenceId'>): CallEnding {
  return conferenceId === undefined ? { ask: 'hangUp', callId: id } : { ask: 'endConference', conferenceId };
}

/** The call that mute, hold and "end" mean: the newest that has this person's attention, else the newest on hold. */
export function activeCall(calls: readonly Call[]): Call | undefined {
  const mine = calls.filter((call) => isLive(call) && !(call.direction === 'in' && call.state === 'ringing'));
  return mine.findLast((call) => call.state !== 'held') ?? mine.at(-1);
}
