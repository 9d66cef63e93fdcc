import type { Database } from 'better-sqlite3';
import { limits } from '../../src-shared/limits.ts';
import type { SubscriptionState } from '../../src-shared/model/contact.ts';
import type { Store } from '../core/store.ts';

/** A contact as the server keeps it (RFC 6121 section 2.1.2). */
export interface RosterItem {
  readonly jid: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly subscription: SubscriptionState;
  readonly pendingOut: boolean;
}

interface RosterRow {
  readonly jid: string;
  readonly name: string;
  readonly groups: string;
  readonly subscription: SubscriptionState;
  readonly pending_out: number;
}

/** The roster of one account as the server last told it. The server keeps it: what the disk refuses is written later. */
export class RosterStore {
  readonly #store: Store;
  readonly #db: Database;
  readonly #accountId: string;

  constructor(store: Store, accountId: string) {
    this.#store = store;
    this.#db = store.db;
    this.#accountId = accountId;
  }

  all(): readonly RosterItem[] {
    return this.#db
      .prepare<unknown[], RosterRow>(
        'SELECT jid, name, groups, subscription, pending_out FROM roster_contacts WHERE account_id = ? ORDER BY jid',
      )
      .all(this.#accountId)
      .map((row) => ({
        jid: row.jid,
        name: row.name,
        groups: readGroups(row.groups),
        subscription: row.subscription,
        pendingOut: row.pending_out === 1,
      }));
  }

  /** Replaces everything, in transactions of at most limits.transactionRows rows. */
  replaceAll(items: readonly RosterItem[]): void {
    const kept = new Set(items.map((item) => item.jid));
    const gone = this.all().filter((item) => !kept.has(item.jid));
    const changes = [
      ...gone.map((item) => () => {
        this.#delete(item.jid);
      }),
      ...items.map((item) => () => {
        this.#put(item);
      }),
    ];
    for (let start = 0; start < changes.length; start += limits.transactionRows) {
      this.#store.writeEventually(() => {
        for (const change of changes.slice(start, start + limits.transactionRows)) change();
      });
    }
  }

  put(item: RosterItem): void {
    this.#store.writeEventually(() => {
      this.#put(item);
    });
  }

  delete(jid: string): void {
    this.#store.writeEventually(() => {
      this.#delete(jid);
    });
  }

  #put(item: RosterItem): void {
    this.#db
      .prepare(
        `INSERT INTO roster_contacts (account_id, jid, name, groups, subscription, pending_out) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (account_id, jid) DO UPDATE SET name = excluded.name, groups = excluded.groups,
           subscription = excluded.subscription, pending_out = excluded.pending_out`,
      )
      .run(
        ...[this.#accountId, item.jid, item.name, JSON.stringify(item.groups), item.subscription],
        item.pendingOut ? 1 : 0,
      );
  }

  #delete(jid: string): void {
    this.#db.prepare('DELETE FROM roster_contacts WHERE account_id = ? AND jid = ?').run(this.#accountId, jid);
  }
}

function readGroups(text: string): readonly string[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.filter((group): group is string => typeof group === 'string') : [];
}
