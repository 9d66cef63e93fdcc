import { Button, Field, Spinner } from '@fluentui/react-components';
import { CheckmarkCircle20Filled, DismissCircle20Filled } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { ServiceTest, SignInService } from '../../src-shared/model/session.ts';
import { useCall } from '../bridge/client-context.tsx';
import { networkSettings, serviceFields } from '../settings/service-settings.ts';
import type { ServiceFields } from '../settings/service-settings.ts';
import { LockedLine } from '../settings/setting-row.tsx';
import { SettingInput } from '../settings/setting-input.tsx';
import { settingWords } from '../settings/setting-words.ts';
import { useSetting } from '../settings/use-setting.ts';
import { useAction } from '../ui/use-action.ts';

/** Every server field by hand, each service with its own test. */
export function ServerFields(props: {
  readonly address: string;
  readonly password: string;
  /** Address and password are there: a test can be made. */
  readonly ready: boolean;
}) {
  return (
    <div className="signin__adv">
      {serviceFields.map((fields) => (
        <Service key={fields.service} fields={fields} {...props} />
      ))}
      <fieldset className="advgroup">
        <legend>
          <Trans>Certificates</Trans>
        </legend>
        <div className="advgroup__fields">
          {networkSettings.map((name) => (
            <SettingField key={name} name={name} />
          ))}
        </div>
      </fieldset>
    </div>
  );
}

function Service(props: {
  readonly fields: ServiceFields;
  readonly address: string;
  readonly password: string;
  readonly ready: boolean;
}) {
  const { t } = useLingui();
  const { fields } = props;
  const call = useCall();
  const action = useAction();
  const [result, setResult] = useState<ServiceTest>();
  const title = t(fields.title);
  const test = (service: SignInService) => {
    setResult(undefined);
    void action.run(async () => {
      setResult(await call('session.test', { service, address: props.address, password: props.password }));
    });
  };
  return (
    <fieldset className="advgroup">
      <legend>{title}</legend>
      <div className="advgroup__fields">
        {fields.names.map((name) => (
          <SettingField key={name} name={name} />
        ))}
      </div>
      <div className="advgroup__test">
        <Button
          size="small"
          disabledFocusable={!props.ready || action.busy}
          aria-label={t`Test ${title}`}
          title={props.ready ? undefined : t`Enter your address and password first`}
          onClick={() => {
            if (props.ready && !action.busy) test(fields.service);
          }}
        >
          <Trans>Test</Trans>
        </Button>
        <TestResult busy={action.busy} result={result} error={action.error} />
      </div>
    </fieldset>
  );
}

function TestResult(props: {
  readonly busy: boolean;
  readonly result: ServiceTest | undefined;
  readonly error: string | undefined;
}) {
  const { t } = useLingui();
  const { result } = props;
  const failed = props.error !== undefined || result?.ok === false;
  return (
    <span className={failed ? 'testresult is-bad' : 'testresult'} role="status">
      {props.busy && (
        <>
          <Spinner size="extra-tiny" aria-hidden /> <Trans>Testing…</Trans>
        </>
      )}
      {!props.busy && failed && <DismissCircle20Filled className="c-danger" aria-label={t`Not working`} />}
      {!props.busy && result?.ok === true && <CheckmarkCircle20Filled className="c-ok" aria-label={t`Working`} />}
      {!props.busy && <span title={result?.detail}>{props.error ?? result?.message}</span>}
    </span>
  );
}

function SettingField({ name }: { readonly name: string }) {
  const { t } = useLingui();
  const setting = useSetting(name);
  const words = settingWords[name];
  const { state } = setting;
  if (state === undefined || words === undefined) return null;
  const label = t(words.label);
  const hint = state.locked ? <LockedLine /> : words.hint === undefined ? undefined : t(words.hint);
  return (
    <Field
      label={label}
      {...(hint === undefined ? {} : { hint })}
      {...(setting.error === undefined ? {} : { validationMessage: setting.error })}
    >
      <div className="advgroup__ctl">
        <SettingInput state={state} words={words} label={label} onChange={setting.set} wide />
      </div>
    </Field>
  );
}
