import { randomUUID } from 'node:crypto';
import { AppError } from '../../src-shared/errors.ts';
import type { ChatMessage } from '../../src-shared/model/message.ts';
import { msg, t } from '../../src-shared/words.ts';
import type { SentStanza } from './ack-queue.ts';
import { imLimits } from './im-limits.ts';
import { chatStanza, sendableText } from './message-stanza.ts';
import type { MessageStore } from './message-store.ts';
import type { XmppSession } from './xmpp-session.ts';

/** After so many writes to a stream that ended each time, a message may be what ends it. */
const maxAttempts = 3;

export const notSentWords = msg('Not sent, the connection dropped. Try again, or delete.');

export interface OutboxOptions {
  readonly store: MessageStore;
  readonly session: Pick<XmppSession, 'isUp' | 'unacknowledged' | 'send'>;
  readonly now: () => number;
  /** Messages changed their state. */
  readonly changed: (messages: readonly ChatMessage[]) => void;
  /** Messages were taken by the server. */
  readonly sent: (messages: readonly ChatMessage[]) => void;
}

/**
 * Outgoing messages, in the order in which they were written, over connections and restarts.
 *
 *   held --connected and nothing doubtful--> open --lost for good--> held
 *
 * Messages that were written to a session which cannot be resumed are doubtful: the server may have them. While any is,
 * nothing is sent; the server's archive decides (`settle`).
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #state: 'held' | 'open' = 'held';
  #isPumping = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Stores a message in state `sending`; `pump` sends it. @throws AppError `invalid` */
  add(peer: string, text: string): ChatMessage {
    const body = sendableText(text);
    if (body.trim() === '') throw new AppError('invalid', t('There is nothing in this message that can be sent.'));
    const message: ChatMessage = {
      id: randomUUID(),
      peer,
      direction: 'out',
      body,
      sentAtMs: this.#options.now(),
      state: 'sending',
    };
    this.#options.store.addOutgoing(message);
    return message;
  }

  /** Sends what waits, as far as the acknowledgement window allows. */
  pump(): void {
    const { session, store } = this.#options;
    const room = imLimits.ackWindow - session.unacknowledged;
    if (this.#state === 'held' || !session.isUp || room <= 0 || this.#isPumping) return;
    this.#isPumping = true;
    try {
      const rows = store.outbox('unwritten', room);
      // Noted before it is done: after a crash it is known that the server may have it.
      store.markWritten(rows.map((row) => row.id));
      for (const row of rows) session.send(chatStanza(row.peer, row.id, row.body), row.id);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // They are stored and wait; the disk takes not even the note that they are on their way.
      this.#isPumping = false;
      store.whenWritable(() => {
        this.pump();
      });
    } finally {
      this.#isPumping = false;
    }
  }

  acknowledged(stanzas: readonly SentStanza[]): void {
    const ids = stanzas.map((stanza) => stanza.messageId).filter((id) => id !== undefined);
    if (ids.length > 0) {
      this.#options.store.markSent(ids, (messages) => {
        this.#options.sent(messages);
      });
    }
    this.pump();
  }

  /** A new session: what the last one left unacknowledged is doubtful until `settle`. */
  hold(): void {
    this.#state = 'held';
  }

  get isHeld(): boolean {
    return this.#state === 'held';
  }

  /** True when messages wait of which the server may have some. */
  get isDoubtful(): boolean {
    return this.#options.store.outbox('written', 1).length > 0;
  }

  /**
   * Ends the doubt. `archiveRead`: all that the server has was found there and is marked as sent, so the rest is sent
   * again. Otherwise nobody knows, and only the person may decide to send them again.
   */
  settle(archiveRead: boolean): void {
    // What is written in an open outbox is under way, not in doubt.
    if (this.#state === 'open') return;
    const { store } = this.#options;
    const doubtful = store.outbox('written', Number.MAX_SAFE_INTEGER);
    const isHopeless = (attempts: number): boolean => !archiveRead || attempts >= maxAttempts;
    store.markUnwritten(doubtful.filter((row) => !isHopeless(row.attempts)).map((row) => row.id));
    const failed = doubtful
      .filter((row) => isHopeless(row.attempts))
      .map((row) => store.markFailed(row.id, t(notSentWords)))
      .filter((message) => message !== undefined);
    if (failed.length > 0) this.#options.changed(failed);
    this.#state = 'open';
    this.pump();
  }
}
