import type { Statement } from 'better-sqlite3';
import { limits } from '../../src-shared/limits.ts';
import { callEndReasons } from '../../src-shared/model/call.ts';
import type { CallDiversion } from '../../src-shared/model/call.ts';
import type { CallQuality } from '../../src-shared/model/call-quality.ts';
import type { CallRecord } from '../../src-shared/model/history.ts';
import type { Store } from '../core/store.ts';

/** A call as it begins. */
export type NewCallRecord = Pick<
  CallRecord,
  | 'id'
  | 'direction'
  | 'number'
  | 'e164'
  | 'name'
  | 'jid'
  | 'dialled'
  | 'isService'
  | 'traceId'
  | 'diverted'
  | 'startedAtMs'
>;

/** How it ended. */
export type CallEnding = Required<Pick<CallRecord, 'endedAtMs' | 'endReason' | 'missed'>> &
  Pick<CallRecord, 'quality' | 'endDetail'>;

/** Words of the network are as long as it likes; so much is kept (characters). */
const longestDetail = 200;

interface Row {
  readonly id: string;
  readonly direction: 'in' | 'out';
  readonly number: string;
  readonly e164: string | null;
  readonly name: string | null;
  readonly jid: string | null;
  readonly dialled: string | null;
  readonly is_service: number;
  readonly trace_id: string | null;
  readonly started_at_ms: number;
  readonly connected_at_ms: number | null;
  readonly ended_at_ms: number | null;
  readonly end_reason: string | null;
  readonly quality: string | null;
  readonly end_detail: string | null;
  readonly diverted: string | null;
  readonly missed: number;
  readonly seen: number;
}

/**
 * The calls of one account in the database: named operations, SQL nowhere else. A call goes on whatever the disk does:
 * what is known of it is written when the disk takes it, and `done` follows.
 */
export class HistoryStore {
  readonly #store: Store;
  readonly #accountId: string;
  /** Compiled once: a call that is being set up has no time for it. */
  readonly #statements = new Map<string, Statement<unknown[], Row>>();

  constructor(store: Store, accountId: string) {
    this.#store = store;
    this.#accountId = accountId;
  }

  /** Writes a call as it begins and lets go of the oldest beyond limits.historyRowsPerTab, in one transaction. */
  callStarted(record: NewCallRecord, done?: () => void): void {
    this.#store.writeEventually(() => {
      this.#prepared(
        `INSERT OR IGNORE INTO call_history (account_id, id, direction, number, e164, name, jid, dialled, is_service, trace_id, diverted, started_at_ms)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ).run(
        this.#accountId,
        record.id,
        record.direction,
        record.number,
        record.e164 ?? null,
        record.name ?? null,
        record.jid ?? null,
        record.dialled ?? null,
        Number(record.isService ?? false),
        record.traceId ?? null,
        record.diverted === undefined ? null : JSON.stringify(record.diverted),
        record.startedAtMs,
      );
      this.#prepared(
        `DELETE FROM call_history WHERE account_id = ? AND id NOT IN
             (SELECT id FROM call_history WHERE account_id = ? ORDER BY started_at_ms DESC, id DESC LIMIT ?)`,
      ).run(this.#accountId, this.#accountId, limits.historyRowsPerTab);
    }, done);
  }

  callNamed(id: string, name: string, done?: () => void): void {
    this.#store.writeEventually(() => {
      this.#prepared('UPDATE call_history SET name = ? WHERE account_id = ? AND id = ? AND name IS NULL').run(
        name,
        this.#accountId,
        id,
      );
    }, done);
  }

  callConnected(id: string, connectedAtMs: number, done?: () => void): void {
    this.#store.writeEventually(() => {
      this.#prepared('UPDATE call_history SET connected_at_ms = ? WHERE account_id = ? AND id = ?').run(
        connectedAtMs,
        this.#accountId,
        id,
      );
    }, done);
  }

  callEnded(id: string, ending: CallEnding, done?: () => void): void {
    this.#store.writeEventually(() => {
      this.#prepared(
        `UPDATE call_history SET ended_at_ms = ?, end_reason = ?, missed = ?, seen = ?, quality = ?, end_detail = ?
           WHERE account_id = ? AND id = ?`,
      ).run(
        ending.endedAtMs,
        ending.endReason,
        Number(ending.missed),
        Number(!ending.missed),
        ending.quality === undefined ? null : JSON.stringify(ending.quality),
        ending.endDetail?.slice(0, longestDetail) ?? null,
        this.#accountId,
        id,
      );
    }, done);
  }

  /** A call that was running when the program ended last cannot be told of any more: it gets an end. */
  closeUnfinished(): void {
    this.#store.writeEventually(() => {
      this.#prepared(
        `UPDATE call_history
         SET ended_at_ms = COALESCE(connected_at_ms, started_at_ms), end_reason = 'failed', seen = direction = 'out',
             missed = direction = 'in' AND connected_at_ms IS NULL
         WHERE account_id = ? AND ended_at_ms IS NULL`,
      ).run(this.#accountId);
    });
  }

  /** Newest first, at most limits.historyRowsPerTab. */
  calls(): readonly CallRecord[] {
    return this.#prepared(
      'SELECT * FROM call_history WHERE account_id = ? ORDER BY started_at_ms DESC, id DESC LIMIT ?',
    )
      .all(this.#accountId, limits.historyRowsPerTab)
      .map(toRecord);
  }

  #prepared(sql: string): Statement<unknown[], Row> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#store.db.prepare<unknown[], Row>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  markSeen(): void {
    this.#store.write((db) =>
      db.prepare('UPDATE call_history SET seen = 1 WHERE account_id = ? AND seen = 0').run(this.#accountId),
    );
  }

  clearCalls(): void {
    this.#store.write((db) =>
      db.prepare('DELETE FROM call_history WHERE account_id = ? AND ended_at_ms IS NOT NULL').run(this.#accountId),
    );
  }

  /** Removes these, but for one that goes on: its end is still to be written. */
  removeCalls(ids: readonly string[]): void {
    this.#store.write((db) => {
      const remove = db.prepare('DELETE FROM call_history WHERE account_id = ? AND id = ? AND ended_at_ms IS NOT NULL');
      for (const id of ids) remove.run(this.#accountId, id);
    });
  }

  /** The tab shows only what came after this time. */
  clearBefore(tab: 'chats' | 'voiceMessages', atMs: number): void {
    this.#store.write((db) =>
      db
        .prepare('INSERT OR REPLACE INTO history_cleared (account_id, tab, cleared_at_ms) VALUES (?, ?, ?)')
        .run(this.#accountId, tab, atMs),
    );
  }

  /** UTC ms; 0 when the tab was never cleared. */
  clearedAtMs(tab: 'chats' | 'voiceMessages'): number {
    return (
      this.#store.db
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
    ...(row.dialled === null ? {} : { dialled: row.dialled }),
    ...(row.is_service === 0 ? {} : { isService: true }),
    ...(row.trace_id === null ? {} : { traceId: row.trace_id }),
    ...(row.connected_at_ms === null ? {} : { connectedAtMs: row.connected_at_ms }),
    ...(row.ended_at_ms === null ? {} : { endedAtMs: row.ended_at_ms }),
    ...(endReason === undefined ? {} : { endReason }),
    ...(row.end_detail === null ? {} : { endDetail: row.end_detail }),
    // Written by `callStarted` and `callEnded` and by nobody else.
    ...(row.diverted === null ? {} : { diverted: JSON.parse(row.diverted) as CallDiversion }),
    ...(row.quality === null ? {} : { quality: JSON.parse(row.quality) as CallQuality }),
  };
}
