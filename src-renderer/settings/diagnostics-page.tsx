import { Button } from '@fluentui/react-components';
import { Copy20Regular } from '@fluentui/react-icons';
import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { HealthState, ServiceHealth, ServiceName } from '../../src-shared/model/health.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { useQuery } from '../bridge/use-query.ts';
import { SelfTestPanel } from '../self-test/self-test-panel.tsx';
import { useAnnounce } from '../ui/live-regions.tsx';
import { useAction } from '../ui/use-action.ts';
import { SipTracePanel } from './sip-trace-panel.tsx';
import { Row, SettingPanel } from './setting-row.tsx';

const serviceLabels: Readonly<Record<ServiceName, MessageDescriptor>> = {
  chat: msg`Chat and presence`,
  phone: msg`Phone`,
  directory: msg`Directory`,
  voicemail: msg`Voicemail`,
  mediaGateway: msg`Media gateway`,
  store: msg`Database`,
  archive: msg`Chat archive`,
};

const stateLabels: Readonly<Record<HealthState, MessageDescriptor>> = {
  off: msg`Off`,
  starting: msg`Connecting`,
  ok: msg`Working`,
  reconnecting: msg`Connecting again`,
  failed: msg`Not working`,
};

/** How every service does, what this installation is, and the report for support. */
export function DiagnosticsPage() {
  const { t } = useLingui();
  const call = useCall();
  const announce = useAnnounce();
  const report = useAction();
  const services = useTopic('health')?.services ?? [];
  const { value: info } = useQuery('app.info', null);
  return (
    <>
      <div className="panel rows">
        <Row
          label={t`Report for support`}
          hint={t`Versions, services, settings and the end of the log. No passwords, no messages.`}
          error={report.error}
        >
          <Button
            icon={<Copy20Regular />}
            disabledFocusable={report.busy}
            onClick={() => {
              if (report.busy) return;
              void report
                .run(async () => {
                  const { text } = await call('app.report', null);
                  await navigator.clipboard.writeText(text);
                })
                .then((done) => {
                  if (done) announce(t`Report copied`);
                });
            }}
          >
            <Trans>Copy report</Trans>
          </Button>
        </Row>
      </div>
      <h2 className="h-sm set__h">
        <Trans>Self-test</Trans>
      </h2>
      <SelfTestPanel />
      <h2 className="h-sm set__h">
        <Trans>Services</Trans>
      </h2>
      <div className="panel rows">
        {services.map((health) => (
          <ServiceRow key={health.service} health={health} />
        ))}
      </div>
      {info !== undefined && (
        <>
          <h2 className="h-sm set__h">
            <Trans>This installation</Trans>
          </h2>
          <div className="panel rows">
            <Row label={t`Version`}>
              <span className="dim">
                {info.version}, {info.shell}, {info.platform}
              </span>
            </Row>
            <Row label={t`Data`} hint={<span className="path">{info.dataDirectory}</span>} />
            <Row label={t`Log`} hint={<span className="path">{info.logDirectory}</span>} />
          </div>
        </>
      )}
      <h2 className="h-sm set__h">
        <Trans>Log</Trans>
      </h2>
      <SettingPanel names={['log.level', 'log.sipTrace']} />
      <SipTracePanel />
    </>
  );
}

function ServiceRow({ health }: { readonly health: ServiceHealth }) {
  const { t } = useLingui();
  const call = useCall();
  const announce = useAnnounce();
  const action = useAction();
  const word = t(stateLabels[health.state]);
  const name = t(serviceLabels[health.service]);
  const down = health.state === 'failed' || health.state === 'reconnecting';
  const { detail } = health;
  return (
    <Row
      label={
        <span className="svc">
          <span>{name}</span>
          <span className={`svc__state svc__state--${health.state}`}>{word}</span>
        </span>
      }
      hint={[health.message, health.server].filter((part) => part !== undefined && part !== '').join(' · ')}
      error={action.error}
    >
      {detail !== undefined && (
        <Button
          size="small"
          appearance="subtle"
          aria-label={t`Copy details of ${name}`}
          onClick={() => {
            void action
              .run(() => navigator.clipboard.writeText(detail))
              .then((done) => {
                if (done) announce(t`Copied`);
              });
          }}
        >
          <Trans>Copy details</Trans>
        </Button>
      )}
      {down && health.cannotRetry !== true && (
        <Button
          size="small"
          aria-label={t`Try now: ${name}`}
          disabledFocusable={action.busy}
          onClick={() => void action.run(() => call('health.retry', { service: health.service }))}
        >
          <Trans>Try now</Trans>
        </Button>
      )}
    </Row>
  );
}
