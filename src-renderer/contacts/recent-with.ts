import type { CallRecord, ChatRecord, History, VoiceRecord } from '../../src-shared/model/history.ts';

/** What a person is known by in history. */
export interface Known {
  readonly jid?: string | undefined;
  /** Numbers as shown and as E.164. */
  readonly numbers: readonly string[];
}

export type RecentItem =
  | { readonly kind: 'call'; readonly key: string; readonly atMs: number; readonly call: CallRecord }
  | { readonly kind: 'chat'; readonly key: string; readonly atMs: number; readonly chat: ChatRecord }
  | { readonly kind: 'voice'; readonly key: string; readonly atMs: number; readonly voice: VoiceRecord };

/** Digits by which two spellings of a number are compared: enough to tell lines apart, few enough for any prefix. */
const comparedDigits = 9;

function tail(number: string): string {
  return number.replaceAll(/\D/g, '').slice(-comparedDigits);
}

/** Calls, chats and voice messages with one person, newest first. */
export function recentWith(known: Known, history: History): readonly RecentItem[] {
  const tails = new Set(known.numbers.map(tail).filter((digits) => digits !== ''));
  const hasNumber = (number: string, e164?: string) => tails.has(tail(e164 ?? number));
  const items: RecentItem[] = [
    ...history.calls
      .filter((call) => (known.jid !== undefined && call.jid === known.jid) || hasNumber(call.number, call.e164))
      .map((call) => ({ kind: 'call', key: `call ${call.id}`, atMs: call.startedAtMs, call }) as const),
    ...history.chats
      .filter((chat) => chat.peer === known.jid)
      .map((chat) => ({ kind: 'chat', key: `chat ${chat.peer}`, atMs: chat.lastAtMs, chat }) as const),
    ...history.voiceMessages
      .filter((voice) => hasNumber(voice.number))
      .map((voice) => ({ kind: 'voice', key: `voice ${voice.id}`, atMs: voice.receivedAtMs, voice }) as const),
  ];
  return items.sort((left, right) => right.atMs - left.atMs);
}
