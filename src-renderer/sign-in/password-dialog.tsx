import { Checkbox, Field, Input, Select } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useId, useState } from 'react';
import { ownPasswordServices, signInServices } from '../../src-shared/model/session.ts';
import type { SignInService } from '../../src-shared/model/session.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { serviceFields } from '../settings/service-settings.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useAction } from '../ui/use-action.ts';

/** A password while signed in: tried at the service that is chosen, and used once it is accepted there. */
export function PasswordDialog(props: {
  /** The service to begin with; undefined: the first that is on. */
  readonly service?: SignInService;
  /** It is to be for that service only, and not for another one. */
  readonly onlyOwn?: boolean;
  readonly onClose: () => void;
  readonly onAccepted?: () => void;
}) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const form = useId();
  const settings = useTopic('settings')?.settings ?? [];
  const fields = serviceFields.filter(
    (one) =>
      one.service === props.service || settings.find(({ key }) => key === `${one.service}.enabled`)?.value !== false,
  );
  const [service, setService] = useState(props.service ?? fields[0]?.service ?? 'chat');
  const [password, setPassword] = useState('');
  const [ownChosen, setOwnChosen] = useState<boolean>();
  const kept = useOwnPasswords();
  const canBeOwn = ownPasswordServices.some((name) => name === service);
  const isOwn = canBeOwn && (props.onlyOwn === true || (ownChosen ?? kept.includes(service)));
  const chosen = serviceFields.find((one) => one.service === service);
  const title = chosen === undefined ? '' : t(chosen.title);
  const enter = () => {
    if (password === '' || action.busy) return;
    void action
      .run(() => call('session.enterPassword', { service, password, isOwn }))
      .then((done) => {
        if (!done) return;
        props.onAccepted?.();
        props.onClose();
      });
  };
  return (
    <ConfirmDialog
      title={<Trans>Enter password</Trans>}
      confirmLabel={action.busy ? <Trans>Trying…</Trans> : <Trans>Use password</Trans>}
      busy={action.busy || password === ''}
      error={action.error}
      onCancel={props.onClose}
      onConfirm={enter}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          enter();
        }}
      >
        {props.onlyOwn !== true && (
          <Field label={t`Try it with`}>
            <Select
              value={service}
              onChange={(_event, { value }) => {
                const next = signInServices.find((name) => name === value);
                if (next === undefined) return;
                setService(next);
                setOwnChosen(undefined);
              }}
            >
              {fields.map((one) => (
                <option key={one.service} value={one.service}>
                  {t(one.title)}
                </option>
              ))}
            </Select>
          </Field>
        )}
        <Field
          label={t`Password`}
          hint={t`It is tried there once, and kept when it is accepted.`}
          className="signin__password"
        >
          <Input
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(_event, data) => {
              setPassword(data.value);
            }}
          />
        </Field>
        {canBeOwn && props.onlyOwn !== true && (
          <Checkbox
            checked={isOwn}
            label={t`Only for ${title}: it has a password of its own`}
            onChange={(_event, data) => {
              setOwnChosen(data.checked === true);
            }}
          />
        )}
      </form>
    </ConfirmDialog>
  );
}

/** The services that have a password of their own now. */
function useOwnPasswords(): readonly SignInService[] {
  const call = useCall();
  const [own, setOwn] = useState<readonly SignInService[]>([]);
  useEffect(() => {
    let isGone = false;
    call('session.secrets', null).then(
      ({ kept }) => {
        if (!isGone) setOwn(ownPasswordServices.filter((service) => kept.includes(`${service}.password`)));
      },
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [call]);
  return own;
}
