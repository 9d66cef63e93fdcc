import type { Database } from 'better-sqlite3';
import type { VoiceMessage } from '../../src-shared/model/voicemail.ts';
import type { Store } from '../core/store.ts';
import type { PlayableAudio } from './audio.ts';

/** Sound kept on this computer; what was played longest ago goes first. */
const audioCacheBytes = 32 * 1024 * 1024;

interface MessageRow {
  readonly id: string;
  readonly name: string | null;
  readonly number: string;
  readonly received_at_ms: number;
  readonly duration_s: number;
  readonly heard: number;
  readonly urgent: number;
}

interface AudioRow {
  readonly mime_type: PlayableAudio['mimeType'];
  readonly bytes: Buffer;
}

/**
 * The voicemail of one account as last seen, so that the list is there before the server answers. `mailbox` of the methods
 * is `mailboxKey`: what is kept of another one is neither shown nor played.
 */
export class VoicemailStore {
  readonly #store: Store;
  readonly #db: Database;
  readonly #account: string;
  readonly #audioBytes: number;

  /** `audioBytes` is the room for sound. */
  constructor(store: Store, accountId: string, audioBytes: number = audioCacheBytes) {
    this.#store = store;
    this.#db = store.db;
    this.#account = accountId;
    this.#audioBytes = audioBytes;
  }

  /** Newest first. */
  messages(mailbox: string): readonly VoiceMessage[] {
    const rows = this.#db
      .prepare(
        'SELECT id, name, number, received_at_ms, duration_s, heard, urgent FROM voicemail_messages WHERE account_id = ? AND mailbox = ? ORDER BY received_at_ms DESC, id DESC',
      )
      .all(this.#account, mailbox) as MessageRow[];
    return rows.map((row) => ({
      id: row.id,
      ...(row.name === null ? {} : { name: row.name }),
      number: row.number,
      receivedAtMs: row.received_at_ms,
      durationS: row.duration_s,
      heard: row.heard !== 0,
      urgent: row.urgent !== 0,
    }));
  }

  /** Makes these the whole list; sound of messages that are gone from the server goes too. */
  replace(mailbox: string, messages: readonly VoiceMessage[]): void {
    const drop = this.#db.prepare('DELETE FROM voicemail_messages WHERE account_id = ?');
    const insert = this.#db.prepare(
      'INSERT INTO voicemail_messages (account_id, id, name, number, received_at_ms, duration_s, heard, urgent, mailbox) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    );
    const dropOrphans = this.#db.prepare(
      'DELETE FROM voicemail_audio WHERE account_id = ? AND (mailbox <> ? OR id NOT IN (SELECT id FROM voicemail_messages WHERE account_id = ?))',
    );
    this.#store.write(() => {
      drop.run(this.#account);
      for (const message of messages) {
        insert.run(
          this.#account,
          message.id,
          message.name ?? null,
          message.number,
          message.receivedAtMs,
          message.durationS,
          message.heard ? 1 : 0,
          message.urgent ? 1 : 0,
          mailbox,
        );
      }
      dropOrphans.run(this.#account, mailbox, this.#account);
    });
  }

  audio(mailbox: string, id: string, nowMs: number): Pick<PlayableAudio, 'mimeType' | 'bytes'> | undefined {
    const row = this.#db
      .prepare('SELECT mime_type, bytes FROM voicemail_audio WHERE account_id = ? AND mailbox = ? AND id = ?')
      .get(this.#account, mailbox, id) as AudioRow | undefined;
    if (row === undefined) return undefined;
    // Only the order in which sound is let go hangs on it: what is here plays, whatever the disk does.
    this.#store.writeEventually((db) => {
      db.prepare('UPDATE voicemail_audio SET played_at_ms = ? WHERE account_id = ? AND id = ?').run(
        nowMs,
        this.#account,
        id,
      );
    });
    return { mimeType: row.mime_type, bytes: row.bytes };
  }

  putAudio(mailbox: string, id: string, audio: PlayableAudio, nowMs: number): void {
    if (audio.bytes.length > this.#audioBytes) return;
    const insert = this.#db.prepare(
      'INSERT OR REPLACE INTO voicemail_audio (account_id, id, mime_type, bytes, size_bytes, played_at_ms, mailbox) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const total = this.#db.prepare(
      'SELECT coalesce(sum(size_bytes), 0) AS bytes FROM voicemail_audio WHERE account_id = ?',
    );
    const dropOldest = this.#db.prepare(
      'DELETE FROM voicemail_audio WHERE account_id = ? AND id = (SELECT id FROM voicemail_audio WHERE account_id = ? ORDER BY played_at_ms LIMIT 1)',
    );
    this.#store.write(() => {
      insert.run(this.#account, id, audio.mimeType, audio.bytes, audio.bytes.length, nowMs, mailbox);
      while ((total.get(this.#account) as { bytes: number }).bytes > this.#audioBytes) {
        dropOldest.run(this.#account, this.#account);
      }
    });
  }
}
