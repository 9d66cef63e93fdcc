import type { ChatMessage } from '../../src-shared/model/message.ts';

/** The part of one conversation that the window holds, oldest first. */
export interface MessageLog {
  readonly messages: readonly ChatMessage[];
  /** Older messages exist on this computer. */
  readonly more: boolean;
  readonly state: 'loading' | 'ready' | 'failed';
  readonly loadingOlder: boolean;
}

export type LogEvent =
  | { readonly type: 'newestLoaded'; readonly messages: readonly ChatMessage[]; readonly more: boolean }
  | { readonly type: 'olderAsked' }
  | { readonly type: 'olderLoaded'; readonly messages: readonly ChatMessage[]; readonly more: boolean }
  | { readonly type: 'loadFailed' }
  | { readonly type: 'changed'; readonly message: ChatMessage }
  | { readonly type: 'removed'; readonly id: string }
  | { readonly type: 'allRemoved' };

export const emptyLog: MessageLog = { messages: [], more: false, state: 'loading', loadingOlder: false };

/** Keeps every message once, by id, in order of time; a later word on a message replaces the earlier. */
export function logReducer(log: MessageLog, event: LogEvent): MessageLog {
  switch (event.type) {
    case 'newestLoaded': {
      // After a gap the newest page may not touch what is held: then only the page is sure to be whole.
      const oldest = event.messages[0];
      const touches = oldest === undefined || !event.more || log.messages.some((held) => held.id === oldest.id);
      return {
        messages: touches ? merge(log.messages, event.messages) : event.messages,
        more: touches && log.messages.length > 0 ? log.more || (event.more && log.state !== 'ready') : event.more,
        state: 'ready',
        loadingOlder: false,
      };
    }
    case 'olderAsked':
      return { ...log, loadingOlder: true };
    case 'olderLoaded':
      return { ...log, messages: merge(event.messages, log.messages), more: event.more, loadingOlder: false };
    case 'loadFailed':
      return { ...log, state: log.state === 'ready' ? 'ready' : 'failed', loadingOlder: false };
    case 'changed':
      return { ...log, messages: merge(log.messages, [event.message]) };
    case 'allRemoved':
      return { ...emptyLog, state: 'ready' };
    case 'removed':
      return { ...log, messages: log.messages.filter((message) => message.id !== event.id) };
  }
}

function merge(held: readonly ChatMessage[], fresh: readonly ChatMessage[]): readonly ChatMessage[] {
  const byId = new Map(held.map((message) => [message.id, message]));
  for (const message of fresh) byId.set(message.id, message);
  // Sorting is stable: two messages of the same millisecond keep the order in which they came.
  return [...byId.values()].sort((left, right) => left.sentAtMs - right.sentAtMs);
}

/** Milliseconds within which messages of one side stand together under one time. */
const runGapMs = 3 * 60_000;

/** A message with what its place decides: the shape of its bubble, and whether its time is shown. */
export interface PlacedMessage {
  readonly message: ChatMessage;
  /** First and last of a run of messages of one side. */
  readonly first: boolean;
  readonly last: boolean;
}

/** Runs of one side, broken by the other side, by a pause, or by a message that was not sent. */
export function placeMessages(messages: readonly ChatMessage[]): readonly PlacedMessage[] {
  const joined = (left: ChatMessage | undefined, right: ChatMessage | undefined) =>
    left !== undefined &&
    right !== undefined &&
    left.direction === right.direction &&
    left.state !== 'failed' &&
    right.state !== 'failed' &&
    right.sentAtMs - left.sentAtMs < runGapMs;
  return messages.map((message, index) => ({
    message,
    first: !joined(messages[index - 1], message),
    last: !joined(message, messages[index + 1]),
  }));
}
