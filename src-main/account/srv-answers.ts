import { z } from 'zod';
import type { SrvRecord } from '../core/server-list.ts';
import type { Store } from '../core/store.ts';

/** What DNS said last, so that a computer that starts without network still knows its servers' kinds. */
export interface SrvAnswers {
  recall(account: string, name: string): readonly SrvRecord[] | undefined;
  remember(account: string, name: string, records: readonly SrvRecord[], nowMs: number): void;
}

const answerShape = z
  .array(z.object({ priority: z.number(), weight: z.number(), name: z.string(), port: z.number() }))
  .max(100);

/** Rows of table `srv_answers`. */
export class StoredSrvAnswers implements SrvAnswers {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  recall(account: string, name: string): readonly SrvRecord[] | undefined {
    const text = this.#store.db
      .prepare<[string, string], string>('SELECT answer FROM srv_answers WHERE account = ? AND name = ?')
      .pluck()
      .get(account, name);
    if (text === undefined) return undefined;
    try {
      return answerShape.parse(JSON.parse(text));
    } catch {
      // Garbage is as good as nothing; the next answer replaces it.
      return undefined;
    }
  }

  remember(account: string, name: string, records: readonly SrvRecord[], nowMs: number): void {
    this.#store.writeEventually((db) => {
      db.prepare('INSERT OR REPLACE INTO srv_answers (account, name, answer, found_at_ms) VALUES (?, ?, ?, ?)').run(
        account,
        name,
        JSON.stringify(records),
        nowMs,
      );
    });
  }
}
