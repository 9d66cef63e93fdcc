import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { Conversations as ConversationsSnapshot } from '../../src-shared/contract/chat.ts';
import { limits } from '../../src-shared/limits.ts';
import type { Conversation } from '../../src-shared/model/message.ts';
import type { MessageStore } from './message-store.ts';

export interface ConversationsOptions {
  readonly store: MessageStore;
  readonly clock: Clock;
  readonly nameOf: (peer: string) => string;
  readonly publish: (snapshot: ConversationsSnapshot) => number;
}

/** The list of chats as a topic: at once after a quiet time, at most every limits.topicIntervalMs in a burst. */
export class Conversations {
  readonly #options: ConversationsOptions;
  readonly #rows = new Map<string, Conversation>();
  #publishedAtMs = -Infinity;
  #timer: TimerHandle | undefined;

  constructor(options: ConversationsOptions) {
    this.#options = options;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Something changed; the list follows soon. */
  changed(): void {
    const waitMs = this.#publishedAtMs + limits.topicIntervalMs - this.#options.clock.now();
    if (waitMs <= 0) {
      this.publish();
      return;
    }
    this.#timer ??= this.#options.clock.setTimeout(
      () => {
        this.publish();
      },
      Math.min(waitMs, limits.topicIntervalMs),
    );
  }

  /** Publishes now. @returns the revision */
  publish(): number {
    this.stop();
    this.#publishedAtMs = this.#options.clock.now();
    const conversations = this.#options.store
      .conversations()
      .map((row) => this.#keepIdentity({ ...row, name: this.#options.nameOf(row.peer) }));
    this.#rows.clear();
    for (const row of conversations) this.#rows.set(row.peer, row);
    return this.#options.publish({ conversations, unread: this.#options.store.unread() });
  }

  #keepIdentity(row: Conversation): Conversation {
    const before = this.#rows.get(row.peer);
    const isSame =
      before !== undefined &&
      before.name === row.name &&
      before.lastBody === row.lastBody &&
      before.lastDirection === row.lastDirection &&
      before.lastState === row.lastState &&
      before.lastAtMs === row.lastAtMs &&
      before.unread === row.unread;
    return isSame ? before : row;
  }
}
