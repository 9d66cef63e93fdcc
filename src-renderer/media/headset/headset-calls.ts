import type { Call } from '../../../src-shared/model/call.ts';
import { endingOf, heldCall } from '../../../src-shared/model/calls-at-hand.ts';
import type { CallEnding } from '../../../src-shared/model/calls-at-hand.ts';
import type { HeadsetAction, HeadsetLamps } from './headset.ts';

/** What the lamps of a headset say about the calls. `silenced`: rings no longer here. */
export function lampsFor(calls: readonly Call[]): HeadsetLamps {
  const active = activeOf(calls);
  return {
    offHook: active !== undefined,
    ring: ringingOf(calls) !== undefined,
    // Dark as long as anybody of a conference hears the microphone.
    mute: active !== undefined && togetherWith(active, calls).every((call) => call.muted),
    hold: calls.some((call) => call.state === 'held'),
  };
}

/** What a button of a headset asks of the calls. */
export type HeadsetOrder =
  | CallEnding
  | { readonly ask: 'answer' | 'decline' | 'hold' | 'resume'; readonly callId: string }
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
      if (active !== undefined) return undefined;
      return held === undefined ? answerIgnored(calls) : { ask: 'resume', callId: held.id };
    case 'onHook':
      return active === undefined ? undefined : endingOf(active);
    case 'drop':
      if (ringing !== undefined) return { ask: 'decline', callId: ringing.id };
      return active === undefined ? undefined : endingOf(active);
    case 'flash':
      // As on a desk phone: the caller who waits, else the call on hold, else hold.
      if (ringing !== undefined) return { ask: 'answer', callId: ringing.id };
      if (held !== undefined) return { ask: 'resume', callId: held.id };
      return active?.state === 'connected' ? { ask: 'hold', callId: active.id } : answerIgnored(calls);
    case 'redial':
      return active === undefined && ringing === undefined ? { ask: 'redial' } : undefined;
    case 'mute':
    case 'unmute':
    case 'toggleMute':
      if (active?.capabilities.includes('mute') !== true) return undefined;
      return {
        ask: 'mute',
        callId: active.id,
        muted: action === 'toggleMute' ? !lampsFor(calls).mute : action === 'mute',
      };
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

/** All that hear this person when this call does. */
function togetherWith(call: Call, calls: readonly Call[]): readonly Call[] {
  const { conferenceId } = call;
  return conferenceId === undefined
    ? [call]
    : calls.filter((one) => one.conferenceId === conferenceId && one.state !== 'ended');
}

/** The call that rings here. `silenced`: one that was ignored and still waits. */
function ringingOf(calls: readonly Call[], silenced = false): Call | undefined {
  return calls.find((call) => call.direction === 'in' && call.state === 'ringing' && call.silenced === silenced);
}

/** Who ignored a call may think better of it, as with F8. */
function answerIgnored(calls: readonly Call[]): HeadsetOrder | undefined {
  const ignored = ringingOf(calls, true);
  return ignored === undefined ? undefined : { ask: 'answer', callId: ignored.id };
}
