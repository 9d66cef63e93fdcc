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

/** The call that mute, hold and "end" mean: the newest that has this person's attention, else the newest on hold. */
export function activeCall(calls: readonly Call[]): Call | undefined {
  const mine = calls.filter((call) => isLive(call) && !(call.direction === 'in' && call.state === 'ringing'));
  return mine.findLast((call) => call.state !== 'held') ?? mine.at(-1);
}
