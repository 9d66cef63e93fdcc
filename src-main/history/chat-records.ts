import type { ChatRecord } from '../../src-shared/model/history.ts';
import type { Conversation } from '../../src-shared/model/message.ts';

/** The chats as the history lists them. */
export function chatRecords(conversations: readonly Conversation[]): readonly ChatRecord[] {
  return conversations.map(({ peer, name, lastBody, lastAtMs, unread }) => ({
    peer,
    name,
    lastBody,
    lastAtMs,
    unread,
  }));
}
