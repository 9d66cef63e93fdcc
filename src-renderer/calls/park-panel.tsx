import { Button, Field, Input } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import type { CallActions } from './use-call-actions.ts';
import { usePartyName } from './use-party-name.ts';

/** Where a call is parked, on phone servers that want the place with their code. */
export function ParkPanel(props: { readonly call: Call; readonly actions: CallActions; readonly onClose: () => void }) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const { call, actions, onClose } = props;
  const [slot, setSlot] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  const name = partyName(call);
  const place = slot.trim();
  return (
    <form
      className="qpop xfer"
      aria-label={t`Park the call with ${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (place === '' || busy) return;
        setBusy(true);
        void actions
          .park(call.id, place)
          .then((done) => {
            if (done) onClose();
          })
          .finally(() => {
            setBusy(false);
          });
      }}
    >
      <Field label={t`Place to park at`}>
        <Input
          input={{ ref: field }}
          value={slot}
          maxLength={20}
          inputMode="tel"
          spellCheck={false}
          onChange={(_event, data) => {
            setSlot(data.value);
          }}
        />
      </Field>
      <div className="xfer__acts">
        <Button onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button appearance="primary" type="submit" disabledFocusable={place === '' || busy}>
          <Trans>Park</Trans>
        </Button>
      </div>
    </form>
  );
}
