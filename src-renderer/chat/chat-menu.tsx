import { MenuDivider, MenuItem } from '@fluentui/react-components';
import { Call20Regular, ContactCard20Regular, Delete20Regular, MailRead20Regular } from '@fluentui/react-icons';
import { Trans } from '@lingui/react/macro';
import type { Conversation } from '../../src-shared/model/message.ts';
import { useCall } from '../bridge/client-context.tsx';
import { useReach } from '../contacts/use-reach.ts';
import { navigate } from '../shell/route.ts';
import { comboParts, combos, isMac } from '../ui/shortcuts.ts';

/** The items of a chat's menu, on its row and in its head. */
export function ChatMenuItems(props: {
  readonly chat: Pick<Conversation, 'peer' | 'name' | 'unread'>;
  readonly onDelete: () => void;
}) {
  const call = useCall();
  const reach = useReach();
  const { peer, name, unread } = props.chat;
  return (
    <>
      <MenuItem
        icon={<Call20Regular />}
        secondaryContent={comboParts(combos.callPerson, isMac()).join('+')}
        onClick={() => {
          reach.call(peer, name);
        }}
      >
        <Trans>Call</Trans>
      </MenuItem>
      <MenuItem
        icon={<ContactCard20Regular />}
        onClick={() => {
          navigate({ section: 'contacts', item: peer });
        }}
      >
        <Trans>Contact card</Trans>
      </MenuItem>
      {unread > 0 && (
        <MenuItem
          icon={<MailRead20Regular />}
          onClick={() => {
            call('chat.markRead', { peer }).catch(() => undefined);
          }}
        >
          <Trans>Mark as read</Trans>
        </MenuItem>
      )}
      <MenuDivider />
      <MenuItem icon={<Delete20Regular />} onClick={props.onDelete}>
        <Trans>Delete chat…</Trans>
      </MenuItem>
    </>
  );
}
