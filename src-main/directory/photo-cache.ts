import type { Store } from '../core/store.ts';
import type { Photo } from './entry.ts';
import type { Statements } from './people-sql.ts';

/** Photos kept; the ones fetched longest ago go first. */
const photoCacheBytes = 48 * 1024 * 1024;

/** The photos of one account's people, by the id of their entry. */
export class PhotoCache {
  readonly #store: Store;
  readonly #statements: Statements;
  readonly #account: string;

  constructor(store: Store, statements: Statements, account: string) {
    this.#store = store;
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
    this.#store.write(() => {
      this.#statements.setHasPhoto.run(photo === undefined ? 0 : 1, this.#account, entryId);
      if (photo === undefined) {
        this.#statements.dropPhoto.run(this.#account, entryId);
        return;
      }
      this.#statements.putPhoto.run(this.#account, entryId, photo.mimeType, photo.bytes, nowMs);
      while (this.#bytes() > photoCacheBytes) this.#statements.dropOldestPhoto.run(this.#account, this.#account);
    });
  }

  forget(): void {
    this.#statements.dropPhotos.run(this.#account);
  }

  #bytes(): number {
    return (this.#statements.photoBytes.get(this.#account) as { bytes: number }).bytes;
  }
}
