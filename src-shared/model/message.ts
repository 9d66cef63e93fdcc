/**
 * Life of an outgoing message. An incoming one is `received` from the start.
 *
 *   sending --server acknowledged (XEP-0198)--> sent
 *   sending --given up (refused, discarded session)--> failed --retry--> sending
 *   sent --came back as an error (RFC 6120 section 8.3)--> failed
 */
export const messageStates = ['sending', 'sent', 'failed', 'received'] as const;
export type MessageState = (typeof messageStates)[number];

export interface ChatMessage {
  /** Stanza id of our own messages; for incoming ones, made here. Unique within the account. */
  readonly id: string;
  /** Bare JID of the other person. */
  readonly peer: string;
  readonly direction: 'in' | 'out';
  readonly body: string;
  /** UTC milliseconds; a delayed message (XEP-0203) carries the time it was sent. */
  readonly sentAtMs: number;
  readonly state: MessageState;
  /** Plain words, only with `failed`. */
  readonly failure?: string;
}

/** One row of the list of chats. */
export interface Conversation {
  readonly peer: string;
  readonly name: string;
  readonly lastBody: string;
  readonly lastDirection: 'in' | 'out';
  readonly lastState: MessageState;
  readonly lastAtMs: number;
  readonly unread: number;
}
