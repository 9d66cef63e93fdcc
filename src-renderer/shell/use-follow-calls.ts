import { useEffect, useRef } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { navigate } from './route.ts';

/** The address of a running call. */
export const liveCallPrefix = 'live:';

/**
 * The call that has just become the one to look at: placed, or answered. Undefined when nothing changed so.
 * `seen` holds the calls that were already followed.
 */
export function callToFollow(calls: readonly Call[], seen: ReadonlySet<string>): Call | undefined {
  return calls.find(
    (call) => !seen.has(call.id) && call.state !== 'ended' && (call.direction === 'out' || call.state !== 'ringing'),
  );
}

/** Opens the call in the Calls section when one is placed or answered in this window's sight. */
export function useFollowCalls(): void {
  const calls = useTopic('calls')?.calls;
  const seen = useRef<Set<string> | undefined>(undefined);
  useEffect(() => {
    if (calls === undefined) return;
    const followed = (seen.current ??= new Set<string>());
    const next = callToFollow(calls, followed);
    if (next === undefined) return;
    followed.add(next.id);
    navigate({ section: 'calls', item: `${liveCallPrefix}${next.id}` });
  }, [calls]);
}
