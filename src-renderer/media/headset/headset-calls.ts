import type { Call } from '../../../src-shared/model/call.ts';
import { heldCall } from '../../../src-shared/model/calls-at-hand.ts';
import type { HeadsetAction, HeadsetLamps } from './headset.ts';

/** What the lamps of a headset say about the calls. `silenced`: rings no longer here. */
export function lampsFor(calls: readonly Call[]): HeadsetLamps {
  const active = activeOf(calls);
  return {
    offHook: active !== undefined,
    ring: ringingOf(calls) !== undefined,
    mute: active?.muted ?? false,
    hold: calls.some((call) => call.state === 'held'),
  };
}

/** What a button of a headset asks of the calls. */
export type HeadsetOrder =
  | { readonly ask: 'answer' | 'decline' | 'hangUp' | 'hold' | 'resume'; readonly callId: string }
  | { readonly ask: 'mute'; readonly callId: string; readonly muted: boolean }
  | { readonly ask: 'redial' };

/** Undefined when the button means nothing now. */
export function headsetOrder(action: HeadsetAction, calls: readonly Call[]): HeadsetOrder | undefined {
  const active = activeOf(calls);
  const ringing = ringingOf(calls);
  const held = heldCall(calls);
  switch (action) {
    case 'offHook':
      if (ringing !== undefined) return { ask: 'answer', callId: ringing.id };
      return active === undefined && held !== undefined ? { ask: 'resume', callId: held.id } : undefined;
    case 'onHook':
      return active === undefined ? undefined : { ask: 'hangUp', callId: active.id };
    case 'drop':
      if (ringing !== undefined) return { ask: 'decline', callId: ringing.id };
      return active === undefined ? undefined : { ask: 'hangUp', callId: active.id };
    case 'flash':
      // As on a desk phone: the caller who waits, else the call on hold, else hold.
      if (ringing !== undefined) return { ask: 'answer', callId: ringing.id };
      if (held !== undefined) return { ask: 'resume', callId: held.id };
      return active?.state === 'connected' ? { ask: 'hold', callId: active.id } : undefined;
    case 'redial':
      return active === undefined && ringing === undefined ? { ask: 'redial' } : undefined;
    case 'mute':
    case 'unmute':
    case 'toggleMute':
      if (active?.capabilities.includes('mute') !== true) return undefined;
      return { ask: 'mute', callId: active.id, muted: action === 'toggleMute' ? !active.muted : action === 'mute' };
  }
}

function activeOf(calls: readonly Call[]): Call | undefined {
  return calls.find(
    (call) =>
      call.state === 'connected' ||
      call.state === 'connecting' ||
      call.state === 'calling' ||
      (call.state === 'ringing' && call.direction === 'out'),
  );
}

function ringingOf(calls: readonly Call[]): Call | undefined {
  return calls.find((call) => call.direction === 'in' && call.state === 'ringing' && !call.silenced);
}
