import { Button } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import type { SubscriptionRequest } from '../../src-shared/model/contact.ts';
import { useCall } from '../bridge/client-context.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { useAction } from '../ui/use-action.ts';

/** People who ask to see our presence (RFC 6121 section 3.1). */
export function Requests({ requests }: { readonly requests: readonly SubscriptionRequest[] }) {
  const { t } = useLingui();
  return (
    <ul className="requests" aria-label={t`Requests to see your presence`}>
      {requests.map((request) => (
        <Request key={request.jid} request={request} />
      ))}
    </ul>
  );
}

function Request({ request }: { readonly request: SubscriptionRequest }) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const name = request.name ?? request.jid;
  return (
    <li className="request" tabIndex={-1} data-request={request.jid}>
      <PersonAvatar name={name} jid={request.jid} size={36} badge={false} />
      <div className="request__text">
        <div className="clip t-strong" title={request.jid}>
          {name}
        </div>
        <div className="t-cap" role="status">
          {action.error ?? <Trans>wants to see your presence</Trans>}
        </div>
        <div className="request__acts">
          <Button
            size="small"
            appearance="primary"
            disabled={action.busy}
            aria-label={t`Allow ${name}`}
            onClick={() => void action.run(() => call('roster.approve', { jid: request.jid }))}
          >
            <Trans>Allow</Trans>
          </Button>
          <Button
            size="small"
            disabled={action.busy}
            aria-label={t`Decline ${name}`}
            onClick={() => void action.run(() => call('roster.deny', { jid: request.jid }))}
          >
            <Trans>Decline</Trans>
          </Button>
        </div>
      </div>
    </li>
  );
}
