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
  encrypted: false,
});
const none = new Set<string>();

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
  expect(callToFollow([call('a', 'out', 'connected')], new Set(['a']))).toBeUndefined();
});
test('a call that ended is not shown', () => {
  expect(callToFollow([call('a', 'out', 'ended')], none)).toBeUndefined();
});
