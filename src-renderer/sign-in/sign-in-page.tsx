import { Button, Field, Input, MessageBar, MessageBarBody, Spinner } from '@fluentui/react-components';
import { ChevronDown12Regular, ChevronUp12Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import type { Session } from '../../src-shared/model/session.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { Logo } from '../ui/logo.tsx';
import { StatusStrip } from '../shell/status-strip.tsx';
import { useStays } from '../settings/stays.ts';
import { useAction } from '../ui/use-action.ts';
import { BrandPanel } from './brand-panel.tsx';
import { ServerFields } from './server-fields.tsx';

/** Address and password; the server fields by hand under "Advanced". */
export function SignInPage({ session }: { readonly session: Session }) {
  const { t } = useLingui();
  const settings = useTopic('settings');
  const startAddress = settings?.settings.find((setting) => setting.key === 'account.address')?.value;
  const start = session.address ?? (typeof startAddress === 'string' ? startAddress : '');
  const stays = useStays();
  const [advanced, setAdvanced] = useState(false);
  return (
    <div className="signin">
      <BrandPanel />
      <div className="signin__main">
        <StatusStrip />
        <main className={advanced ? 'signin__form is-wide' : 'signin__form'} data-region="detail">
          <div className="signin__small">
            <Logo size={32} />
          </div>
          <h1 className="h-lg">
            <Trans>Sign in to Parley</Trans>
          </h1>
          <p className="dim signin__lead">
            <Trans>Your work email is usually enough. Parley finds the servers for you.</Trans>
          </p>
          {stays.length > 0 && session.state === 'signedOut' && (
            <MessageBar intent="info" layout="multiline" className="signin__problem">
              <MessageBarBody>
                <Trans>You are signed out. This stays on this computer:</Trans>
                <ul className="signin__stays">
                  {stays.map((sentence) => (
                    <li key={sentence}>{sentence}</li>
                  ))}
                </ul>
              </MessageBarBody>
            </MessageBar>
          )}
          <Form session={session} start={start} advanced={advanced} />
          <button
            type="button"
            className="signin__more"
            aria-expanded={advanced}
            onClick={() => {
              setAdvanced(!advanced);
            }}
          >
            {advanced ? <ChevronUp12Regular /> : <ChevronDown12Regular />}
            <Trans>Advanced</Trans>
          </button>
        </main>
        <footer className="signin__foot t-cap">
          <span>
            {session.secretsPlainText
              ? t`Your password is kept in ${session.secretsBackend}. The system does not protect it.`
              : t`Your password is kept in ${session.secretsBackend}.`}
          </span>
        </footer>
      </div>
    </div>
  );
}

function Form(props: { readonly session: Session; readonly start: string; readonly advanced: boolean }) {
  const { t } = useLingui();
  const { session } = props;
  const call = useCall();
  const action = useAction();
  // The address that a policy gives may come after the page: it stands in until one is typed, and takes nothing typed away.
  const [typed, setTyped] = useState<string>();
  const address = typed ?? props.start;
  const [password, setPassword] = useState('');
  const [complained, setComplained] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const missing = props.start === '' ? 'email' : 'password';
  const untouched = typed === undefined && password === '';
  useEffect(() => {
    // Typing can begin at once with what is missing; once begun, it is not led elsewhere.
    if (untouched) form.current?.querySelector<HTMLInputElement>(`input[type=${missing}]`)?.focus();
  }, [missing, untouched]);
  const clean = address.trim();
  const badAddress = !/^[^@\s/]+@[^@\s/]+$/.test(clean);
  const busy = action.busy || session.state === 'signingIn';
  // The session tells why an earlier attempt failed, also one that was made before this window came.
  const problem = action.error ?? session.failure;

  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        setComplained(true);
        if (badAddress || password === '' || busy) return;
        void action.run(() => call('session.signIn', { address: clean, password }));
      }}
      noValidate
    >
      {problem !== undefined && !busy && (
        <MessageBar intent="error" layout="multiline" className="signin__problem" role="alert">
          <MessageBarBody>{problem}</MessageBarBody>
        </MessageBar>
      )}
      <Field
        label={t`Work email`}
        size="large"
        {...(complained && badAddress ? { validationMessage: t`An address looks like name@company.com.` } : {})}
      >
        <Input
          size="large"
          type="email"
          autoComplete="username"
          placeholder="name@company.com"
          value={address}
          onChange={(_event, data) => {
            setTyped(data.value);
          }}
        />
      </Field>
      <Field
        label={t`Password`}
        size="large"
        className="signin__password"
        {...(complained && password === '' ? { validationMessage: t`Enter your password.` } : {})}
      >
        <Input
          size="large"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(_event, data) => {
            setPassword(data.value);
          }}
        />
      </Field>
      {props.advanced && <ServerFields address={clean} password={password} ready={!badAddress && password !== ''} />}
      <Button
        appearance="primary"
        size="large"
        type="submit"
        className="w100 signin__go"
        disabledFocusable={busy}
        {...(busy ? { icon: <Spinner size="tiny" appearance="inverted" aria-hidden /> } : {})}
      >
        {busy ? <Trans>Signing in…</Trans> : <Trans>Sign in</Trans>}
      </Button>
    </form>
  );
}
