import { describe, expect, test } from 'vitest';
import { callStates } from '../../src-shared/model/call.ts';
import type { CallState } from '../../src-shared/model/call.ts';
import { callTransitions, firstState, nextState } from './call-machine.ts';
import type { CallDirection, CallTransition } from './call-machine.ts';

/** The picture above the machine, as a list. Everything that is not here is refused. */
const listed: readonly (readonly [CallDirection, CallState, CallTransition, CallState])[] = [
  ['out', 'calling', 'farEndRings', 'ringing'],
  ['out', 'calling', 'established', 'connected'],
  ['out', 'calling', 'end', 'ended'],
  ['out', 'ringing', 'established', 'connected'],
  ['out', 'ringing', 'end', 'ended'],
  ['out', 'connected', 'holdHere', 'held'],
  ['out', 'connected', 'end', 'ended'],
  ['out', 'held', 'resumeHere', 'connected'],
  ['out', 'held', 'end', 'ended'],
  ['in', 'ringing', 'answerHere', 'connecting'],
  ['in', 'ringing', 'end', 'ended'],
  ['in', 'connecting', 'answerRefused', 'ringing'],
  ['in', 'connecting', 'established', 'connected'],
  ['in', 'connecting', 'end', 'ended'],
  ['in', 'connected', 'holdHere', 'held'],
  ['in', 'connected', 'end', 'ended'],
  ['in', 'held', 'resumeHere', 'connected'],
  ['in', 'held', 'end', 'ended'],
];

describe('the call machine', () => {
  test('starts outgoing calls as calling and incoming ones as ringing', () => {
    expect([firstState('out'), firstState('in')]).toEqual(['calling', 'ringing']);
  });

  const all = (['out', 'in'] as const).flatMap((direction) =>
    callStates.flatMap((state) => callTransitions.map((transition) => [direction, state, transition] as const)),
  );

  test.each(all)('%s %s: %s', (direction, state, transition) => {
    const expected = listed.find(([a, b, c]) => a === direction && b === state && c === transition)?.[3];
    expect(nextState(direction, state, transition)).toBe(expected);
  });
});
