import { Button, Menu, MenuList, MenuPopover, MenuTrigger, Tooltip } from '@fluentui/react-components';
import {
  ArrowLeft20Regular,
  Call20Regular,
  ContactCard20Regular,
  MoreHorizontal20Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useEffectEvent, useState } from 'react';
import { useCall, useEvent, useTopic } from '../bridge/client-context.tsx';
import { useQuery } from '../bridge/use-query.ts';
import { useReach } from '../contacts/use-reach.ts';
import { navigate } from '../shell/route.ts';
import { useAnnounce } from '../ui/live-regions.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { presenceLabel } from '../ui/presence.tsx';
import { ariaCombo, comboParts, combos, isMac, pressed } from '../ui/shortcuts.ts';
import { useContact } from '../ui/use-people.ts';
import { useWindowActive } from '../ui/use-window-active.ts';
import { ChatMenuItems } from './chat-menu.tsx';
import { chatNote } from './chat-note.ts';
import { Composer } from './composer.tsx';
import { DeleteChatDialog } from './delete-chat-dialog.tsx';
import { MessageList } from './message-list.tsx';
import { useUnreadLine } from './unread-line.ts';
import { useMessages } from './use-messages.ts';

/** One conversation: head, messages, composer. */
export function ConversationPane({ peer, typing }: { readonly peer: string; readonly typing: boolean }) {
  const { t } = useLingui();
  const call = useCall();
  const reach = useReach();
  const announce = useAnnounce();
  const messages = useMessages(peer);
  const [deleting, setDeleting] = useState(false);
  const contact = useContact(peer);
  const conversation = useTopic('conversations')?.conversations.find((row) => row.peer === peer);
  const card = useQuery('people.card', { jid: peer });
  const name = contact?.name ?? conversation?.name ?? card.value?.person?.name ?? peer;
  const unread = conversation?.unread ?? 0;
  const [isEndInView, setIsEndInView] = useState(false);
  const isSeen = useWindowActive() && isEndInView;
  const unreadFrom = useUnreadLine(unread, messages.log, isSeen);
  useMarkRead(peer, unread, isSeen);

  useEvent('chat.message', ({ message, removed }) => {
    if (message.state === 'failed' && !removed) announce(message.failure ?? t`Message not sent.`, 'assertive');
  });
  const send = async (body: string) => {
    const { message } = await call('chat.send', { peer, body });
    messages.apply({ type: 'changed', message });
  };
  const callPeer = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || !pressed(event, combos.callFromChat, isMac())) return;
    event.preventDefault();
    reach.call(peer, name);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      callPeer(event);
    };
    window.addEventListener('keydown', listener);
    return () => {
      window.removeEventListener('keydown', listener);
    };
  }, []);

  return (
    <section className="detail conv" aria-label={t`Chat with ${name}`} data-region="detail">
      <header className="chead">
        <Button
          className="chead__back"
          appearance="subtle"
          icon={<ArrowLeft20Regular />}
          aria-label={t`Back to chats`}
          onClick={() => {
            navigate({ section: 'chats' });
          }}
        />
        <PersonAvatar name={name} jid={peer} size={36} />
        <div className="chead__id">
          <h2 className="clip" title={name}>
            {name}
          </h2>
          <div className="chead__sub">
            <span className="clip">
              {contact === undefined ? peer : t(presenceLabel[contact.presence.state])}
              {contact?.presence.text !== undefined && <span className="wide-only"> · {contact.presence.text}</span>}
            </span>
          </div>
        </div>
        <div className="chead__actions">
          <Tooltip
            content={`${t`Call`} (${comboParts(combos.callFromChat, isMac()).join('+')})`}
            relationship="description"
          >
            <Button
              appearance="subtle"
              icon={<Call20Regular />}
              aria-label={t`Call`}
              aria-keyshortcuts={ariaCombo(combos.callFromChat, isMac())}
              onClick={() => {
                reach.call(peer, name);
              }}
            />
          </Tooltip>
          <Tooltip content={t`Show contact card`} relationship="label">
            <Button
              appearance="subtle"
              icon={<ContactCard20Regular />}
              onClick={() => {
                navigate({ section: 'contacts', item: peer });
              }}
            />
          </Tooltip>
          {conversation !== undefined && (
            <Menu positioning={{ position: 'below', align: 'end' }}>
              <MenuTrigger disableButtonEnhancement>
                <Button appearance="subtle" icon={<MoreHorizontal20Regular />} aria-label={t`More actions`} />
              </MenuTrigger>
              <MenuPopover>
                <MenuList>
                  <ChatMenuItems
                    chat={conversation}
                    onDelete={() => {
                      setDeleting(true);
                    }}
                  />
                </MenuList>
              </MenuPopover>
            </Menu>
          )}
        </div>
      </header>
      <MessageList
        name={name}
        peer={peer}
        messages={messages}
        typing={typing}
        unreadFrom={unreadFrom}
        onEndInView={setIsEndInView}
      />
      <ChatOffline />
      <Composer peer={peer} name={name} onSend={send} />
      {deleting && (
        <DeleteChatDialog
          chat={{ peer, name }}
          onClose={() => {
            setDeleting(false);
          }}
        />
      )}
    </section>
  );
}

/** Marks the conversation as read while a person can see its end. */
function useMarkRead(peer: string, unread: number, isSeen: boolean): void {
  const call = useCall();
  useEffect(() => {
    if (isSeen && unread > 0) call('chat.markRead', { peer }).catch(() => undefined);
  }, [call, isSeen, peer, unread]);
}

/** Said where it matters: above the composer. */
function ChatOffline() {
  const note = chatNote(useTopic('health')?.services.find((health) => health.service === 'chat'));
  if (note === undefined) return null;
  return (
    <p className="conv__note" role="status">
      {note.words} {note.waitsForPerson && <Trans>Messages you write wait on this computer until then.</Trans>}
    </p>
  );
}
