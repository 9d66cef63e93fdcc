import { useState } from 'react';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import type { MessageLog } from './message-log.ts';

/** The oldest of the newest `unread` messages of the other side; the oldest held where not all of them are. */
export function firstUnread(messages: readonly ChatMessage[], unread: number): string | undefined {
  const received = messages.filter((message) => message.direction === 'in');
  return received[Math.max(0, received.length - unread)]?.id;
}

interface Line {
  /** Unread messages when the line was drawn. */
  readonly unread: number;
  /** The message that it stands above; undefined until the messages are there. */
  readonly id: string | undefined;
}

/**
 * The message above which "New messages" stands: where unread ones began when the chat was opened, or since the person
 * looked away. It stays when they have been read, or nobody could find it. `isSeen`: what comes now is seen as it comes.
 */
export function useUnreadLine(unread: number, log: MessageLog, isSeen: boolean): string | undefined {
  const [before, setBefore] = useState<number>();
  const [line, setLine] = useState<Line>();
  if (unread !== before) {
    setBefore(unread);
    const isOpening = before === undefined;
    if (unread > 0 && (isOpening || (before === 0 && !isSeen))) setLine({ unread, id: undefined });
  }
  if (line !== undefined && line.id === undefined && log.state === 'ready') {
    const id = firstUnread(log.messages, line.unread);
    if (id !== undefined) setLine({ ...line, id });
  }
  return line?.id;
}
