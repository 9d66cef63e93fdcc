import { setImmediate as nextTurn } from 'node:timers/promises';
import { limits } from '../../src-shared/limits.ts';
import type { Store } from '../core/store.ts';
import type { InboundMessage } from './message-stanza.ts';

/** Deletes whole chats of one account from this computer, and knows of those that were. */
export class DeletedChatsStore {
  readonly #store: Store;
  readonly #accountId: string;

  constructor(store: Store, accountId: string) {
    this.#store = store;
    this.#accountId = accountId;
  }

  /** Takes the chat out of the list. @returns the last row that `deleteMessages` may delete: what comes later is a new chat */
  deleteChat(peer: string, nowMs: number): number {
    return this.#store.write((db) => {
      const newest = db
        .prepare<unknown[], { row: number; atMs: number }>(
          `SELECT ifnull(max(row), 0) AS row, ifnull(max(sent_at_ms), 0) AS atMs FROM messages
           WHERE account_id = ? AND peer = ?`,
        )
        .get(this.#accountId, peer) ?? { row: 0, atMs: 0 };
      // Where this computer's clock is behind the server's, the newest message tells better what was there.
      db.prepare(
        `INSERT OR REPLACE INTO chats_deleted (account_id, peer, deleted_at_ms, last_row, deleted_clock_ms)
         VALUES (?, ?, ?, ?, ?)`,
      ).run(this.#accountId, peer, Math.max(nowMs, newest.atMs), newest.row, nowMs);
      db.prepare('DELETE FROM conversations WHERE account_id = ? AND peer = ?').run(this.#accountId, peer);
      return newest.row;
    });
  }

  /** Chats whose messages are not all deleted yet: the program ended, or the disk was full. */
  unfinished(): readonly { readonly peer: string; readonly lastRow: number }[] {
    return this.#store.db
      .prepare<unknown[], { peer: string; lastRow: number }>(
        'SELECT peer, last_row AS lastRow FROM chats_deleted WHERE account_id = ? AND last_row IS NOT NULL',
      )
      .all(this.#accountId);
  }

  /**
   * Deletes the messages of the chat, some at a time; between two transactions it waits as long as `room` does. The
   * newest goes last: until then no message that comes meanwhile can be given a row of theirs.
   */
  async deleteMessages(peer: string, lastRow: number, room: () => Promise<void> | undefined = nextTurn): Promise<void> {
    while (this.#deleteSome(peer, lastRow)) await (room() ?? nextTurn());
  }

  /** @returns false when none are left */
  #deleteSome(peer: string, lastRow: number): boolean {
    return this.#store.write((db) => {
      db.prepare(
        `DELETE FROM messages WHERE row IN
           (SELECT row FROM messages WHERE account_id = ? AND peer = ? AND row <= ? ORDER BY row LIMIT ?)`,
      ).run(this.#accountId, peer, lastRow, limits.transactionRows);
      const isLeft =
        db
          .prepare('SELECT 1 FROM messages WHERE account_id = ? AND peer = ? AND row <= ? LIMIT 1')
          .get(this.#accountId, peer, lastRow) !== undefined;
      if (!isLeft) {
        db.prepare('UPDATE chats_deleted SET last_row = NULL WHERE account_id = ? AND peer = ? AND last_row = ?').run(
          this.#accountId,
          peer,
          lastRow,
        );
      }
      return isLeft;
    });
  }

  /** Whether a deletion stands under the time of this computer, and not of the server. */
  hasUnsettled(): boolean {
    return (
      this.#store.db
        .prepare('SELECT 1 FROM chats_deleted WHERE account_id = ? AND deleted_clock_ms IS NOT NULL LIMIT 1')
        .get(this.#accountId) !== undefined
    );
  }

  /** The server's clock is ahead of this computer's by so much, and says `serverMs`: nothing was deleted after that. */
  settle(aheadMs: number, serverMs: number): void {
    this.#store.write((db) => {
      db.prepare(
        `UPDATE chats_deleted SET deleted_at_ms = min(deleted_clock_ms + ?, ?), deleted_clock_ms = NULL
         WHERE account_id = ? AND deleted_clock_ms IS NOT NULL`,
      ).run(aheadMs, serverMs, this.#accountId);
    });
  }

  /** True for what the server's archive has of a chat from before it was deleted here. */
  covers({ peer, stampMs }: Pick<InboundMessage, 'peer' | 'stampMs'>): boolean {
    if (stampMs === undefined) return false;
    const deletedAtMs = this.#store.db
      .prepare<unknown[], number>('SELECT deleted_at_ms FROM chats_deleted WHERE account_id = ? AND peer = ?')
      .pluck()
      .get(this.#accountId, peer);
    return deletedAtMs !== undefined && stampMs <= deletedAtMs;
  }
}
