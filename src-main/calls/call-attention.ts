import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type { CallEntries, CallEntry } from './call-entries.ts';
import { whoIs } from './who.ts';

/**
 * Whose turn it is: at most one call, or one conference, has this person's attention. Steps that change that run one
 * after the other, so that two quick clicks never leave two microphones open.
 */
export class CallAttention {
  readonly #entries: CallEntries;
  #last: Promise<unknown> = Promise.resolve();

  constructor(entries: CallEntries) {
    this.#entries = entries;
  }

  inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#last.then(step);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Holds what has this person's attention. Rejects in words when something cannot be held. */
  async free(except: ReadonlySet<CallEntry> = new Set()): Promise<void> {
    const attended = this.#entries.attended().filter((entry) => !except.has(entry));
    const unheld = attended.find(({ call }) => call.state !== 'connected');
    if (unheld !== undefined) {
      const who = whoIs(unheld.call.party);
      const words =
        unheld.call.direction === 'out'
          ? t('You are calling {who}. End that call first, or wait for the answer.', { who })
          : t('The call with {who} is being connected. Try again in a moment.', { who });
      throw new AppError('invalid', words);
    }
    await Promise.all(attended.map((entry) => this.hold(entry)));
  }

  /**
   * Before a caller is answered: holds what has this person's attention, and ends what nobody has answered yet, as an
   * attempt cannot be held. Rejects as `free`.
   */
  async makeWay(): Promise<void> {
    const attempts = this.#entries.attended().filter(isAttempt);
    await Promise.all(attempts.map((entry) => entry.device.hangUp()));
    await this.free(new Set(attempts));
  }

  /** For what must not wait for anybody's answer: holds what can be held and ends the rest. */
  seize(): void {
    for (const entry of this.#entries.attended()) {
      const ended = (): Promise<void> => entry.device.hangUp().catch(() => undefined);
      // The microphone is shut at once; the far end is told meanwhile.
      if (entry.call.state === 'connected') this.hold(entry).catch(ended);
      else void ended();
    }
  }

  async hold(entry: CallEntry): Promise<void> {
    if (entry.call.state === 'held' || entry.call.state === 'ended') return;
    this.#entries.require(entry, 'hold');
    await entry.device.hold();
    this.#entries.move(entry, 'holdHere');
  }

  async resume(entry: CallEntry): Promise<void> {
    if (entry.call.state !== 'held') return;
    this.#entries.require(entry, 'resume');
    await entry.device.resume();
    this.#entries.move(entry, 'resumeHere');
  }
}

/** This person calls somebody who has not answered. */
function isAttempt({ call }: CallEntry): boolean {
  return call.direction === 'out' && (call.state === 'calling' || call.state === 'ringing');
}
