import { randomUUID } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import { limits } from '../../src-shared/limits.ts';
import type { ChatMessage, MessageState } from '../../src-shared/model/message.ts';
import type { Store } from '../core/store.ts';
import { imLimits } from './im-limits.ts';
import type { InboundMessage } from './message-stanza.ts';
import { outgoingKeyOf } from './message-stanza.ts';

/** An incoming message with the time under which it is shown. */
export interface TimedMessage extends InboundMessage {
  readonly sentAtMs: number;
  readonly countsAsUnread: boolean;
}

/** A row of the list of chats without the name, which is known elsewhere. */
export interface ConversationRow {
  readonly peer: string;
  readonly lastBody: string;
  readonly lastDirection: 'in' | 'out';
  readonly lastState: MessageState;
  readonly lastAtMs: number;
  readonly unread: number;
}

/** A message of ours that waits to be sent. */
export interface OutboxRow {
  readonly id: string;
  readonly peer: string;
  readonly body: string;
  /** How often it was written to a stream. */
  readonly attempts: number;
}

interface MessageRow {
  readonly id: string;
  readonly peer: string;
  readonly direction: 'in' | 'out';
  readonly body: string;
  readonly sent_at_ms: number;
  readonly state: MessageState;
  readonly failure: string | null;
}

const columns = 'id, peer, direction, body, sent_at_ms, state, failure';

/** Messages of one account: chats, outbox, unread counts and how far the server's archive is known. */
export class MessageStore {
  readonly #store: Store;
  readonly #db: Database;
  readonly #accountId: string;
  readonly #insert: Statement;
  readonly #byArchiveId: Statement;
  readonly #byOrigin: Statement;
  readonly #touch: Statement;
  readonly #page: Statement<unknown[], MessageRow>;

  constructor(store: Store, accountId: string) {
    const { db } = store;
    this.#store = store;
    this.#db = db;
    this.#accountId = accountId;
    this.#insert = db.prepare(
      `INSERT INTO messages (account_id, id, peer, direction, body, sent_at_ms, state, archive_id, origin_key)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
    this.#byArchiveId = db.prepare('SELECT row FROM messages WHERE account_id = ? AND archive_id = ?').pluck();
    this.#byOrigin = db
      .prepare('SELECT row FROM messages WHERE account_id = ? AND peer = ? AND direction = ? AND origin_key = ?')
      .pluck();
    this.#touch = db.prepare(
      `INSERT INTO conversations (account_id, peer, last_row, last_at_ms, unread)
       VALUES (@account, @peer, @row, @atMs, @unread)
       ON CONFLICT (account_id, peer) DO UPDATE SET
         last_row = CASE WHEN excluded.last_at_ms >= last_at_ms THEN excluded.last_row ELSE last_row END,
         last_at_ms = max(last_at_ms, excluded.last_at_ms),
         unread = CASE WHEN @isRead THEN excluded.unread ELSE unread + excluded.unread END`,
    );
    this.#page = db.prepare(
      `SELECT ${columns} FROM messages
       WHERE account_id = @account AND peer = @peer
         AND (sent_at_ms, row) < (@atMs, ifnull((SELECT row FROM messages WHERE account_id = @account AND id = @id), 0))
       ORDER BY sent_at_ms DESC, row DESC LIMIT @rows`,
    );
  }

  /** True when this message is here already, whichever way it came. */
  isKnown(message: InboundMessage): boolean {
    const { archiveId, originKey, peer, direction } = message;
    if (archiveId !== undefined && this.#byArchiveId.get(this.#accountId, archiveId) !== undefined) return true;
    return originKey !== undefined && this.#byOrigin.get(this.#accountId, peer, direction, originKey) !== undefined;
  }

  /**
   * A message of ours that is still `sending` has been found in the server's archive: it was sent.
   * @returns it, or undefined when the message found is none of these
   */
  confirmFromArchive(message: InboundMessage): ChatMessage | undefined {
    if (message.direction !== 'out' || message.originKey === undefined) return undefined;
    const row = this.#store.write((db) =>
      db
        .prepare<unknown[], MessageRow>(
          `UPDATE messages SET state = 'sent', archive_id = ifnull(archive_id, ?)
           WHERE account_id = ? AND peer = ? AND direction = 'out' AND origin_key = ? AND state = 'sending' AND written = 1
           RETURNING ${columns}`,
        )
        .get(message.archiveId ?? null, this.#accountId, message.peer, message.originKey),
    );
    return row && toMessage(row);
  }

  /**
   * Stores messages in order, in transactions of at most limits.transactionRows rows and about imLimits.transactionMs.
   * @returns those that are new, in order
   */
  addAll(messages: readonly TimedMessage[]): readonly ChatMessage[] {
    const added: ChatMessage[] = [];
    let next = 0;
    const addSome = (): void => {
      const startedMs = performance.now();
      const end = Math.min(messages.length, next + limits.transactionRows);
      const touched = new Map<string, { row: number | bigint; atMs: number; unread: number; isRead: boolean }>();
      while (next < end && performance.now() - startedMs < imLimits.transactionMs) {
        const message = messages[next];
        next += 1;
        if (message === undefined) break;
        const id = randomUUID();
        const state = message.direction === 'in' ? 'received' : 'sent';
        const { peer, direction, body, sentAtMs, archiveId, originKey } = message;
        const result = this.#insert.run(
          ...[this.#accountId, id, peer, direction, body, sentAtMs, state, archiveId ?? null, originKey ?? null],
        );
        if (result.changes === 0) continue;
        added.push({ id, peer, direction, body, sentAtMs, state });
        const before = touched.get(peer) ?? { row: 0, atMs: -1, unread: 0, isRead: false };
        // Who answers from another device has read what came before.
        const isRead = before.isRead || direction === 'out';
        const unread = direction === 'out' ? 0 : before.unread + (message.countsAsUnread ? 1 : 0);
        const isNewer = sentAtMs >= before.atMs;
        touched.set(peer, {
          row: isNewer ? result.lastInsertRowid : before.row,
          atMs: isNewer ? sentAtMs : before.atMs,
          unread,
          isRead,
        });
      }
      for (const [peer, { row, atMs, unread, isRead }] of touched) {
        this.#touch.run({ account: this.#accountId, peer, row, atMs, unread, isRead: isRead ? 1 : 0 });
      }
    };
    while (next < messages.length) this.#store.write(addSome);
    return added;
  }

  /** Stores a message of ours before it is sent. */
  addOutgoing(message: ChatMessage): void {
    this.#store.write(() => {
      const { id, peer, body, sentAtMs } = message;
      const result = this.#db
        .prepare(
          `INSERT INTO messages (account_id, id, peer, direction, body, sent_at_ms, state, origin_key)
           VALUES (?, ?, ?, 'out', ?, ?, 'sending', ?)`,
        )
        .run(this.#accountId, id, peer, body, sentAtMs, outgoingKeyOf(id));
      this.#touch.run({
        account: this.#accountId,
        peer,
        row: result.lastInsertRowid,
        atMs: sentAtMs,
        unread: 0,
        isRead: 1,
      });
    });
  }

  get(id: string): ChatMessage | undefined {
    const row = this.#db
      .prepare<unknown[], MessageRow>(`SELECT ${columns} FROM messages WHERE account_id = ? AND id = ?`)
      .get(this.#accountId, id);
    return row && toMessage(row);
  }

  /**
   * The server has taken these, and says so once: it is noted as soon as the disk takes it, and `done` follows. Those
   * that failed meanwhile stay failed.
   */
  markSent(ids: readonly string[], done: (sent: readonly ChatMessage[]) => void): void {
    this.#store.writeEventually(() => this.#changeEach(ids, `state = 'sent'`, `state = 'sending'`), done);
  }

  /** Not delivered, in plain words. A message that was sent may come back too. */
  markFailed(id: string, failure: string): ChatMessage | undefined {
    const row = this.#store.write((db) =>
      db
        .prepare<unknown[], MessageRow>(
          `UPDATE messages SET state = 'failed', failure = ?
           WHERE account_id = ? AND id = ? AND direction = 'out' AND state IN ('sending', 'sent') RETURNING ${columns}`,
        )
        .get(failure, this.#accountId, id),
    );
    return row && toMessage(row);
  }

  /** A failed message waits in the outbox again. */
  markSending(id: string): ChatMessage | undefined {
    return this.#changeEach(
      [id],
      `state = 'sending', failure = NULL, written = 0, attempts = 0`,
      `state = 'failed'`,
    )[0];
  }

  /** About to be written to a stream. */
  markWritten(ids: readonly string[]): void {
    this.#changeEach(ids, 'written = 1, attempts = attempts + 1', `state = 'sending'`);
  }

  /** The server does not have these: they may be written again, in their old place. */
  markUnwritten(ids: readonly string[]): void {
    this.#changeEach(ids, 'written = 0', `state = 'sending'`);
  }

  #changeEach(ids: readonly string[], change: string, condition: string): readonly ChatMessage[] {
    const statement = this.#db.prepare<unknown[], MessageRow>(
      `UPDATE messages SET ${change} WHERE account_id = ? AND id = ? AND ${condition} RETURNING ${columns}`,
    );
    const changed: ChatMessage[] = [];
    for (let start = 0; start < ids.length; start += limits.transactionRows) {
      this.#store.write(() => {
        for (const id of ids.slice(start, start + limits.transactionRows)) {
          const row = statement.get(this.#accountId, id);
          if (row !== undefined) changed.push(toMessage(row));
        }
      });
    }
    return changed;
  }

  /** Removes a failed message. @returns it, or undefined when there is no such failed message */
  discard(id: string): ChatMessage | undefined {
    return this.#store.write(() => {
      const row = this.#db
        .prepare<unknown[], MessageRow>(
          `DELETE FROM messages WHERE account_id = ? AND id = ? AND state = 'failed' RETURNING ${columns}`,
        )
        .get(this.#accountId, id);
      if (row === undefined) return undefined;
      const last = this.#db
        .prepare<unknown[], { row: number; sent_at_ms: number }>(
          `SELECT row, sent_at_ms FROM messages WHERE account_id = ? AND peer = ? ORDER BY sent_at_ms DESC, row DESC LIMIT 1`,
        )
        .get(this.#accountId, row.peer);
      if (last === undefined) {
        this.#db.prepare('DELETE FROM conversations WHERE account_id = ? AND peer = ?').run(this.#accountId, row.peer);
      } else {
        this.#db
          .prepare('UPDATE conversations SET last_row = ?, last_at_ms = ? WHERE account_id = ? AND peer = ?')
          .run(last.row, last.sent_at_ms, this.#accountId, row.peer);
      }
      return toMessage(row);
    });
  }

  /**
   * At most `limit` messages that stand before this one, oldest first; undefined: the newest. Of messages of one
   * millisecond the row decides, and where the id is known no more, only earlier times stand before it.
   */
  page(
    peer: string,
    before: Pick<ChatMessage, 'id' | 'sentAtMs'> | undefined,
    limit: number,
  ): { messages: ChatMessage[]; more: boolean } {
    const found = this.#page.all({
      account: this.#accountId,
      peer,
      atMs: before?.sentAtMs ?? Number.MAX_SAFE_INTEGER,
      id: before?.id ?? '',
      rows: limit + 1,
    });
    return { messages: found.slice(0, limit).reverse().map(toMessage), more: found.length > limit };
  }

  /** The newest chats, newest first. */
  conversations(): readonly ConversationRow[] {
    return this.#db
      .prepare<unknown[], ConversationRow>(
        `SELECT c.peer, m.body AS lastBody, m.direction AS lastDirection, m.state AS lastState,
                c.last_at_ms AS lastAtMs, c.unread
         FROM conversations c JOIN messages m ON m.row = c.last_row
         WHERE c.account_id = ? ORDER BY c.last_at_ms DESC LIMIT ?`,
      )
      .all(this.#accountId, limits.historyRowsPerTab);
  }

  unread(): number {
    const sum = this.#db
      .prepare<unknown[], number>('SELECT ifnull(sum(unread), 0) FROM conversations WHERE account_id = ?')
      .pluck()
      .get(this.#accountId);
    return sum ?? 0;
  }

  /** @returns false when nothing was unread */
  markRead(peer: string): boolean {
    const result = this.#store.write((db) =>
      db
        .prepare('UPDATE conversations SET unread = 0 WHERE account_id = ? AND peer = ? AND unread > 0')
        .run(this.#accountId, peer),
    );
    return result.changes > 0;
  }

  /** Messages that wait, in the order in which they were composed. `written`: the server may have them already. */
  outbox(kind: 'unwritten' | 'written', limit: number): readonly OutboxRow[] {
    return this.#db
      .prepare<unknown[], OutboxRow>(
        `SELECT id, peer, body, attempts FROM messages
         WHERE account_id = ? AND state = 'sending' AND written = ? ORDER BY row LIMIT ?`,
      )
      .all(this.#accountId, kind === 'written' ? 1 : 0, limit);
  }

  /** Newest id of the server's archive up to which nothing is missing here. */
  archivePosition(): string | undefined {
    return this.#db
      .prepare<unknown[], string>('SELECT archive_id FROM chat_archive_positions WHERE account_id = ?')
      .pluck()
      .get(this.#accountId);
  }

  /** An older position costs a longer look next time, nothing more: so it may wait for the disk. */
  setArchivePosition(archiveId: string): void {
    this.#store.writeEventually((db) => {
      db.prepare(
        `INSERT INTO chat_archive_positions (account_id, archive_id) VALUES (?, ?)
         ON CONFLICT (account_id) DO UPDATE SET archive_id = excluded.archive_id`,
      ).run(this.#accountId, archiveId);
    });
  }

  forgetArchivePosition(): void {
    this.#store.writeEventually((db) => {
      db.prepare('DELETE FROM chat_archive_positions WHERE account_id = ?').run(this.#accountId);
    });
  }

  /** Calls back when the disk takes data again, now when it does. */
  whenWritable(then: () => void): void {
    this.#store.writeEventually(() => undefined, then);
  }
}

function toMessage(row: MessageRow): ChatMessage {
  return {
    id: row.id,
    peer: row.peer,
    direction: row.direction,
    body: row.body,
    sentAtMs: row.sent_at_ms,
    state: row.state,
    ...(row.failure === null ? {} : { failure: row.failure }),
  };
}
