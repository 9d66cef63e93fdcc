/** Who a photo is of: a bare JID, or the id of a person of the directory. */
export type PhotoKey = { readonly jid: string } | { readonly id: string };

/** Photos kept in memory: the whole roster and some search results; each is a data URL of a few kilobytes. */
const photosKept = 400;
/** Milliseconds until somebody without a photo is asked about again: the directory may have answered meanwhile. */
const missingKeptMs = 30_000;

type Load = (key: PhotoKey) => Promise<{ readonly dataUrl: string | null }>;

/** Photos by person, asked for once each and kept in memory, the oldest forgotten first. A failure counts as "no photo". */
export class PhotoCache {
  readonly #load: Load;
  readonly #now: () => number;
  readonly #photos = new Map<string, { readonly dataUrl: string | null; readonly atMs: number }>();
  readonly #pending = new Set<string>();
  readonly #listeners = new Set<() => void>();

  /** `now` in UTC milliseconds. */
  constructor(load: Load, now: () => number) {
    this.#load = load;
    this.#now = now;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The photo as a data URL; null when there is none; undefined while it is not known. */
  peek(key: PhotoKey): string | null | undefined {
    return this.#photos.get(nameOf(key))?.dataUrl;
  }

  /** Asks for a photo unless it is here or on its way. */
  want(key: PhotoKey): void {
    const name = nameOf(key);
    const known = this.#photos.get(name);
    if (this.#pending.has(name)) return;
    if (known !== undefined && (known.dataUrl !== null || this.#now() - known.atMs < missingKeptMs)) return;
    this.#pending.add(name);
    void this.#load(key)
      .then(
        (answer) => answer.dataUrl,
        () => null,
      )
      .then((dataUrl) => {
        this.#pending.delete(name);
        this.#keep(name, dataUrl);
      });
  }

  #keep(name: string, dataUrl: string | null): void {
    const before = this.#photos.get(name)?.dataUrl;
    this.#photos.delete(name);
    this.#photos.set(name, { dataUrl, atMs: this.#now() });
    if (this.#photos.size > photosKept) {
      const oldest = this.#photos.keys().next().value;
      if (oldest !== undefined) this.#photos.delete(oldest);
    }
    if (before !== dataUrl) for (const listener of this.#listeners) listener();
  }
}

function nameOf(key: PhotoKey): string {
  return 'jid' in key ? `jid:${key.jid}` : key.id;
}
