import { Button, Link, Spinner } from '@fluentui/react-components';
import { Dismiss16Regular, ErrorCircle16Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { ServiceHealth } from '../../src-shared/model/health.ts';
import type { SignInService } from '../../src-shared/model/session.ts';
import { useCall, useConnectionState, useTopic } from '../bridge/client-context.tsx';
import { PasswordDialog } from '../sign-in/password-dialog.tsx';
import { useAction } from '../ui/use-action.ts';
import { EnterPassword } from './enter-password.tsx';
import { formatRoute } from './route.ts';
import { SessionProblemLink, useSessionProblem } from './session-strip.tsx';
import { remedyOf, splitFirstSentence, stillHidden, worstService } from './strip.ts';
import type { HiddenTrouble } from './strip.ts';

/** One line under the top bar, only while something is degraded; and the password that it may ask for. */
export function StatusStrip() {
  // Not of the line: what is typed stays when the line says something else, or goes.
  const [asked, setAsked] = useState<SignInService>();
  return (
    <>
      <CurrentStrip onEnterPassword={setAsked} />
      {asked !== undefined && (
        <PasswordDialog
          service={asked}
          onClose={() => {
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}

function CurrentStrip({ onEnterPassword }: { readonly onEnterPassword: (service: SignInService) => void }) {
  const { t } = useLingui();
  const connection = useConnectionState();
  const health = useTopic('health');
  const [hidden, setHidden] = useState<readonly HiddenTrouble[]>([]);
  const notice = useNotice();
  const problem = useSessionProblem();
  const [hiddenProblem, setHiddenProblem] = useState<string>();
  const services = health?.services ?? [];
  const kept = stillHidden(hidden, services);
  if (kept !== hidden) setHidden(kept);
  // What comes back after it was over is said anew.
  if (problem === undefined && hiddenProblem !== undefined) setHiddenProblem(undefined);

  if (connection === 'connecting') {
    return (
      <Strip
        spinning
        message={t`Parley’s service does not answer. The window connects again by itself. Calls that are up go on.`}
      />
    );
  }
  const worst = worstService(services, kept);
  if (worst !== undefined) {
    return (
      <TroubleStrip
        key={`${worst.service} ${worst.message}`}
        health={worst}
        onEnterPassword={onEnterPassword}
        onHide={() => {
          setHidden([...kept, worst]);
        }}
      />
    );
  }
  if (problem !== undefined && problem !== hiddenProblem) {
    return (
      <Strip
        message={problem}
        onHide={() => {
          setHiddenProblem(problem);
        }}
      >
        <SessionProblemLink />
      </Strip>
    );
  }
  if (notice !== undefined) return <Strip message={notice.text} onHide={notice.dismiss} />;
  return null;
}

/** One service that is down, with what can be done about it. */
function TroubleStrip(props: {
  readonly health: ServiceHealth;
  readonly onEnterPassword: (service: SignInService) => void;
  readonly onHide: () => void;
}) {
  const { health } = props;
  const call = useCall();
  const action = useAction();
  const { canRetry, page } = remedyOf(health);
  return (
    <Strip
      spinning={action.busy || health.state === 'reconnecting'}
      message={action.error ?? health.message}
      onHide={props.onHide}
    >
      <EnterPassword health={health} onEnter={props.onEnterPassword} />
      {canRetry && (
        <Link
          as="button"
          className="strip__link"
          onClick={() => void action.run(() => call('health.retry', { service: health.service }))}
        >
          <Trans>Try now</Trans>
        </Link>
      )}
      <Link className="strip__link" href={formatRoute({ section: 'settings', item: page })}>
        {page === 'archive' ? <Trans>Choose another folder</Trans> : <Trans>Details</Trans>}
      </Link>
    </Strip>
  );
}

function Strip(props: {
  readonly message: string;
  readonly spinning?: boolean;
  readonly onHide?: () => void;
  readonly children?: React.ReactNode;
}) {
  const { t } = useLingui();
  const [first, rest] = splitFirstSentence(props.message);
  return (
    <div className="strip" role="status" aria-live="polite" data-region="strip">
      {props.spinning === true ? <Spinner size="extra-tiny" aria-hidden /> : <ErrorCircle16Regular aria-hidden />}
      <span className="strip__text" title={props.message}>
        <b>{first}</b> {rest}
      </span>
      {props.children}
      {props.onHide !== undefined && (
        <Button
          size="small"
          appearance="transparent"
          icon={<Dismiss16Regular />}
          aria-label={t`Hide until it changes`}
          onClick={props.onHide}
        />
      )}
    </div>
  );
}

/** What the service has to say once, for example that a database was set aside. */
function useNotice(): { readonly text: string; readonly dismiss: () => void } | undefined {
  const call = useCall();
  const connection = useConnectionState();
  const [notices, setNotices] = useState<readonly string[]>([]);
  useEffect(() => {
    // Asked anew with each connection: another service may stand behind it, with something else to say.
    if (connection !== 'connected') return;
    let current = true;
    call('app.info', null).then(
      (info) => {
        if (current) setNotices(info.notices);
      },
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [call, connection]);
  const text = notices[0];
  if (text === undefined) return undefined;
  return {
    text,
    dismiss: () => {
      setNotices((list) => list.slice(1));
      void call('app.dismissNotice', { index: 0 }).catch(() => undefined);
    },
  };
}
