import { MenuDivider, MenuItem } from '@fluentui/react-components';
import {
  Call20Regular,
  CallInbound20Regular,
  Chat20Regular,
  Edit20Regular,
  Eye20Regular,
  PersonDelete20Regular,
} from '@fluentui/react-icons';
import { Trans } from '@lingui/react/macro';
import { mayAskPresence } from '../../src-shared/model/contact.ts';
import type { Contact } from '../../src-shared/model/contact.ts';
import { comboParts, combos, isMac } from '../ui/shortcuts.ts';
import { usePickUp } from '../calls/use-pick-up.ts';
import { useContactDialogs } from './contact-dialogs.tsx';
import { useAskPresence } from './use-ask-presence.ts';
import { useReach } from './use-reach.ts';

/** The items of a contact's menu, on its row and on its card. */
export function ContactMenuItems({ contact }: { readonly contact: Contact }) {
  const reach = useReach();
  const dialogs = useContactDialogs();
  const pickUp = usePickUp(contact.jid);
  const askPresence = useAskPresence();
  const hint = (combo: keyof typeof combos) => comboParts(combos[combo], isMac()).join('+');
  return (
    <>
      <MenuItem
        icon={<Chat20Regular />}
        secondaryContent={hint('chatPerson')}
        onClick={() => {
          reach.chat(contact.jid);
        }}
      >
        <Trans>Chat</Trans>
      </MenuItem>
      <MenuItem
        icon={<Call20Regular />}
        secondaryContent={hint('callPerson')}
        onClick={() => {
          reach.call(contact.jid, contact.name);
        }}
      >
        <Trans>Call</Trans>
      </MenuItem>
      {pickUp !== undefined && (
        <MenuItem icon={<CallInbound20Regular />} onClick={pickUp}>
          <Trans>Pick up their call</Trans>
        </MenuItem>
      )}
      {mayAskPresence(contact) && (
        <MenuItem
          icon={<Eye20Regular />}
          onClick={() => {
            askPresence(contact.jid);
          }}
        >
          <Trans>Ask to see their presence</Trans>
        </MenuItem>
      )}
      <MenuDivider />
      <MenuItem
        icon={<Edit20Regular />}
        onClick={() => {
          dialogs.edit(contact);
        }}
      >
        <Trans>Edit name and groups…</Trans>
      </MenuItem>
      <MenuItem
        icon={<PersonDelete20Regular />}
        onClick={() => {
          dialogs.remove(contact);
        }}
      >
        <Trans>Remove from contacts…</Trans>
      </MenuItem>
    </>
  );
}
