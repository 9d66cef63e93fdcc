import { Button, Input } from '@fluentui/react-components';
import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import type { AccountSecret } from '../../src-shared/model/session.ts';
import { useCall } from '../bridge/client-context.tsx';
import { useAction } from '../ui/use-action.ts';
import { Row } from './setting-row.tsx';

const secretWords: Readonly<Record<AccountSecret, MessageDescriptor>> = {
  'phone.clientKeyPassphrase': msg`Passphrase of your certificate’s key`,
  'calls.turnPassword': msg`Password for TURN`,
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
      {names.map((name) => (
        <SecretRow
          key={name}
          name={name}
          keptIn={answer?.kept.includes(name) === true ? answer.backend : undefined}
          onChanged={() => {
            setAsked(asked + 1);
          }}
        />
      ))}
    </div>
  );
}

function SecretRow(props: {
  readonly name: AccountSecret;
  readonly keptIn: string | undefined;
  readonly onChanged: () => void;
}) {
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
