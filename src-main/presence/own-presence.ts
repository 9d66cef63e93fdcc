import type { OwnPresence as OwnPresenceSnapshot } from '../../src-shared/contract/people.ts';
import { ownPresenceStates } from '../../src-shared/model/presence.ts';
import type { OwnPresenceState } from '../../src-shared/model/presence.ts';
import type { Store } from '../core/store.ts';

export interface OwnPresenceOptions {
  readonly store: Store;
  readonly accountId: string;
  readonly publish: (snapshot: OwnPresenceSnapshot) => number;
}

/**
 * What the person chose (kept per account), and what others see: during a call `onphone`, except for who chose
 * "Do not disturb" (which says more) or "Appear offline" (which a call must not undo), and `offline` while chat is.
 */
export class OwnPresence {
  readonly #options: OwnPresenceOptions;
  readonly #listeners = new Set<() => void>();
  #chosen: OwnPresenceState = 'available';
  #text = '';
  #isOnPhone = false;
  #isLocked = false;
  #isConnected = false;

  constructor(options: OwnPresenceOptions) {
    this.#options = options;
  }

  /** Reads what was chosen last and publishes it. */
  start(): void {
    const row = this.#options.store.db
      .prepare<unknown[], { state: string; text: string }>('SELECT state, text FROM own_presence WHERE account_id = ?')
      .get(this.#options.accountId);
    this.#chosen = ownPresenceStates.find((state) => state === row?.state) ?? 'available';
    this.#text = row?.text ?? '';
    this.#publish();
  }

  /** What the person chose and what others see when chat is connected. */
  get wanted(): OwnPresenceSnapshot {
    const isShownOnPhone = this.#isOnPhone && this.#chosen !== 'dnd' && this.#chosen !== 'offline';
    const isShownAway = this.#isLocked && this.#chosen === 'available';
    const shown = isShownOnPhone ? 'onphone' : isShownAway ? 'away' : this.#chosen;
    return { chosen: this.#chosen, shown, text: this.#text };
  }

  /** The person chose. @returns the revision of the topic */
  set(state: OwnPresenceState, text: string): number {
    this.#chosen = state;
    this.#text = text;
    // Others are told whatever the disk does.
    this.#options.store.writeEventually((db) => {
      db.prepare(
        `INSERT INTO own_presence (account_id, state, text) VALUES (?, ?, ?)
         ON CONFLICT (account_id) DO UPDATE SET state = excluded.state, text = excluded.text`,
      ).run(this.#options.accountId, state, text);
    });
    return this.#changed();
  }

  /** A call is active, or no call is any more. */
  setOnPhone(isOnPhone: boolean): void {
    if (this.#isOnPhone === isOnPhone) return;
    this.#isOnPhone = isOnPhone;
    this.#changed();
  }

  /** The screen is locked: who chose "Available" is away, unless a call goes on. */
  setLocked(isLocked: boolean): void {
    if (this.#isLocked === isLocked) return;
    this.#isLocked = isLocked;
    this.#changed();
  }

  /** Chat is connected, or others see us offline because it is not. */
  setConnected(isConnected: boolean): void {
    if (this.#isConnected === isConnected) return;
    this.#isConnected = isConnected;
    this.#publish();
  }

  /** Told after each change of what others should see. @returns ends it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #changed(): number {
    const revision = this.#publish();
    for (const listener of this.#listeners) listener();
    return revision;
  }

  #publish(): number {
    const { wanted } = this;
    return this.#options.publish(this.#isConnected ? wanted : { ...wanted, shown: 'offline' });
  }
}
