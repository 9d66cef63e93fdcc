import type { Database } from 'better-sqlite3';
import { limits } from '../../src-shared/limits.ts';
import { callEndReasons } from '../../src-shared/model/call.ts';
import type { CallRecord } from '../../src-shared/model/history.ts';

/** A call as it begins. */
export type NewCallRecord = Pick<CallRecord, 'id' | 'direction' | 'number' | 'e164' | 'name' | 'jid' | 'startedAtMs'>;

/** How it ended. */
export type CallEnding = Required<Pick<CallRecord, 'endedAtMs' | 'endReason' | 'missed'>>;

interface Row {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly number: string;
  readonly e164: string | null;
  readonly name: string | null;
  readonly jid: string | null;
  readonly started_at_ms: number;
  readonly connected_at_ms: number | null;
  readonly ended_at_ms: number | null;
  readonly end_reason: string | null;
  readonly missed: number;
  readonly seen: number;
}

/** The calls of one account in the database: named operations, SQL nowhere else. */
export class HistoryStore {
  readonly #db: Database;
  readonly #accountId: string;

  constructor(db: Database, accountId: string) {
    this.#db = db;
    this.#accountId = accountId;
  }

  /** Writes a call as it begins and lets go of the oldest beyond limits.historyRowsPerTab, in one transaction. */
  callStarted(record: NewCallRecord): void {
    this.#db.transaction(() => {
      this.#db
        .prepare(
          `INSERT OR IGNORE INTO call_history (account_id, id, direction, number, e164, name, jid, started_at_ms)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          this.#accountId,
          record.id,
          record.direction,
          record.number,
          record.e164 ?? null,
          record.name ?? null,
          record.jid ?? null,
          record.startedAtMs,
        );
      this.#db
        .prepare(
          `DELETE FROM call_history WHERE account_id = ? AND id NOT IN
             (SELECT id FROM call_history WHERE account_id = ? ORDER BY started_at_ms DESC, id DESC LIMIT ?)`,
        )
        .run(this.#accountId, this.#accountId, limits.historyRowsPerTab);
    })();
  }

  callConnected(id: string, connectedAtMs: number): void {
    this.#db
      .prepare('UPDATE call_history SET connected_at_ms = ? WHERE account_id = ? AND id = ?')
      .run(connectedAtMs, this.#accountId, id);
  }

  callEnded(id: string, ending: CallEnding): void {
    this.#db
      .prepare(
        'UPDATE call_history SET ended_at_ms = ?, end_reason = ?, missed = ?, seen = ? WHERE account_id = ? AND id = ?',
      )
      .run(ending.endedAtMs, ending.endReason, Number(ending.missed), Number(!ending.missed), this.#accountId, id);
  }

  /** A call that was running when the program ended last cannot be told of any more: it gets an end. */
  closeUnfinished(): void {
    this.#db
      .prepare(
        `UPDATE call_history
         SET ended_at_ms = COALESCE(connected_at_ms, started_at_ms), end_reason = 'failed', seen = direction = 'out',
             missed = direction = 'in' AND connected_at_ms IS NULL
         WHERE account_id = ? AND ended_at_ms IS NULL`,
      )
      .run(this.#accountId);
  }

  /** Newest first, at most limits.historyRowsPerTab. */
  calls(): readonly CallRecord[] {
    return this.#db
      .prepare<[string, number], Row>(
        'SELECT * FROM call_history WHERE account_id = ? ORDER BY started_at_ms DESC, id DESC LIMIT ?',
      )
      .all(this.#accountId, limits.historyRowsPerTab)
      .map(toRecord);
  }

  markSeen(): void {
    this.#db.prepare('UPDATE call_history SET seen = 1 WHERE account_id = ? AND seen = 0').run(this.#accountId);
  }

  clearCalls(): void {
    this.#db.prepare('DELETE FROM call_history WHERE account_id = ? AND ended_at_ms IS NOT NULL').run(this.#accountId);
  }

  /** The tab shows only what came after this time. */
  clearBefore(tab: 'chats' | 'voiceMessages', atMs: number): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO history_cleared (account_id, tab, cleared_at_ms) VALUES (?, ?, ?)')
      .run(this.#accountId, tab, atMs);
  }

  /** UTC ms; 0 when the tab was never cleared. */
  clearedAtMs(tab: 'chats' | 'voiceMessages'): number {
    return (
      this.#db
        .prepare<[string, string], number>('SELECT cleared_at_ms FROM history_cleared WHERE account_id = ? AND tab = ?')
        .pluck()
        .get(this.#accountId, tab) ?? 0
    );
  }
}

function toRecord(row: Row): CallRecord {
  const endReason = callEndReasons.find((reason) => reason === row.end_reason);
  return {
    id: row.id,
    direction: row.direction,
    number: row.number,
    startedAtMs: row.started_at_ms,
    missed: row.missed === 1,
    seen: row.seen === 1,
    ...(row.e164 === null ? {} : { e164: row.e164 }),
    ...(row.name === null ? {} : { name: row.name }),
    ...(row.jid === null ? {} : { jid: row.jid }),
    ...(row.connected_at_ms === null ? {} : { connectedAtMs: row.connected_at_ms }),
    ...(row.ended_at_ms === null ? {} : { endedAtMs: row.ended_at_ms }),
    ...(endReason === undefined ? {} : { endReason }),
  };
}
