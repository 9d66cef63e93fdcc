import type { Clock } from '../../src-shared/clock.ts';
import type { Logger } from '../core/log.ts';
import type { DeletedChatsStore } from './deleted-chats-store.ts';
import type { InboundMessage } from './message-stanza.ts';
import { serverTime } from './server-time.ts';
import type { XmppSession } from './xmpp-session.ts';

export interface ChatDeletionOptions {
  readonly store: DeletedChatsStore;
  readonly session: Pick<XmppSession, 'isUp' | 'iq'>;
  /** The server's, which is asked for its time. */
  readonly domain: string;
  readonly clock: Clock;
  /** `Checkpointer.room` */
  readonly room: (() => Promise<void> | undefined) | undefined;
  readonly log: Logger;
}

/**
 * Deletes whole chats from this computer, and keeps what the server's archive has of them from coming back. Its archive
 * counts by the server's clock: where this computer's is ahead, what is written in the minutes after a deletion would
 * seem to be older, and would never be shown.
 *
 *   deleted, by this computer's clock --the server tells its time, now or in the next session--> by the server's
 */
export class ChatDeletion {
  readonly #options: ChatDeletionOptions;

  constructor(options: ChatDeletionOptions) {
    this.#options = options;
  }

  /** Takes the chat out of the list at once. @returns deletes its messages, which may take a while */
  delete(peer: string): () => Promise<void> {
    const { store, session, clock, room } = this.#options;
    const lastRow = store.deleteChat(peer, clock.now());
    if (session.isUp) void this.settleTimes();
    return () => store.deleteMessages(peer, lastRow, room);
  }

  /** What was being deleted when the program ended, or the disk was full. */
  async finish(): Promise<void> {
    const { store, room, log } = this.#options;
    try {
      for (const { peer, lastRow } of store.unfinished()) await store.deleteMessages(peer, lastRow, room);
    } catch (error) {
      log.info('a deleted chat still has messages on the disk; tried again at the next start', { error });
    }
  }

  /** Asks the server for its time where a deletion still stands under this computer's; to be done before its archive is read. */
  async settleTimes(): Promise<void> {
    const { store, session, domain, clock, log } = this.#options;
    if (!store.hasUnsettled()) return;
    try {
      const askedAtMs = clock.now();
      const serverMs = await serverTime(session, domain);
      store.settle(serverMs - askedAtMs, serverMs);
    } catch (error) {
      log.info('the time of a deleted chat stays as this computer has it', { error });
    }
  }

  /** True for what the server's archive has of a chat from before it was deleted here. */
  covers(message: Pick<InboundMessage, 'peer' | 'stampMs'>): boolean {
    return this.#options.store.covers(message);
  }
}
