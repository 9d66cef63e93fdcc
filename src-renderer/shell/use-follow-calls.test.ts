import { expect, test } from 'vitest';
import type { Call } from '../../src-shared/model/call.ts';
import { callToFollow } from './use-follow-calls.ts';

const call = (id: string, direction: Call['direction'], state: Call['state']): Call => ({
  id,
  deviceId: 'softphone',
  direction,
  state,
  party: { number: '100' },
  capabilities: [],
  startedAtMs: 0,
  muted: false,
  farHolds: false,
  silenced: false,
  recording: false,
  encrypted: false,
});
const none = new Map<string, Call['state']>();

test('a call that was placed is shown at once', () => {
  expect(callToFollow([call('a', 'out', 'calling')], none)?.id).toBe('a');
});
test('a call that rings here does not take the window away from what one does', () => {
  expect(callToFollow([call('a', 'in', 'ringing')], none)).toBeUndefined();
});
test('a call that was answered is shown', () => {
  expect(callToFollow([call('a', 'in', 'connecting')], none)?.id).toBe('a');
});
test('a call is shown once: going elsewhere during it is the person’s own choice', () => {
  expect(callToFollow([call('a', 'out', 'connected')], new Map([['a', 'connected']]))).toBeUndefined();
});
test('a call that ended before the window opened, or that never concerned it, is not shown', () => {
  expect(callToFollow([call('a', 'out', 'ended')], undefined)).toBeUndefined();
  expect(callToFollow([call('a', 'in', 'ended')], none)).toBeUndefined();
});
test('a call that was refused before it could be drawn is shown, for its reason', () => {
  expect(callToFollow([call('a', 'out', 'ended')], none)?.id).toBe('a');
  expect(callToFollow([call('a', 'out', 'ended')], new Map([['a', 'ended']]))).toBeUndefined();
});
test('a call that is taken back from hold is shown: after a swap the window shows who is heard', () => {
  const seen = new Map<string, Call['state']>([
    ['a', 'held'],
    ['b', 'connected'],
  ]);
  expect(callToFollow([call('a', 'out', 'connected'), call('b', 'in', 'held')], seen)?.id).toBe('a');
});
