import type { CallState } from '../../src-shared/model/call.ts';

/**
 * What can happen to a call.
 *
 * - `farEndRings`: outgoing; an 18x came
 * - `answerHere`: incoming; the person answered, microphone and 200 are on their way
 * - `answerRefused`: incoming; it could not be answered now, and rings on
 * - `established`: 2xx and ACK; sound flows both ways
 * - `holdHere`, `resumeHere`: the person puts it on hold and takes it back
 * - `end`: for whatever reason
 */
export const callTransitions = [
  'farEndRings',
  'answerHere',
  'answerRefused',
  'established',
  'holdHere',
  'resumeHere',
  'end',
] as const;
export type CallTransition = (typeof callTransitions)[number];

export type CallDirection = 'in' | 'out';

/*
 *   outgoing                                     incoming
 *
 *   calling --farEndRings--> ringing             ringing --answerHere--> connecting
 *      |                        |                   |  <--answerRefused--    |
 *      +------established-------+                   |                   established
 *                   |                               |                        |
 *                   v                               |                        v
 *               connected                           |                    connected
 *                |    ^                             |                      |    ^
 *         holdHere    resumeHere                    |               holdHere    resumeHere
 *                v    |                             |                      v    |
 *                held                               |                      held
 *                   |                               |                        |
 *   any --end--> ended                           any --end--> ended
 */
const machine: Readonly<
  Record<CallDirection, Readonly<Record<CallState, Readonly<Partial<Record<CallTransition, CallState>>>>>>
> = {
  out: {
    calling: { farEndRings: 'ringing', established: 'connected', end: 'ended' },
    ringing: { established: 'connected', end: 'ended' },
    connecting: {},
    connected: { holdHere: 'held', end: 'ended' },
    held: { resumeHere: 'connected', end: 'ended' },
    ended: {},
  },
  in: {
    calling: {},
    ringing: { answerHere: 'connecting', end: 'ended' },
    connecting: { answerRefused: 'ringing', established: 'connected', end: 'ended' },
    connected: { holdHere: 'held', end: 'ended' },
    held: { resumeHere: 'connected', end: 'ended' },
    ended: {},
  },
};

/** The state that a call starts in. */
export function firstState(direction: CallDirection): CallState {
  return direction === 'out' ? 'calling' : 'ringing';
}

/** The state after a transition; undefined when it is refused, because it comes too late or makes no sense. */
export function nextState(
  direction: CallDirection,
  state: CallState,
  transition: CallTransition,
): CallState | undefined {
  return machine[direction][state][transition];
}
