import { MenuItem } from '@fluentui/react-components';
import { Chat20Regular, ContactCard20Regular, Copy20Regular, PersonAdd20Regular } from '@fluentui/react-icons';
import { Trans } from '@lingui/react/macro';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import { navigate } from '../shell/route.ts';
import { contactAddress } from '../ui/caller.ts';
import type { Caller } from '../ui/caller.ts';
import { useCopy } from '../ui/use-copy.ts';
import { useContact } from '../ui/use-people.ts';
import { useReach } from './use-reach.ts';

/** The items of the menu of a call or a voice message that are about who called. */
export function CallerMenuItems({ caller }: { readonly caller: Caller }) {
  const copy = useCopy();
  const reach = useReach();
  const { jid, name } = caller;
  const contact = useContact(jid);
  const address = contactAddress(caller);
  return (
    <>
      {jid !== undefined && (
        <MenuItem
          icon={<Chat20Regular />}
          onClick={() => {
            reach.chat(jid);
          }}
        >
          <Trans>Chat</Trans>
        </MenuItem>
      )}
      {!hidesNumber(caller) && (
        <MenuItem
          icon={<Copy20Regular />}
          onClick={() => {
            copy(caller.number);
          }}
        >
          <Trans>Copy number</Trans>
        </MenuItem>
      )}
      {jid !== undefined && (
        <MenuItem
          icon={<ContactCard20Regular />}
          onClick={() => {
            navigate({ section: 'contacts', item: jid });
          }}
        >
          <Trans>Contact card</Trans>
        </MenuItem>
      )}
      {/* A contact is a chat address: a bare number cannot be one. */}
      {address !== undefined && contact === undefined && (
        <MenuItem
          icon={<PersonAdd20Regular />}
          onClick={() => {
            const proposed = new URLSearchParams(name === undefined ? {} : { name });
            navigate({ section: 'contacts', item: `add:${address}?${proposed.toString()}` });
          }}
        >
          <Trans>Add to contacts…</Trans>
        </MenuItem>
      )}
    </>
  );
}
