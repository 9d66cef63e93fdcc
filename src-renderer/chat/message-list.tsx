import { Button, Link, Spinner } from '@fluentui/react-components';
import { Checkmark16Regular, Clock12Regular, ErrorCircle16Filled } from '@fluentui/react-icons';
import { Trans, useLingui } from '@lingui/react/macro';
import { Fragment, useEffect, useRef } from 'react';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { useCall } from '../bridge/client-context.tsx';
import { LoadingState, QuietState } from '../ui/empty-state.tsx';
import { PersonAvatar } from '../ui/person-avatar.tsx';
import { groupByDay } from '../ui/time.ts';
import { useAction } from '../ui/use-action.ts';
import { useTimeWords } from '../ui/use-time-words.ts';
import { MessageText } from './message-text.tsx';
import { placeMessages } from './message-log.ts';
import type { PlacedMessage } from './message-log.ts';
import type { Messages } from './use-messages.ts';

/** Pixels from the top at which older messages are fetched. */
const fetchAtPx = 120;
/** Pixels below the edge at which the newest message still counts as seen: its time, and what is typed. */
const endWithinPx = 48;

/** The messages of one conversation, newest at the bottom; older ones come as one scrolls up. */
export function MessageList(props: {
  readonly peer: string;
  readonly name: string;
  readonly messages: Messages;
  readonly typing: boolean;
  /** Id of the first message that was new. */
  readonly unreadFrom: string | undefined;
  /** Told when the newest message comes into view or goes out of it. */
  readonly onEndInView: (isInView: boolean) => void;
}) {
  const { t } = useLingui();
  const words = useTimeWords();
  const { log, loadOlder, reload } = props.messages;
  const scroll = useRef<HTMLDivElement>(null);
  const top = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);

  // The list is a reversed column: the browser itself keeps it at the bottom and in place while older ones come in.
  useEffect(() => {
    const marker = top.current;
    if (marker === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) loadOlder();
      },
      { root: scroll.current, rootMargin: `${String(fetchAtPx)}px` },
    );
    observer.observe(marker);
    return () => {
      observer.disconnect();
    };
  }, [loadOlder]);

  const { onEndInView } = props;
  const isShown = log.state === 'ready';
  useEffect(() => {
    const marker = end.current;
    if (!isShown || marker === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        onEndInView(entries.at(-1)?.isIntersecting === true);
      },
      { root: scroll.current, rootMargin: `${String(endWithinPx)}px` },
    );
    observer.observe(marker);
    return () => {
      observer.disconnect();
      onEndInView(false);
    };
  }, [isShown, onEndInView]);

  if (log.state === 'loading') return <LoadingState />;
  if (log.state === 'failed') {
    return (
      <div className="empty">
        <p>
          <Trans>These messages could not be read. They are still on this computer.</Trans>
        </p>
        <Button onClick={reload}>
          <Trans>Try again</Trans>
        </Button>
      </div>
    );
  }
  const { name } = props;
  return (
    // A log that scrolls can be scrolled by keys only when it can have the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- axe: scrollable-region-focusable
    <div className="msgs" ref={scroll} role="log" aria-live="polite" aria-label={t`Messages`} tabIndex={0}>
      <div className="msgs__in">
        <div ref={top} className="msgs__top">
          {log.loadingOlder && <Spinner size="tiny" aria-label={t`Loading older messages`} />}
        </div>
        {log.messages.length === 0 && (
          <QuietState>
            <Trans>Nothing here yet. Write the first message to {name}.</Trans>
          </QuietState>
        )}
        {groupByDay(log.messages, (message) => message.sentAtMs).map((day) => (
          <div key={day.key} role="group" aria-label={words.day(day.atMs)} className="msgs__day">
            <div className="day" aria-hidden>
              <span>{words.day(day.atMs)}</span>
            </div>
            {placeMessages(day.rows).map((placed) => (
              <Fragment key={placed.message.id}>
                {placed.message.id === props.unreadFrom && (
                  <div className="newline" role="separator">
                    <span>
                      <Trans>New messages</Trans>
                    </span>
                  </div>
                )}
                <Bubble placed={placed} name={name} />
              </Fragment>
            ))}
          </div>
        ))}
        {props.typing && <TypingLine peer={props.peer} name={name} />}
        <div ref={end} />
      </div>
    </div>
  );
}

function TypingLine({ peer, name }: { readonly peer: string; readonly name: string }) {
  const firstName = name.split(' ')[0] ?? name;
  return (
    <div className="typing">
      <PersonAvatar name={name} jid={peer} size={20} badge={false} />
      <span className="typing__dots" aria-hidden>
        <i />
        <i />
        <i />
      </span>
      <Trans>{firstName} is typing</Trans>
    </div>
  );
}

function Bubble({ placed, name }: { readonly placed: PlacedMessage; readonly name: string }) {
  const { t } = useLingui();
  const words = useTimeWords();
  const { message, first, last } = placed;
  const out = message.direction === 'out';
  const time = words.time(message.sentAtMs);
  const classes = ['msg'];
  if (out) classes.push('msg--out');
  if (first) classes.push('is-first');
  if (last) classes.push('is-last');
  return (
    <div className={classes.join(' ')} data-message-state={message.state}>
      <span className="sr-only">{out ? t`You, ${time}` : t`${name}, ${time}`}</span>
      <div className={message.state === 'failed' ? 'bubble bubble--failed' : 'bubble'}>
        <MessageText body={message.body} />
      </div>
      {(last || message.state === 'sending' || message.state === 'failed') && (
        <div className="meta">
          {message.state !== 'failed' && (
            <time dateTime={new Date(message.sentAtMs).toISOString()} aria-hidden>
              {time}
            </time>
          )}
          <Receipt message={message} />
        </div>
      )}
    </div>
  );
}

function Receipt({ message }: { readonly message: ChatMessage }) {
  switch (message.state) {
    case 'received':
      return null;
    case 'sending':
      return (
        <span className="meta__receipt">
          <Clock12Regular aria-hidden /> <Trans>Sending</Trans>
        </span>
      );
    case 'sent':
      return (
        <span className="meta__receipt">
          <Checkmark16Regular className="i14" aria-hidden /> <Trans>Sent</Trans>
        </span>
      );
    case 'failed':
      return <FailedReceipt message={message} />;
  }
}

function FailedReceipt({ message }: { readonly message: ChatMessage }) {
  const { t } = useLingui();
  const call = useCall();
  const action = useAction();
  const words = action.error ?? message.failure ?? t`Not sent.`;
  return (
    <span className="failed">
      <ErrorCircle16Filled aria-hidden />
      <span>{words}</span>
      <Link
        as="button"
        disabled={action.busy}
        onClick={() => void action.run(() => call('chat.retry', { id: message.id }))}
      >
        <Trans>Try again</Trans>
      </Link>
      <Link
        as="button"
        disabled={action.busy}
        onClick={() => void action.run(() => call('chat.discard', { id: message.id }))}
      >
        <Trans>Delete</Trans>
      </Link>
    </span>
  );
}
