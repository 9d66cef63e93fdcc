import type { CallBack } from '../../src-shared/contract/calls.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { CallParty } from '../../src-shared/model/call.ts';
import { t } from '../../src-shared/words.ts';

/** Whether somebody can be called now, as far as anything tells it. */
export type Availability = 'free' | 'busy' | 'unknown';

export interface CallBacksOptions {
  /** Of a person by bare JID: their phone line where it is watched, else their presence. */
  readonly availability: (jid: string) => Availability;
  readonly changed: () => void;
}

interface Watched {
  readonly shown: CallBack;
  readonly jid: string;
  readonly number: string;
}

/** At most so many people are watched: a list to act on. */
const most = 10;

/**
 * Busy people whom this person wants to call when they are free.
 *
 *   none --ask--> waiting --the other is free--> free --busy again--> waiting
 *   waiting | free --called | cancelled--> none
 */
export class CallBacks {
  readonly #options: CallBacksOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: CallBacksOptions) {
    this.#options = options;
  }

  get all(): readonly CallBack[] {
    return [...this.#watched.values()].map(({ shown }) => shown);
  }

  /** Throws AppError `unsupported` when nothing tells whether that person is free. */
  ask(target: string, party: CallParty): void {
    const { jid, number } = party;
    const name = party.name ?? number;
    if (jid === undefined || this.#options.availability(jid) === 'unknown') {
      throw new AppError('unsupported', t('Parley cannot see when {name} is free. Call again later.', { name }));
    }
    if (this.#watched.size >= most && !this.#watched.has(target)) {
      throw new AppError('limit', t('Parley waits for {most} people already. Cancel one of them first.', { most }));
    }
    this.#watched.set(target, { jid, number, shown: { target, name, state: this.#stateOf(jid) } });
    this.#options.changed();
  }

  /** Throws AppError `notFound` when nobody waits for that person. */
  cancel(target: string): void {
    if (!this.#watched.delete(target)) throw new AppError('notFound', t('Parley does not wait for that person.'));
    this.#options.changed();
  }

  /** That person is called now, by whatever way. */
  called(party: CallParty): void {
    for (const [target, { jid, number }] of this.#watched) {
      if (number === party.number || (party.jid !== undefined && party.jid === jid)) this.#watched.delete(target);
    }
  }

  /** Somebody's line or presence changed. */
  availabilityChanged(): void {
    let isChanged = false;
    for (const [target, watched] of this.#watched) {
      const state = this.#stateOf(watched.jid);
      if (state === watched.shown.state) continue;
      this.#watched.set(target, { ...watched, shown: { ...watched.shown, state } });
      isChanged = true;
    }
    if (isChanged) this.#options.changed();
  }

  clear(): void {
    this.#watched.clear();
  }

  #stateOf(jid: string): CallBack['state'] {
    return this.#options.availability(jid) === 'free' ? 'free' : 'waiting';
  }
}
