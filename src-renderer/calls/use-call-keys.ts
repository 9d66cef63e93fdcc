import { useEffect, useEffectEvent } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { combos, isMac, pressed } from '../ui/shortcuts.ts';
import type { KeyPress } from '../ui/shortcuts.ts';
import { activeCall, ringingCall } from './call-text.ts';
import type { CallActions } from './use-call-actions.ts';

/** What a key does to the calls at hand. */
export type CallKey =
  | { readonly does: 'answer' | 'decline' | 'hangUp'; readonly callId: string }
  | { readonly does: 'endAndAnswer'; readonly endedId: string; readonly callId: string }
  | { readonly does: 'mute'; readonly callId: string; readonly muted: boolean };

/** Answer, decline or end, mute. Undefined when the key means nothing now, so that others may have it. */
export function callKey(press: KeyPress, calls: readonly Call[], mac: boolean): CallKey | undefined {
  const ringing = ringingCall(calls);
  const active = activeCall(calls);
  if (pressed(press, combos.answer, mac) && ringing !== undefined) {
    return active === undefined
      ? { does: 'answer', callId: ringing.id }
      : { does: 'endAndAnswer', endedId: active.id, callId: ringing.id };
  }
  if (pressed(press, combos.decline, mac)) {
    if (ringing !== undefined) return { does: 'decline', callId: ringing.id };
    return active === undefined ? undefined : { does: 'hangUp', callId: active.id };
  }
  if (pressed(press, combos.mute, mac) && active?.capabilities.includes('mute') === true)
    return { does: 'mute', callId: active.id, muted: !active.muted };
  return undefined;
}

/** F8, F9 and Ctrl+M anywhere in the window. */
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
        actions[key.does](key.callId);
        break;
      case 'endAndAnswer':
        actions.endAndAnswer(key.endedId, key.callId);
        break;
      case 'mute':
        actions.mute(key.callId, key.muted);
        break;
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
