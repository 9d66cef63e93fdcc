import { z } from 'zod';
import { limits } from '../limits.ts';
import type { ChatMessage, Conversation } from '../model/message.ts';
import { callToMain, event, topic } from './define.ts';
import { bareJid, changed, id, nothing, utcMs } from './shapes.ts';

export interface Conversations {
  /** At most limits.historyRowsPerTab, newest first. */
  readonly conversations: readonly Conversation[];
  readonly unread: number;
}

export const chat = {
  /** Stored before the answer; `message.state` is then `sending`. */
  'chat.send': callToMain(
    z.object({ peer: bareJid, body: z.string().min(1).max(limits.chatMessageCharacters) }),
    z.object({ message: z.custom<ChatMessage>() }),
  ),
  /** Sends a failed message again, keeping its id. */
  'chat.retry': callToMain(z.object({ id }), z.object({ message: z.custom<ChatMessage>() })),
  /** Removes a failed message. */
  'chat.discard': callToMain(z.object({ id }), nothing),
  /**
   * One page, oldest first, of at most `limit` messages that stand before this one (omitted: the newest). Of messages of
   * one millisecond the id tells which stand before it; where it is known no more, its time alone counts.
   */
  'chat.page': callToMain(
    z.object({
      peer: bareJid,
      before: z.object({ id, sentAtMs: utcMs }).optional(),
      limit: z.number().int().min(1).max(limits.chatPageMessages),
    }),
    z.object({ messages: z.array(z.custom<ChatMessage>()), more: z.boolean() }),
  ),
  /** The person strikes keys in a message to this peer (told every now and then), or emptied it (XEP-0085). */
  'chat.setTyping': callToMain(z.object({ peer: bareJid, typing: z.boolean() }), nothing),
  /** Deletes the chat with all its messages from this computer; the other side and the server keep theirs. */
  'chat.delete': callToMain(z.object({ peer: bareJid }), changed),
  'chat.markRead': callToMain(z.object({ peer: bareJid }), changed),
} as const;

export const chatTopics = { conversations: topic(z.custom<Conversations>()) } as const;

export const chatEvents = {
  /** A message appeared, changed its state (same id), or was removed (`removed`). */
  'chat.message': event(z.object({ message: z.custom<ChatMessage>(), removed: z.boolean() })),
  /** Everything of this chat up to now is gone. */
  'chat.deleted': event(z.object({ peer: bareJid })),
  /** The other person is typing (XEP-0085); never stored. */
  'chat.typing': event(z.object({ peer: bareJid, typing: z.boolean() })),
} as const;
