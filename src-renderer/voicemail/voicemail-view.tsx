import { Button } from '@fluentui/react-components';
import {
  ArrowClockwise20Regular,
  Call16Regular,
  ChevronUp20Regular,
  Play20Filled,
  Voicemail48Regular,
} from '@fluentui/react-icons';
import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { KeyboardEvent } from 'react';
import { hidesNumber } from '../../src-shared/model/caller.ts';
import type { VoicemailBox, VoiceMessage } from '../../src-shared/model/voicemail.ts';
import { useCall, useTopic } from '../bridge/client-context.tsx';
import { usePressToCall } from '../calls/use-place-call.ts';
import { focusDetail } from '../shell/focus-detail.ts';
import { formatRoute, navigate } from '../shell/route.ts';
import { EmptyState, LoadingState } from '../ui/empty-state.tsx';
import { neighbourOf } from '../ui/list-keys.ts';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { useCallerName } from '../ui/caller.ts';
import { RowMenu } from '../ui/row-menu.tsx';
import type { RowMenuPlace } from '../ui/row-menu.tsx';
import { isMac, pressed, combos } from '../ui/shortcuts.ts';
import { clockText } from '../ui/time.ts';
import { useAction } from '../ui/use-action.ts';
import { useTimeWords } from '../ui/use-time-words.ts';
import { DeleteMessageDialog } from './delete-message-dialog.tsx';
import { MessageMenuItems } from './message-menu.tsx';
import { useWaitingMessages } from './use-waiting-messages.ts';
import { VoicePlayer } from './voice-player.tsx';

/** `item`: id of the message whose player is open. */
export function VoicemailView({ item }: { readonly item: string | undefined }) {
  const { t } = useLingui();
  const box = useTopic('voicemail');
  return (
    <section className="detail vm" aria-label={t`Voicemail`} data-region="detail" tabIndex={-1}>
      <div className="vm__in">
        <Head box={box} />
        <Messages box={box} open={item} />
      </div>
    </section>
  );
}

function Head({ box }: { readonly box: VoicemailBox | undefined }) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const fresh = box?.unread ?? 0;
  const waiting = useWaitingMessages();
  const saved = (box?.messages.length ?? 0) - fresh;
  return (
    <div className="vm__head">
      <div>
        <h1>
          <Trans>Voicemail</Trans>
        </h1>
        <div className="t-cap" role="status">
          {action.error ??
            (waiting !== undefined
              ? t`${plural(waiting, { one: '# new on the phone server', other: '# new on the phone server' })}`
              : box?.state === 'ready'
                ? t`${plural(fresh, { one: '# new', other: '# new' })}, ${plural(saved, { one: '# saved', other: '# saved' })}`
                : '')}
        </div>
      </div>
      <span className="vm__gap" />
      {box !== undefined && box.state !== 'notConfigured' && (
        <Button
          appearance="subtle"
          icon={<ArrowClockwise20Regular />}
          disabled={action.busy || box.state === 'loading'}
          onClick={() => void action.run(() => call('voicemail.refresh', null))}
        >
          <Trans>Check now</Trans>
        </Button>
      )}
    </div>
  );
}

function Messages({ box, open }: { readonly box: VoicemailBox | undefined; readonly open: string | undefined }) {
  const { t } = useLingui();
  const kept = useTopic('history')?.voiceMessages;
  const [deleting, setDeleting] = useState<VoiceMessage>();
  if (box === undefined || (box.state === 'loading' && box.messages.length === 0)) return <LoadingState />;
  if (box.state === 'notConfigured') {
    return (
      <EmptyState
        icon={<Voicemail48Regular />}
        title={<Trans>Voicemail is not set up</Trans>}
        action={
          <Button as="a" href={formatRoute({ section: 'settings', item: 'account' })}>
            <Trans>Open account settings</Trans>
          </Button>
        }
      >
        <Trans>Parley needs the server that keeps your voice messages.</Trans>
      </EmptyState>
    );
  }
  // A list that was cleared shows what came since, and what nobody has heard yet.
  const messages = box.messages.filter(
    (message) => !message.heard || kept === undefined || kept.some((record) => record.id === message.id),
  );
  return (
    <>
      {box.state === 'unavailable' && (
        <p className="vm__problem" role="alert">
          {box.problem ?? <Trans>Voicemail does not answer. Your messages are safe on the server.</Trans>}
        </p>
      )}
      {messages.length === 0 && box.state === 'ready' && (
        <EmptyState icon={<Voicemail48Regular />} title={<Trans>No voice messages</Trans>}>
          <Trans>When somebody leaves you a message, you can listen to it here.</Trans>
        </EmptyState>
      )}
      <div role="list" aria-label={t`Voice messages`}>
        {messages.map((message) => (
          <MessageRow key={message.id} message={message} open={message.id === open} onDelete={setDeleting} />
        ))}
      </div>
      {deleting !== undefined && (
        <DeleteMessageDialog
          message={deleting}
          focusNeighbour={() => {
            focusMessage(
              neighbourOf(
                messages.map(({ id }) => id),
                deleting.id,
              ),
            );
          }}
          onClose={() => {
            setDeleting(undefined);
          }}
        />
      )}
    </>
  );
}

/** Takes the focus to a message's row; to the view when no message is left. */
function focusMessage(id: string | undefined): void {
  requestAnimationFrame(() => {
    const opener = id === undefined ? null : document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(id)}"]`);
    if (opener === null) focusDetail();
    else opener.focus();
  });
}

function MessageRow(props: {
  readonly message: VoiceMessage;
  readonly open: boolean;
  readonly onDelete: (message: VoiceMessage) => void;
}) {
  const { message, open } = props;
  const { t } = useLingui();
  const words = useTimeWords();
  const pressToCall = usePressToCall();
  const name = useCallerName()(message);
  const hidden = hidesNumber(message);
  const [menu, setMenu] = useState<RowMenuPlace>();
  // The row itself takes no focus: its buttons do, and the keys of its menu come up from them.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ContextMenu' && !pressed(event, combos.rowMenu, isMac())) return;
    event.preventDefault();
    setMenu({ element: document.activeElement });
  };
  const classes = ['vrow'];
  if (open) classes.push('is-open');
  if (!message.heard) classes.push('is-new');
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- its menu; the buttons in it have the focus
    <div
      role="listitem"
      className={classes.join(' ')}
      onContextMenu={(event) => {
        event.preventDefault();
        setMenu({ x: event.clientX, y: event.clientY });
      }}
      onKeyDown={onKeyDown}
    >
      <div className="vrow__line">
        <span className="vrow__dot" {...(message.heard ? {} : { role: 'img', 'aria-label': t`New` })} />
        <PersonAvatar name={name} jid={message.jid} size={36} />
        <div className="vrow__id">
          <span className="vrow__name">
            <span className="clip" title={name}>
              {name}
            </span>
            {message.urgent && (
              <span className="urgent">
                <Trans>Urgent</Trans>
              </span>
            )}
          </span>
          <span className="t-cap tnum clip">{message.name === undefined || hidden ? '' : message.number}</span>
        </div>
        <span className="t-cap tnum vrow__len">{message.durationS > 0 ? clockText(message.durationS) : ''}</span>
        <time className="t-cap tnum vrow__when" dateTime={new Date(message.receivedAtMs).toISOString()}>
          {words.full(message.receivedAtMs)}
        </time>
        <Button
          size="small"
          appearance="subtle"
          icon={open ? <ChevronUp20Regular /> : <Play20Filled />}
          aria-label={open ? t`Close player of the message from ${name}` : t`Open message from ${name}`}
          aria-expanded={open}
          data-opens={message.id}
          onClick={() => {
            navigate(open ? { section: 'voicemail' } : { section: 'voicemail', item: message.id });
          }}
        />
        {!open && !hidden && (
          <Button
            size="small"
            className="wide-only"
            appearance="subtle"
            icon={<Call16Regular />}
            aria-label={t`Call ${name} back`}
            {...pressToCall(message.number, message.name)}
          />
        )}
      </div>
      {open && (
        <VoicePlayer
          message={message}
          onDelete={() => {
            props.onDelete(message);
          }}
        />
      )}
      {menu !== undefined && (
        <RowMenu
          place={menu}
          onClose={() => {
            setMenu(undefined);
          }}
        >
          <MessageMenuItems
            message={message}
            onDelete={() => {
              props.onDelete(message);
            }}
          />
        </RowMenu>
      )}
    </div>
  );
}
