import type { Database } from 'better-sqlite3';
import type { Photo } from './entry.ts';
import type { Statements } from './people-sql.ts';

/** Photos kept; the ones fetched longest ago go first. */
const photoCacheBytes = 48 * 1024 * 1024;

/** The photos of one account's people, by the id of their entry. */
export class PhotoCache {
  readonly #db: Database;
  readonly #statements: Statements;
  readonly #account: string;

  constructor(db: Database, statements: Statements, account: string) {
    this.#db = db;
    this.#statements = statements;
    this.#account = account;
  }

  get(entryId: string): Photo | undefined {
    const row = this.#statements.photo.get(this.#account, entryId) as
      { readonly mime_type: Photo['mimeType']; readonly bytes: Buffer } | undefined;
    return row === undefined ? undefined : { mimeType: row.mime_type, bytes: row.bytes };
  }

  /** Keeps a photo, or that there is none. */
  put(entryId: string, photo: Photo | undefined, nowMs: number): void {
    this.#db.transaction(() => {
      this.#statements.setHasPhoto.run(photo === undefined ? 0 : 1, this.#account, entryId);
      if (photo === undefined) {
        this.#statements.dropPhoto.run(this.#account, entryId);
        return;
      }
      this.#statements.putPhoto.run(this.#account, entryId, photo.mimeType, photo.bytes, nowMs);
      while (this.#bytes() > photoCacheBytes) this.#statements.dropOldestPhoto.run(this.#account, this.#account);
    })();
  }

  forget(): void {
    this.#statements.dropPhotos.run(this.#account);
  }

  #bytes(): number {
    return (this.#statements.photoBytes.get(this.#account) as { bytes: number }).bytes;
  }
}
