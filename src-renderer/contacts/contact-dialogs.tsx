import { Trans } from '@lingui/react/macro';
import { createContext, useContext, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import type { Contact } from '../../src-shared/model/contact.ts';
import { useCall } from '../bridge/client-context.tsx';
import { navigate } from '../shell/route.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useAction } from '../ui/use-action.ts';
import { ContactForm } from './contact-form.tsx';

interface ContactDialogs {
  readonly edit: (contact: Contact) => void;
  readonly remove: (contact: Contact) => void;
}

const DialogsContext = createContext<ContactDialogs>({ edit: () => undefined, remove: () => undefined });

export function useContactDialogs(): ContactDialogs {
  return useContext(DialogsContext);
}

/** Holds the dialogs about a contact outside of the menus that open them: a menu is gone once it closes. */
export function ContactDialogsProvider({ children }: { readonly children: ReactNode }) {
  const [open, setOpen] = useState<{ readonly kind: 'edit' | 'remove'; readonly contact: Contact }>();
  const dialogs = useMemo<ContactDialogs>(
    () => ({
      edit: (contact) => {
        setOpen({ kind: 'edit', contact });
      },
      remove: (contact) => {
        setOpen({ kind: 'remove', contact });
      },
    }),
    [],
  );
  const close = () => {
    setOpen(undefined);
  };
  return (
    <DialogsContext value={dialogs}>
      {children}
      {open?.kind === 'edit' && <EditDialog contact={open.contact} onClose={close} />}
      {open?.kind === 'remove' && <RemoveDialog contact={open.contact} onClose={close} />}
    </DialogsContext>
  );
}

interface DialogProps {
  readonly contact: Contact;
  readonly onClose: () => void;
}

function EditDialog({ contact, onClose }: DialogProps) {
  const call = useCall();
  const action = useAction();
  return (
    <ContactForm
      title={<Trans>Edit contact</Trans>}
      submitLabel={<Trans>Save</Trans>}
      jid={contact.jid}
      jidFixed
      name={contact.name}
      groups={contact.groups}
      busy={action.busy}
      error={action.error}
      onClose={onClose}
      onSubmit={(values) => {
        void action
          .run(() => call('roster.update', values))
          .then((done) => {
            if (done) onClose();
          });
      }}
    />
  );
}

function RemoveDialog({ contact, onClose }: DialogProps) {
  const call = useCall();
  const action = useAction();
  const { name } = contact;
  return (
    <ConfirmDialog
      title={<Trans>Remove {name} from your contacts?</Trans>}
      confirmLabel={<Trans>Remove</Trans>}
      busy={action.busy}
      error={action.error}
      onCancel={onClose}
      onConfirm={() => {
        void action
          .run(() => call('roster.remove', { jid: contact.jid }))
          .then((done) => {
            if (!done) return;
            onClose();
            navigate({ section: 'contacts' });
          });
      }}
    >
      <Trans>You no longer see each other’s presence. Your chats and calls stay.</Trans>
    </ConfirmDialog>
  );
}
