import { useLingui } from '@lingui/react/macro';
import type { Call } from '../../src-shared/model/call.ts';
import { durationText } from './call-text.ts';
import { useNow } from './use-now.ts';

/** How long the call has been connected; nothing before it is. Stands still when it ended. */
export function CallTimer({ call, className }: { readonly call: Call; readonly className: string }) {
  const { t } = useLingui();
  const nowMs = useNow(call.state === 'connected' || call.state === 'held');
  if (call.connectedAtMs === undefined) return null;
  return (
    <span className={className} role="timer" aria-label={t`Call length`}>
      {durationText((call.endedAtMs ?? nowMs) - call.connectedAtMs)}
    </span>
  );
}
