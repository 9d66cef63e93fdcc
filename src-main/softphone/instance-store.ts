import { randomUUID } from 'node:crypto';
import type { Store } from '../core/store.ts';

/** Rows of table `sip_instance`. */
export class InstanceStore {
  readonly #store: Store;
  readonly #account: string;

  constructor(store: Store, account: string) {
    this.#store = store;
    this.#account = account;
  }

  /**
   * The UUID of this account's phone on this computer. It stays the same for good, so that the registrar knows a phone
   * that restarted or changed networks and puts its new contact in the place of the old one (RFC 5626 section 4.1).
   * When the disk does not take a new one it holds until the end of the program.
   */
  get(): string {
    const known = this.#store.db
      .prepare<[string], string>('SELECT instance FROM sip_instance WHERE account = ?')
      .pluck()
      .get(this.#account);
    if (known !== undefined && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(known)) return known;
    const made = randomUUID();
    try {
      this.#store.write((db) =>
        db.prepare('INSERT OR REPLACE INTO sip_instance (account, instance) VALUES (?, ?)').run(this.#account, made),
      );
    } catch {
      // A full disk is told by the store's health; calls work all the same.
    }
    return made;
  }
}
