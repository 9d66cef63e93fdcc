import { useEffect, useEffectEvent } from 'react';
import { assertNever } from '../../src-shared/assert-never.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { activeCall, callToAnswer, callToDecline, endingOf, heldCall } from '../../src-shared/model/calls-at-hand.ts';
import { navigate } from '../shell/route.ts';
import { liveCallPrefix } from '../shell/use-follow-calls.ts';
import { combos, isMac, pressed } from '../ui/shortcuts.ts';
import type { KeyPress } from '../ui/shortcuts.ts';
import { conferenceOf } from './call-text.ts';
import { setStagePanel, stagePanelOf } from './stage-panel.ts';
import type { CallActions } from './use-call-actions.ts';

/** What a key does to the calls at hand. */
export type CallKey =
  | { readonly does: 'answer' | 'decline' | 'hangUp' | 'hold' | 'resume' | 'transfer'; readonly callId: string }
  | { readonly does: 'endConference'; readonly conferenceId: string }
  | { readonly does: 'mute'; readonly callIds: readonly string[]; readonly muted: boolean };

/** Answer, decline or end, mute, hold, swap, transfer. Undefined when the key means nothing now: others may have it. */
export function callKey(press: KeyPress, calls: readonly Call[], mac: boolean): CallKey | undefined {
  const toAnswer = callToAnswer(calls);
  const active = activeCall(calls);
  // What is active is put on hold by the answer itself.
  if (pressed(press, combos.answer, mac) && toAnswer !== undefined) return { does: 'answer', callId: toAnswer.id };
  if (pressed(press, combos.decline, mac)) {
    const toDecline = callToDecline(calls);
    if (toDecline !== undefined) return { does: 'decline', callId: toDecline.id };
    if (active === undefined) return undefined;
    const ending = endingOf(active);
    return ending.ask === 'hangUp'
      ? { does: 'hangUp', callId: ending.callId }
      : { does: 'endConference', conferenceId: ending.conferenceId };
  }
  if (active === undefined) return undefined;
  const can = (capability: Call['capabilities'][number]) => active.capabilities.includes(capability);
  if (pressed(press, combos.mute, mac) && can('mute')) {
    const callIds = conferenceOf(active, calls).map((call) => call.id);
    return { does: 'mute', callIds, muted: !active.muted };
  }
  if (pressed(press, combos.hold, mac)) {
    if (can('hold')) return { does: 'hold', callId: active.id };
    return can('resume') ? { does: 'resume', callId: active.id } : undefined;
  }
  if (pressed(press, combos.swap, mac)) {
    const held = heldCall(calls);
    return held === undefined ? undefined : { does: 'resume', callId: held.id };
  }
  if (pressed(press, combos.transfer, mac) && can('transfer')) return { does: 'transfer', callId: active.id };
  return undefined;
}

/** The keys of calls, anywhere in the window. */
export function useCallKeys(calls: readonly Call[], actions: CallActions): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat) return;
    const key = callKey(event, calls, isMac());
    if (key === undefined) return;
    event.preventDefault();
    switch (key.does) {
      case 'answer':
      case 'decline':
      case 'hangUp':
      case 'hold':
      case 'resume':
        actions[key.does](key.callId);
        break;
      case 'endConference':
        actions.endConference(key.conferenceId);
        break;
      case 'mute':
        actions.mute(key.callIds, key.muted);
        break;
      case 'transfer':
        navigate({ section: 'calls', item: `${liveCallPrefix}${key.callId}` });
        setStagePanel(key.callId, stagePanelOf(key.callId) === 'transfer' ? undefined : 'transfer');
        break;
      default:
        assertNever(key);
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      onKey(event);
    };
    window.addEventListener('keydown', listener);
    return () => {
      window.removeEventListener('keydown', listener);
    };
  }, []);
}
