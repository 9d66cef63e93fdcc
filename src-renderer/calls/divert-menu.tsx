import { Button } from '@fluentui/react-components';
import { CallForward20Regular } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import type { Call } from '../../src-shared/model/call.ts';
import type { CallTarget } from './call-targets.ts';
import { PanelButton } from './panel-button.tsx';
import { TargetPicker, useTargets } from './target-picker.tsx';
import type { CallActions } from './use-call-actions.ts';
import { usePartyName } from './use-party-name.ts';

/** Sends a ringing call to somebody else; nothing where its device cannot. */
export function DivertMenu(props: { readonly call: Call; readonly actions: CallActions; readonly className?: string }) {
  const { t } = useLingui();
  if (!props.call.capabilities.includes('divert')) return null;
  return (
    <PanelButton
      label={t`Send the call to somebody else`}
      button={{
        icon: <CallForward20Regular />,
        ...(props.className === undefined ? {} : { className: props.className, size: 'small', appearance: 'subtle' }),
      }}
      className="divert"
    >
      {(close) => <Divert call={props.call} actions={props.actions} onClose={close} />}
    </PanelButton>
  );
}

function Divert(props: { readonly call: Call; readonly actions: CallActions; readonly onClose: () => void }) {
  const { call, actions, onClose } = props;
  const partyName = usePartyName();
  const picked = useTargets(call, false);
  const name = partyName(call);
  const send = (to: CallTarget) => {
    void actions.divert(call.id, to.target);
    onClose();
  };
  return (
    <div className="xfer">
      <div className="qpop__head">
        <b className="clip">
          <Trans>Send {name} to</Trans>
        </b>
      </div>
      <TargetPicker picked={picked} onEnter={send} onClose={onClose} />
      <div className="xfer__acts xfer__acts--one">
        <Button
          appearance="primary"
          disabledFocusable={picked.chosen === undefined}
          onClick={() => {
            picked.withChosen(send);
          }}
        >
          <Trans>Send the call</Trans>
        </Button>
      </div>
    </div>
  );
}
