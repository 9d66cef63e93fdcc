import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import { Trans } from '@lingui/react/macro';
import type { Lease } from '../../src-shared/contract/media.ts';
import { useCall, useClientId, useTopic } from '../bridge/client-context.tsx';
import { useAction } from '../ui/use-action.ts';

/** Whether another window has the sound for good: not free, not ours, not merely reloading. */
export function heldElsewhere(lease: Lease | undefined, clientId: string): boolean {
  return (
    lease !== undefined && lease.holder !== null && lease.holder !== clientId && lease.reclaimUntilMs === undefined
  );
}

/** Says that another window rings and has the microphone, and takes both over on request. */
export function LeaseBar() {
  const call = useCall();
  const elsewhere = heldElsewhere(useTopic('lease'), useClientId());
  const { run, busy, error } = useAction();
  if (!elsewhere) return null;
  return (
    <MessageBar intent="info" className="leasebar" data-region="lease">
      <MessageBarBody>
        <Trans>Parley is open in another window, which rings and has the microphone.</Trans>
        {error !== undefined && ` ${error}`}
      </MessageBarBody>
      <MessageBarActions>
        <Button
          disabled={busy}
          onClick={() => {
            void run(() => call('lease.claim', { takeOver: true }));
          }}
        >
          <Trans>Use it here</Trans>
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}
