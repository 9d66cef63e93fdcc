import type { MainHandlers } from '../src-shared/contract/contract.ts';
import { AppError } from '../src-shared/errors.ts';
import { msg, t } from '../src-shared/words.ts';
import type { Message } from '../src-shared/words.ts';
import { phoneCalls } from './calls/calls-service.ts';
import type { CallsService } from './calls/calls-service.ts';
import type { DirectoryService } from './directory/directory.ts';
import type { CallHistory } from './history/history.ts';
import type { ImService } from './im/im-service.ts';
import type { VoicemailService } from './voicemail/voicemail.ts';

/** Calls of the contract that need an account. */
export const accountCalls = [
  'roster.add',
  'roster.update',
  'roster.askPresence',
  'roster.remove',
  'roster.approve',
  'roster.deny',
  'presence.set',
  'people.search',
  'people.card',
  'people.photo',
  'people.dialable',
  'chat.send',
  'chat.retry',
  'chat.discard',
  'chat.page',
  'chat.delete',
  'chat.setTyping',
  'chat.markRead',
  'history.markSeen',
  'history.clear',
  'history.remove',
  'voicemail.audio',
  'voicemail.markHeard',
  'voicemail.delete',
  'voicemail.refresh',
  ...phoneCalls,
] as const satisfies readonly (keyof MainHandlers)[];

export type AccountHandlers = Pick<MainHandlers, (typeof accountCalls)[number]>;

/** What answers them; chat and calls are missing where they are turned off for the account. */
export interface AnsweringServices {
  readonly directory: DirectoryService;
  readonly voicemail: VoicemailService;
  readonly history: CallHistory;
  readonly im: ImService | undefined;
  readonly calls: CallsService | undefined;
}

/** One handler for each of `accountCalls`; those of a service that is turned off refuse in words. */
export function accountHandlers({ directory, voicemail, history, im, calls }: AnsweringServices): AccountHandlers {
  const noChat = refusal(msg('Chat is turned off for this account.'));
  return {
    ...directory.handlers,
    ...voicemail.handlers,
    'roster.add': (input) => im?.addContact(input) ?? noChat(),
    'roster.update': (input) => im?.updateContact(input) ?? noChat(),
    'roster.askPresence': (input) => im?.askPresence(input) ?? noChat(),
    'roster.remove': (input) => im?.removeContact(input) ?? noChat(),
    'roster.approve': (input) => im?.approve(input) ?? noChat(),
    'roster.deny': (input) => im?.deny(input) ?? noChat(),
    'presence.set': (input) => im?.setPresence(input) ?? noChat(),
    'chat.send': (input) => im?.send(input) ?? noChat(),
    'chat.retry': (input) => im?.retryMessage(input) ?? noChat(),
    'chat.discard': (input) => (im === undefined ? noChat() : im.discardMessage(input)),
    'chat.page': (input) => im?.page(input) ?? noChat(),
    'chat.delete': (input) => im?.deleteChat(input) ?? noChat(),
    'chat.setTyping': (input) => (im === undefined ? noChat() : im.setTyping(input)),
    'chat.markRead': (input) => im?.markRead(input) ?? noChat(),
    'history.markSeen': () => ({ revision: history.markSeen() }),
    'history.remove': ({ callIds }) => ({ revision: history.remove(callIds) }),
    'history.clear': ({ tab }) => ({ revision: history.clear(tab) }),
    ...(calls?.handlers ?? noCalls()),
  };
}

function noCalls(): CallsService['handlers'] {
  const calling = msg('Calling is turned off for this account.');
  // One function for each name of phoneCalls; it answers nothing.
  return Object.fromEntries<unknown>(phoneCalls.map((name) => [name, refusal(calling)])) as CallsService['handlers'];
}

function refusal(words: Message): () => never {
  return () => {
    throw new AppError('unsupported', t(words));
  };
}
