import type { Call } from './call.ts';
import type { OwnPresenceState } from './presence.ts';

/**
 * The one gate of everything that makes itself heard or comes over other programs: rings, waiting tones, lamps of
 * headsets, notifications. Who chose "Do not disturb" sees in Parley's window what happens, and hears nothing.
 */
export function isQuiet(chosen: OwnPresenceState | undefined): boolean {
  return chosen === 'dnd';
}

/**
 * The calls as a ring and a notification are to see them: while it is quiet, those that ring here are as if they were
 * ignored. Emergency services that call back are never quiet; no call answers itself then. What a call looks like in
 * the window, and what keys and buttons do with it, is not asked here.
 */
export function audibleCalls(calls: readonly Call[], chosen: OwnPresenceState | undefined): readonly Call[] {
  if (!isQuiet(chosen)) return calls;
  return calls.map((call) => {
    const ringsHere = call.direction === 'in' && call.state === 'ringing';
    return ringsHere && call.fromEmergency !== true ? { ...call, silenced: true } : call;
  });
}
