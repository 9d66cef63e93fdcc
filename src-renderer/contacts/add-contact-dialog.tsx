import { Trans } from '@lingui/react/macro';
import { useCall } from '../bridge/client-context.tsx';
import { useAction } from '../ui/use-action.ts';
import { ContactForm } from './contact-form.tsx';

/** Adds somebody to the roster and asks to see their presence. `onClose` gets the address that was added. */
export function AddContactDialog(props: {
  readonly jid: string;
  /** What a link proposes; empty: nothing. */
  readonly name?: string;
  readonly group?: string;
  readonly onClose: (added: string | undefined) => void;
}) {
  const call = useCall();
  const action = useAction();
  return (
    <ContactForm
      title={<Trans>Add a contact</Trans>}
      lead={<Trans>They are asked whether you may see their presence.</Trans>}
      submitLabel={<Trans>Add</Trans>}
      jid={props.jid}
      name={props.name ?? ''}
      groups={props.group === undefined || props.group === '' ? [] : [props.group]}
      busy={action.busy}
      error={action.error}
      onClose={() => {
        props.onClose(undefined);
      }}
      onSubmit={(values) => {
        void action
          .run(() => call('roster.add', values))
          .then((done) => {
            if (done) props.onClose(values.jid);
          });
      }}
    />
  );
}
