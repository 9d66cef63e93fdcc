import type { Clock } from '../../src-shared/clock.ts';
import { limits } from '../../src-shared/limits.ts';
import type { ChatRecord, History, VoiceRecord } from '../../src-shared/model/history.ts';
import type { AfterTurn, TopicHub } from '../../src-shared/rpc/topic-hub.ts';
import type { CallEnding, HistoryStore, NewCallRecord } from './history-store.ts';

export interface CallHistoryOptions {
  readonly store: HistoryStore;
  readonly hub: TopicHub;
  readonly clock: Clock;
  /** Conversations, newest first. */
  readonly chats: () => readonly ChatRecord[];
  /** Voice messages, newest first. */
  readonly voiceMessages: () => readonly VoiceRecord[];
  /** When what happens to calls is written: behind the INVITE that goes out now. Default: at once. */
  readonly afterTurn?: AfterTurn;
}

/** The three tabs of the history as topic `history`. Calls are written here; the others come from their services. */
export class CallHistory {
  readonly #options: CallHistoryOptions;
  /** Not written yet, in order. */
  #due: (() => void)[] = [];
  #isWriting = false;

  constructor(options: CallHistoryOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.store.closeUnfinished();
    this.refresh();
  }

  callStarted(record: NewCallRecord): void {
    this.#write(() => {
      this.#options.store.callStarted(record, this.#written);
    });
  }

  /** The name of the far end became known during the call; one that the call began with stays. */
  callNamed(id: string, name: string): void {
    this.#write(() => {
      this.#options.store.callNamed(id, name, this.#written);
    });
  }

  callConnected(id: string, connectedAtMs: number): void {
    this.#write(() => {
      this.#options.store.callConnected(id, connectedAtMs, this.#written);
    });
  }

  callEnded(id: string, ending: CallEnding): void {
    this.#write(() => {
      this.#options.store.callEnded(id, ending, this.#written);
    });
  }

  /** Missed calls were looked at. Returns the revision of the topic. */
  markSeen(): number {
    this.flush();
    this.#options.store.markSeen();
    return this.refresh();
  }

  /** Empties a tab. Chats and voice messages themselves are kept. Returns the revision of the topic. */
  clear(tab: 'chats' | 'voiceMessages' | 'calls'): number {
    this.flush();
    if (tab === 'calls') this.#options.store.clearCalls();
    else this.#options.store.clearBefore(tab, this.#options.clock.now());
    return this.refresh();
  }

  /** Removes single calls. Returns the revision of the topic. */
  remove(callIds: readonly string[]): number {
    this.flush();
    this.#options.store.removeCalls(callIds);
    return this.refresh();
  }

  /** Writes and shows what is due; before a stop. */
  flush(): void {
    if (this.#writeDue()) this.refresh();
  }

  #write(work: () => void): void {
    this.#due.push(work);
    const { afterTurn } = this.#options;
    if (afterTurn === undefined) this.flush();
    else if (this.#due.length === 1) {
      afterTurn(() => {
        this.flush();
      });
    }
  }

  /** A write that had to wait for the disk is shown when it is done; the others are shown together. */
  readonly #written = (): void => {
    if (!this.#isWriting) this.refresh();
  };

  /** False when nothing was due. What cannot be written does not keep the rest from it. */
  #writeDue(): boolean {
    const due = this.#due;
    if (due.length === 0) return false;
    this.#due = [];
    const errors: unknown[] = [];
    this.#isWriting = true;
    for (const work of due) {
      try {
        work();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#isWriting = false;
    if (errors.length > 0) throw errors[0];
    return true;
  }

  /** Publishes the tabs as they are; to be called when chats or voice messages changed. Returns the revision. */
  refresh(): number {
    return this.#options.hub.publish('history', this.snapshot());
  }

  snapshot(): History {
    const { store } = this.#options;
    this.#writeDue();
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
