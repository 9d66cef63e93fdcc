import { Button, Input } from '@fluentui/react-components';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { ownPasswordServices } from '../../src-shared/model/session.ts';
import type { AccountSecret, OwnPasswordService } from '../../src-shared/model/session.ts';
import { useCall } from '../bridge/client-context.tsx';
import { PasswordDialog } from '../sign-in/password-dialog.tsx';
import { useAction } from '../ui/use-action.ts';
import { Row } from './setting-row.tsx';

const secretWords: Readonly<Record<AccountSecret, MessageDescriptor>> = {
  'phone.clientKeyPassphrase': msg`Passphrase of your certificate’s key`,
  'calls.turnPassword': msg`Password for TURN`,
  'phone.password': msg`Password for the phone only`,
  'directory.password': msg`Password for the directory only`,
  'voicemail.password': msg`Password for voicemail only`,
};

interface Kept {
  readonly kept: readonly AccountSecret[];
  readonly backend: string;
}

/** Secrets beside the password: they go in and never come out, so the page only says whether they are kept, and where. */
export function SecretPanel({ names }: { readonly names: readonly AccountSecret[] }) {
  const call = useCall();
  const [answer, setAnswer] = useState<Kept>();
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let isGone = false;
    call('session.secrets', null).then(
      (kept) => {
        if (!isGone) setAnswer(kept);
      },
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [call, asked]);
  return (
    <div className="panel rows">
      {names.map((name) => {
        const row = {
          name,
          keptIn: answer?.kept.includes(name) === true ? answer.backend : undefined,
          onChanged: () => {
            setAsked(asked + 1);
          },
        };
        const service = ownPasswordServices.find((one) => name === `${one}.password`);
        return service === undefined ? (
          <SecretRow key={name} {...row} />
        ) : (
          <OwnPasswordRow key={name} {...row} service={service} />
        );
      })}
    </div>
  );
}

interface SecretRowProps {
  readonly name: AccountSecret;
  readonly keptIn: string | undefined;
  readonly onChanged: () => void;
}

/** The password of one service: it is not just kept but tried, as a wrong one would lock the account. */
function OwnPasswordRow(props: SecretRowProps & { readonly service: OwnPasswordService }) {
  const { t } = useLingui();
  const { keptIn } = props;
  const call = useCall();
  const action = useAction();
  const [isOpen, setOpen] = useState(false);
  const label = t(secretWords[props.name]);
  return (
    <Row
      label={label}
      hint={
        keptIn === undefined ? <Trans>The password of your account is used</Trans> : <Trans>Kept in {keptIn}</Trans>
      }
      error={action.error}
    >
      <Button
        aria-label={t`Enter: ${label}`}
        onClick={() => {
          setOpen(true);
        }}
      >
        <Trans>Enter…</Trans>
      </Button>
      {keptIn !== undefined && (
        <Button
          appearance="subtle"
          aria-label={t`Forget ${label}`}
          disabledFocusable={action.busy}
          onClick={() => {
            void action
              .run(() => call('session.setSecret', { name: props.name, value: '' }))
              .then((done) => {
                if (done) props.onChanged();
              });
          }}
        >
          <Trans>Forget</Trans>
        </Button>
      )}
      {isOpen && (
        <PasswordDialog
          service={props.service}
          onlyOwn
          onAccepted={props.onChanged}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </Row>
  );
}

function SecretRow(props: SecretRowProps) {
  const { t } = useLingui();
  const { keptIn } = props;
  const call = useCall();
  const action = useAction();
  const [typed, setTyped] = useState('');
  const label = t(secretWords[props.name]);
  const set = (value: string): void => {
    void action
      .run(() => call('session.setSecret', { name: props.name, value }))
      .then((done) => {
        if (!done) return;
        setTyped('');
        props.onChanged();
      });
  };
  return (
    <Row
      stacked
      label={label}
      hint={keptIn === undefined ? <Trans>Not kept on this computer</Trans> : <Trans>Kept in {keptIn}</Trans>}
      error={action.error}
    >
      <Input
        className="grow"
        type="password"
        autoComplete="off"
        aria-label={label}
        value={typed}
        onChange={(_event, data) => {
          setTyped(data.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && typed !== '') set(typed);
        }}
      />
      <Button
        disabledFocusable={typed === '' || action.busy}
        onClick={() => {
          set(typed);
        }}
      >
        <Trans>Save</Trans>
      </Button>
      {keptIn !== undefined && (
        <Button
          appearance="subtle"
          aria-label={t`Forget ${label}`}
          disabledFocusable={action.busy}
          onClick={() => {
            set('');
          }}
        >
          <Trans>Forget</Trans>
        </Button>
      )}
    </Row>
  );
}
