import { useEffect, useRef } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { navigate } from './route.ts';

/** The address of a running call. */
export const liveCallPrefix = 'live:';

/** Calls that the window has looked at, each as it was then. */
export type FollowedCalls = ReadonlyMap<string, Call['state']>;

/**
 * The call that has just become the one to look at: placed, answered, or taken back from hold. Undefined when
 * nothing changed so. A call that was refused before it could be drawn is looked at too, for its reason; not by a window
 * that has just opened (`seen` is undefined).
 */
export function callToFollow(calls: readonly Call[], seen: FollowedCalls | undefined): Call | undefined {
  const begun = calls.find((call) => {
    if (seen?.has(call.id) === true) return false;
    if (call.state === 'ended') return seen !== undefined && call.direction === 'out';
    return call.direction === 'out' || call.state !== 'ringing';
  });
  return begun ?? calls.find((call) => call.state === 'connected' && seen?.get(call.id) === 'held');
}

/** Opens the call in the Calls section when one is placed, answered or resumed in this window's sight. */
export function useFollowCalls(): void {
  const calls = useTopic('calls')?.calls;
  const seen = useRef<Map<string, Call['state']>>(undefined);
  useEffect(() => {
    if (calls === undefined) return;
    const next = callToFollow(calls, seen.current);
    const followed = (seen.current ??= new Map(
      calls.filter(({ state }) => state === 'ended').map(({ id, state }) => [id, state]),
    ));
    for (const call of calls) if (followed.has(call.id) || call.id === next?.id) followed.set(call.id, call.state);
    if (next !== undefined) navigate({ section: 'calls', item: `${liveCallPrefix}${next.id}` });
  }, [calls]);
}
