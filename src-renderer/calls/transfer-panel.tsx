import { Button } from '@fluentui/react-components';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Call } from '../../src-shared/model/call.ts';
import type { CallTarget } from './call-targets.ts';
import { TargetPicker, useTargets } from './target-picker.tsx';
import type { CallActions } from './use-call-actions.ts';
import { usePartyName } from './use-party-name.ts';

/** To whom a call goes: at once, or after asking. Inside the stage, so that name and timer stay in sight. */
export function TransferPanel(props: {
  readonly call: Call;
  readonly actions: CallActions;
  readonly onClose: () => void;
}) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const { call, actions, onClose } = props;
  const picked = useTargets(call, true);
  const [busy, setBusy] = useState(false);
  const name = partyName(call);
  const { chosen } = picked;
  const attempt = (request: Promise<boolean>) => {
    setBusy(true);
    void request
      .then((done) => {
        if (done) onClose();
      })
      .finally(() => {
        setBusy(false);
      });
  };
  const transferNow = (to: CallTarget) => {
    if (busy) return;
    attempt(
      to.call === undefined
        ? actions.transfer(call.id, to.target, to.name)
        : actions.completeTransfer(call.id, to.call.id),
    );
  };
  const askFirst = (whom: CallTarget) => {
    if (busy) return;
    // Somebody who waits on hold is asked by taking that call back; the join is offered there.
    attempt(
      whom.call === undefined
        ? actions.consult(call.id, whom.target, whom.name)
        : actions.consultOther(call.id, whom.call.id),
    );
  };
  return (
    <div className="qpop xfer" role="group" aria-label={t`Transfer ${name}`}>
      <div className="qpop__head">
        <b className="clip">
          <Trans>Transfer {name} to</Trans>
        </b>
      </div>
      <TargetPicker picked={picked} onEnter={transferNow} onClose={onClose} />
      <div className="xfer__acts">
        <Button
          disabledFocusable={chosen === undefined || busy}
          onClick={() => {
            picked.withChosen(askFirst);
          }}
        >
          <Trans>Ask first</Trans>
        </Button>
        <Button
          appearance="primary"
          disabledFocusable={chosen === undefined || busy}
          onClick={() => {
            picked.withChosen(transferNow);
          }}
        >
          <Trans>Transfer now</Trans>
        </Button>
      </div>
      <div className="t-cap xfer__hint">
        <Trans>If nobody answers, {name} comes back to you.</Trans>
      </div>
    </div>
  );
}

/** Who else is to be in the call: joined at once when they are on hold, else called first. */
export function AddPanel(props: { readonly call: Call; readonly actions: CallActions; readonly onClose: () => void }) {
  const { t } = useLingui();
  const partyName = usePartyName();
  const { call, actions, onClose } = props;
  const picked = useTargets(call, true);
  const name = partyName(call);
  const { chosen } = picked;
  const add = (whom: CallTarget) => {
    if (whom.call === undefined) actions.place(whom.target, whom.name);
    else actions.merge([call.id, whom.call.id]);
    onClose();
  };
  return (
    <div className="qpop xfer" role="group" aria-label={t`Add people to the call with ${name}`}>
      <div className="qpop__head">
        <b className="clip">
          <Trans>Add people</Trans>
        </b>
      </div>
      <TargetPicker picked={picked} onEnter={add} onClose={onClose} />
      <div className="xfer__acts xfer__acts--one">
        <Button
          appearance="primary"
          disabledFocusable={chosen === undefined}
          onClick={() => {
            picked.withChosen(add);
          }}
        >
          {chosen?.call === undefined ? <Trans>Call them</Trans> : <Trans>Add to this call</Trans>}
        </Button>
      </div>
      <div className="t-cap xfer__hint">
        <Trans>{name} is on hold while you call. Then choose “Merge into one call”.</Trans>
      </div>
    </div>
  );
}
