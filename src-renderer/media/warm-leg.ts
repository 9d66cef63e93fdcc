import type { Clock, TimerHandle } from '../../src-shared/clock.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { MediaLeg } from './media-leg.ts';

/** Milliseconds after which the next one is made: the call that took the last one goes first. */
const againDelayMs = 2_000;
/** Milliseconds after one that failed: the gateway is starting anew, or has its troubles. */
const failedDelayMs = 5_000;

type Report = (callId: string, state: MediaLegState, detail: string) => void;

export interface WarmLegOptions {
  readonly clock: Clock;
  /** Makes a leg that plays nothing yet; its reports, in which no call is named, go to `report`. */
  readonly make: (report: Report) => MediaLeg;
  /** Gives the gateway the offer; resolves to its answer, rejects with AppError. */
  readonly connect: (legId: string, sdp: string) => Promise<string>;
  readonly report: Report;
  /** Gets what is neither expected nor AppError. */
  readonly failed: (error: unknown) => void;
}

/** What a call gets. */
export interface TakenLeg {
  /** As the gateway knows it. */
  readonly legId: string;
  readonly leg: MediaLeg;
  /** Settles when offer and answer are exchanged; false when that failed. Never rejects. */
  readonly answered: Promise<boolean>;
}

interface Kept extends TakenLeg {
  callId: string | undefined;
}

/**
 * One leg that is connected to the media gateway, ICE and DTLS done, before there is a call: sound then begins as soon as
 * the microphone is open. It has no microphone and plays nothing.
 *
 *   off --want--> due --time--> kept
 *   kept --take--> due                   (the call has it; the next one follows)
 *   kept --failed | renew--> due
 *   kept --refused: this account needs none--> refused
 *   refused --renew--> due
 *   any --drop--> off
 */
export class WarmLeg {
  readonly #options: WarmLegOptions;
  #kept: Kept | undefined;
  #timer: TimerHandle | undefined;
  #wanted = false;
  #refused = false;

  constructor(options: WarmLegOptions) {
    this.#options = options;
  }

  /** From now on one is kept. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#schedule(0);
  }

  /** None is kept any more. */
  drop(): void {
    this.#wanted = false;
    this.#refused = false;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#close();
  }

  /** What is kept is known to nobody any more: the gateway started anew. */
  renew(): void {
    this.#refused = false;
    this.#close();
    this.#schedule(againDelayMs);
  }

  /** Gives it to a call, whose name its reports bear from now on; undefined when none is kept. */
  take(callId: string): TakenLeg | undefined {
    const kept = this.#kept;
    if (kept === undefined) return undefined;
    this.#kept = undefined;
    kept.callId = callId;
    kept.leg.wake();
    this.#schedule(againDelayMs);
    return kept;
  }

  #schedule(delayMs: number): void {
    if (!this.#wanted || this.#refused || this.#kept !== undefined || this.#timer !== undefined) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#make();
    }, delayMs);
  }

  #make(): void {
    const legId = crypto.randomUUID();
    const leg = this.#options.make((_none, state, detail) => {
      if (kept.callId !== undefined) this.#options.report(kept.callId, state, detail);
      else if (state === 'failed') this.#lost(kept);
    });
    const kept: Kept = { legId, leg, callId: undefined, answered: this.#connect(legId, leg) };
    this.#kept = kept;
    void kept.answered.then((isAnswered) => {
      if (!isAnswered) this.#lost(kept);
    });
  }

  async #connect(legId: string, leg: MediaLeg): Promise<boolean> {
    try {
      await leg.answer(await this.#options.connect(legId, await leg.offer()));
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'unsupported') this.#refused = true;
      else if (!(error instanceof AppError)) this.#options.failed(error);
      return false;
    }
  }

  /** One that a call has is the call's own matter. */
  #lost(kept: Kept): void {
    if (this.#kept !== kept) return;
    this.#close();
    this.#schedule(failedDelayMs);
  }

  #close(): void {
    this.#kept?.leg.close();
    this.#kept = undefined;
  }
}
