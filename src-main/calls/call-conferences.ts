import { randomUUID } from 'node:crypto';
import { AppError } from '../../src-shared/errors.ts';
import type { Call } from '../../src-shared/model/call.ts';
import { t } from '../../src-shared/words.ts';
import type { Logger } from '../core/log.ts';
import type { CallAttention } from './call-attention.ts';
import type { CallEntries, CallEntry } from './call-entries.ts';

export interface CallConferencesOptions {
  readonly entries: CallEntries;
  readonly attention: CallAttention;
  readonly log: Logger;
  /** Joins the far ends of two calls to one another. */
  readonly join: (moved: CallEntry, kept: CallEntry) => Promise<number>;
  /** Tells the window which calls to mix; no groups ends it. */
  readonly mix: (groups: readonly (readonly string[])[]) => Promise<void>;
}

/**
 * Conferences that this computer mixes. Calls of one conference share `conferenceId`; who is left alone in one is in
 * none. The window mixes what is told; it forgets with a reload, and is told again.
 */
export class CallConferences {
  /** Told of all calls that are in one conference, whenever some have joined it. */
  onJoined: (callIds: readonly string[]) => void = () => undefined;
  /** Told of a call that was in a conference and is no longer. */
  onLeft: (callId: string) => void = () => undefined;
  readonly #options: CallConferencesOptions;

  constructor(options: CallConferencesOptions) {
    this.#options = options;
  }

  /** Throws AppError `notFound` when it is over. */
  members(conferenceId: string): CallEntry[] {
    const members = this.#options.entries.running().filter(({ call }) => call.conferenceId === conferenceId);
    if (members.length === 0) throw new AppError('notFound', t('This conference is over.'));
    return members;
  }

  /**
   * Joins calls; those on hold are taken back once they are mixed. Where one of them is muted all are: a microphone that
   * somebody shut is opened by that person alone, and the window shows that it is shut.
   */
  async merge(chosen: readonly CallEntry[]): Promise<void> {
    const { entries, attention } = this.#options;
    const parts = [...new Set(chosen.flatMap((entry) => entries.together(entry)))];
    if (parts.length < 2) throw new AppError('invalid', t('A conference needs two calls. Call somebody else first.'));
    for (const entry of parts) entries.require(entry, 'conference');
    const conferenceId = parts.find(({ call }) => call.conferenceId !== undefined)?.call.conferenceId ?? randomUUID();
    const before = new Map(parts.map((entry) => [entry, entry.call.conferenceId]));
    const shut = parts.some(({ call }) => call.muted) ? parts.filter(({ call }) => !call.muted) : [];
    for (const entry of parts) {
      entries.update(entry, { conferenceId });
      entries.drop(entry, 'consultsFor');
    }
    try {
      // Before anybody hears the others' microphone.
      await this.mute(shut, true);
      await this.#mix();
      for (const entry of parts) await attention.resume(entry);
    } catch (error) {
      for (const [entry, conference] of before) {
        if (conference === undefined) entries.drop(entry, 'conferenceId');
        else entries.update(entry, { conferenceId: conference });
      }
      await this.mute(shut, false).catch((reason: unknown) => {
        this.#options.log.info('calls that were not merged stay muted', { error: reason });
      });
      this.#tellMix();
      entries.publish();
      throw error;
    }
    this.onJoined(parts.map(({ call }) => call.id));
    entries.publish();
  }

  /** Of calls that are one conversation. Not yet published. */
  async mute(parts: readonly CallEntry[], muted: boolean): Promise<void> {
    await Promise.all(
      parts.map(async (entry) => {
        await entry.device.mute(muted);
        this.#options.entries.update(entry, { muted });
      }),
    );
  }

  /** Takes one call out; who is then alone is in no conference. */
  split(entry: CallEntry): void {
    const { id, conferenceId } = entry.call;
    this.#options.entries.drop(entry, 'conferenceId');
    this.#left(id, conferenceId);
  }

  /** Ends all calls of it. Returns the revision. */
  async end(conferenceId: string): Promise<number> {
    await Promise.all(this.members(conferenceId).map((entry) => entry.device.hangUp()));
    return this.#options.entries.revision;
  }

  /** Joins the two others to one another. Returns the revision; rejects with AppError, of more than two `unsupported`. */
  async leave(conferenceId: string): Promise<number> {
    const [one, other, ...more] = this.members(conferenceId);
    if (one === undefined || other === undefined || more.length > 0) {
      throw new AppError(
        'unsupported',
        t('Only a conference of three can go on without you. End the conference, or take somebody out of it first.'),
      );
    }
    return await this.#options.join(one, other);
  }

  /** A call is over. */
  ended({ id, conferenceId }: Call): void {
    if (conferenceId !== undefined) this.#left(id, conferenceId);
  }

  /** A window took the lease and knows nothing of what was mixed. */
  windowChanged(): void {
    if (this.#groups().length > 0) this.#tellMix();
  }

  #left(callId: string, conferenceId: string | undefined): void {
    const { entries } = this.#options;
    const rest = entries.running().filter(({ call }) => call.conferenceId === conferenceId);
    const [only] = rest;
    if (only !== undefined && rest.length === 1) entries.drop(only, 'conferenceId');
    this.#tellMix();
    this.onLeft(callId);
    entries.publish();
  }

  #groups(): string[][] {
    const groups = new Map<string, string[]>();
    for (const { call } of this.#options.entries.running()) {
      if (call.conferenceId === undefined) continue;
      groups.set(call.conferenceId, [...(groups.get(call.conferenceId) ?? []), call.id]);
    }
    return [...groups.values()].filter((callIds) => callIds.length > 1);
  }

  async #mix(): Promise<void> {
    await this.#options.mix(this.#groups());
  }

  #tellMix(): void {
    this.#mix().catch((error: unknown) => {
      this.#options.log.warn('the window does not mix', { error });
    });
  }
}
