import { Button, CounterBadge, Tab, TabList } from '@fluentui/react-components';
import {
  Chat48Regular,
  ChatAdd20Regular,
  Checkmark16Regular,
  CheckmarkCircle48Regular,
  Clock16Regular,
} from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, useSyncExternalStore } from 'react';
import { limits } from '../../src-shared/limits.ts';
import type { Conversation } from '../../src-shared/model/message.ts';
import { useTopic } from '../bridge/client-context.tsx';
import { useReach } from '../contacts/use-reach.ts';
import { navigate } from '../shell/route.ts';
import { useShellCommands } from '../shell/shell-commands.ts';
import { EmptyState, LoadingState } from '../ui/empty-state.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { RowList } from '../ui/row-list.tsx';
import { useTimeWords } from '../ui/use-time-words.ts';
import { ChatMenuItems } from './chat-menu.tsx';
import { DeleteChatDialog } from './delete-chat-dialog.tsx';
import { draftOf, onDraftChange } from './drafts.ts';

type Filter = 'all' | 'unread';

export function ConversationList(props: {
  readonly selected: string | undefined;
  readonly typing: ReadonlySet<string>;
}) {
  const { t } = useLingui();
  const topic = useTopic('conversations');
  const commands = useShellCommands();
  const reach = useReach();
  const [filter, setFilter] = useState<Filter>('all');
  const [deleting, setDeleting] = useState<Conversation>();
  const kept = useTopic('history')?.chats;
  // A list that was cleared shows what came since, what is unread, and the chat that is open.
  const all = (topic?.conversations ?? []).filter(
    (row) =>
      row.unread > 0 ||
      row.peer === props.selected ||
      kept === undefined ||
      kept.some((record) => record.peer === row.peer),
  );
  // The open chat stays in the list of unread ones when it has just been read.
  const shown = filter === 'all' ? all : all.filter((row) => row.unread > 0 || row.peer === props.selected);

  return (
    <section className="list" aria-label={t`Chats`} data-region="list">
      <div className="list__head">
        <h1>
          <Trans>Chats</Trans>
        </h1>
        <Button
          appearance="subtle"
          icon={<ChatAdd20Regular />}
          aria-label={t`New chat`}
          onClick={() => {
            commands.search();
          }}
        />
      </div>
      <TabList
        size="small"
        className="list__tabs"
        selectedValue={filter}
        onTabSelect={(_event, data) => {
          setFilter(data.value === 'unread' ? 'unread' : 'all');
        }}
      >
        <Tab value="all">
          <Trans>All</Trans>
        </Tab>
        <Tab value="unread">
          <Trans>Unread</Trans>
        </Tab>
      </TabList>
      {topic === undefined ? (
        <LoadingState />
      ) : all.length === 0 ? (
        <EmptyState icon={<Chat48Regular />} title={<Trans>No chats yet</Trans>}>
          <Trans>Search for somebody, or open a contact, and write the first message.</Trans>
        </EmptyState>
      ) : shown.length === 0 ? (
        <EmptyState icon={<CheckmarkCircle48Regular />} title={<Trans>Everything is read</Trans>} />
      ) : (
        <div className="list__scroll">
          <RowList
            label={t`Conversations`}
            rows={shown}
            keyOf={(row) => row.peer}
            nameOf={(row) => row.name}
            selectedKey={props.selected}
            rowClass={(row) => (row.unread > 0 ? 'convo is-unread' : 'convo')}
            onOpen={(row) => {
              navigate({ section: 'chats', item: row.peer });
            }}
            onCall={(row) => {
              reach.call(row.peer, row.name);
            }}
            menuOf={(row) => (
              <ChatMenuItems
                chat={row}
                onDelete={() => {
                  setDeleting(row);
                }}
              />
            )}
            render={(row) => <ConversationRow row={row} typing={props.typing.has(row.peer)} />}
          />
          {all.length >= limits.historyRowsPerTab && (
            <p className="list__foot">
              <Trans>The {limits.historyRowsPerTab} most recent chats. Search to find older ones.</Trans>
            </p>
          )}
        </div>
      )}
      {deleting !== undefined && (
        <DeleteChatDialog
          chat={deleting}
          onClose={() => {
            setDeleting(undefined);
          }}
        />
      )}
    </section>
  );
}

function ConversationRow({ row, typing }: { readonly row: Conversation; readonly typing: boolean }) {
  const { t } = useLingui();
  const words = useTimeWords();
  const { unread } = row;
  return (
    <>
      <PersonAvatar name={row.name} jid={row.peer} size={40} />
      <div className="convo__text">
        <div className="convo__top">
          <span className="clip convo__name" title={row.name}>
            {row.name}
          </span>
          <time dateTime={new Date(row.lastAtMs).toISOString()}>{words.short(row.lastAtMs)}</time>
        </div>
        <div className="convo__top">
          <Preview row={row} typing={typing} />
          {unread > 0 && (
            <CounterBadge size="small" color="brand" count={unread} role="img" aria-label={t`${unread} unread`} />
          )}
        </div>
      </div>
    </>
  );
}

function Preview({ row, typing }: { readonly row: Conversation; readonly typing: boolean }) {
  const draft = useSyncExternalStore(onDraftChange, () => draftOf(row.peer));
  const firstName = row.name.split(' ')[0] ?? row.name;
  const { lastBody } = row;
  if (typing) {
    return (
      <span className="clip convo__prev convo__prev--typing">
        <Trans>{firstName} is typing…</Trans>
      </span>
    );
  }
  if (draft !== '') {
    return (
      <span className="clip convo__prev convo__prev--draft">
        <Trans>
          <b>Draft:</b> {draft}
        </Trans>
      </span>
    );
  }
  if (row.lastState === 'failed') {
    return (
      <span className="clip convo__prev convo__prev--failed">
        <Trans>Not sent: {lastBody}</Trans>
      </span>
    );
  }
  if (row.lastDirection === 'in') return <span className="clip convo__prev">{lastBody}</span>;
  return (
    <span className="clip convo__prev">
      {row.lastState === 'sending' ? <Clock16Regular aria-hidden /> : <Checkmark16Regular aria-hidden />}{' '}
      <Trans>You: {lastBody}</Trans>
    </span>
  );
}
