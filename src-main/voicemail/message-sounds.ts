import type { Clock } from '../../src-shared/clock.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import { checkAudio } from './audio.ts';
import type { PlayableAudio } from './audio.ts';
import type { VoicemailStore } from './voicemail-store.ts';
import { problemWords } from './words.ts';

export interface MessageSoundsOptions {
  readonly store: Pick<VoicemailStore, 'audio' | 'putAudio'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A sound came from the server, and told its length. */
  readonly fetched: (mailbox: string, id: string, audio: PlayableAudio) => void;
}

/** The sound of voice messages: what was played is on this computer; the rest is fetched, once for all who wait for it. */
export class MessageSounds {
  readonly #options: MessageSoundsOptions;
  readonly #fetching = new Map<string, Promise<PlayableAudio>>();

  constructor(options: MessageSoundsOptions) {
    this.#options = options;
  }

  /** `mailbox`: `mailboxKey`. Rejects as `download` does, or with AppError `media` for what cannot be played here. */
  async get(
    mailbox: string,
    id: string,
    download: () => Promise<Buffer>,
  ): Promise<Pick<PlayableAudio, 'mimeType' | 'bytes'>> {
    const { store, clock } = this.#options;
    const kept = store.audio(mailbox, id, clock.now());
    if (kept !== undefined) return kept;
    // One id is a message in each mailbox.
    const key = `${mailbox} ${id}`;
    let fetching = this.#fetching.get(key);
    if (fetching === undefined) {
      fetching = this.#fetch(mailbox, id, download).finally(() => this.#fetching.delete(key));
      this.#fetching.set(key, fetching);
    }
    return await fetching;
  }

  async #fetch(mailbox: string, id: string, download: () => Promise<Buffer>): Promise<PlayableAudio> {
    const { store, clock, log, fetched } = this.#options;
    const check = checkAudio(await download());
    if (check.kind === 'problem') throw new AppError('media', t(problemWords[check.problem]), check.detail);
    try {
      store.putAudio(mailbox, id, check.audio, clock.now());
    } catch (error) {
      log.error('voicemail sound not stored', { error });
    }
    fetched(mailbox, id, check.audio);
    return check.audio;
  }
}
