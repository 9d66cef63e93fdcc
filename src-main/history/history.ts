import type { Clock } from '../../src-shared/clock.ts';
import { limits } from '../../src-shared/limits.ts';
import type { ChatRecord, History, VoiceRecord } from '../../src-shared/model/history.ts';
import type { TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { CallEnding, HistoryStore, NewCallRecord } from './history-store.ts';

export interface CallHistoryOptions {
  readonly store: HistoryStore;
  readonly hub: TopicHub;
  readonly clock: Clock;
  /** Conversations, newest first. */
  readonly chats: () => readonly ChatRecord[];
  /** Voice messages, newest first. */
  readonly voiceMessages: () => readonly VoiceRecord[];
}

/** The three tabs of the history as topic `history`. Calls are written here; the others come from their services. */
export class CallHistory {
  readonly #options: CallHistoryOptions;

  constructor(options: CallHistoryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.store.closeUnfinished();
    this.refresh();
  }

  callStarted(record: NewCallRecord): void {
    this.#options.store.callStarted(record);
    this.refresh();
  }

  callConnected(id: string, connectedAtMs: number): void {
    this.#options.store.callConnected(id, connectedAtMs);
    this.refresh();
  }

  callEnded(id: string, ending: CallEnding): void {
    this.#options.store.callEnded(id, ending);
    this.refresh();
  }

  /** Missed calls were looked at. Returns the revision of the topic. */
  markSeen(): number {
    this.#options.store.markSeen();
    return this.refresh();
  }

  /** Empties a tab. Chats and voice messages themselves are kept. Returns the revision of the topic. */
  clear(tab: 'chats' | 'voiceMessages' | 'calls'): number {
    if (tab === 'calls') this.#options.store.clearCalls();
    else this.#options.store.clearBefore(tab, this.#options.clock.now());
    return this.refresh();
  }

  /** Publishes the tabs as they are; to be called when chats or voice messages changed. Returns the revision. */
  refresh(): number {
    return this.#options.hub.publish('history', this.snapshot());
  }

  snapshot(): History {
    const { store } = this.#options;
    const calls = store.calls();
    const chatsAfterMs = store.clearedAtMs('chats');
    const voiceAfterMs = store.clearedAtMs('voiceMessages');
    return {
      chats: this.#options
        .chats()
        .filter((chat) => chat.lastAtMs > chatsAfterMs)
        .slice(0, limits.historyRowsPerTab),
      voiceMessages: this.#options
        .voiceMessages()
        .filter((message) => message.receivedAtMs > voiceAfterMs)
        .slice(0, limits.historyRowsPerTab),
      calls,
      missedUnseen: calls.filter((call) => call.missed && !call.seen).length,
    };
  }
}
