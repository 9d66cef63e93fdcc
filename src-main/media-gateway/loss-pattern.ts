import { sequenceDistance } from './rtp.ts';

/** RFC 3611 section 4.7.2: so many packets in a row that came end a burst; its value for voice. */
export const minimumGap = 16;
/** A jump further than this is a sender that began anew. */
const maxDropout = 3_000;

/** Where losses lie: few and alone (gap) or close together (burst). */
export interface LossFigures {
  /** Share of packets lost within bursts and within gaps, in 1/256. */
  readonly burstDensity: number;
  readonly gapDensity: number;
  readonly burstMs: number;
  readonly gapMs: number;
}

/**
 * Counts how losses cluster, by the Markov counters of RFC 3611 section 4.7.2. State 1 is a gap and 3 a burst; 2 and 4
 * are a packet that came within a burst and one that was lost alone. `c14` and its kind count the steps between them.
 */
export class LossPattern {
  #last: number | undefined;
  /** Packets that came since the last loss. */
  #came = 0;
  /** Losses in a row that are close enough for a burst. */
  #lost = 0;
  #c11 = 0;
  #c13 = 0;
  #c14 = 0;
  #c22 = 0;
  #c23 = 0;
  #c33 = 0;

  add(sequence: number): void {
    const step = this.#last === undefined ? 1 : sequenceDistance(this.#last, sequence);
    if (step > maxDropout || step < -maxDropout) {
      this.#last = sequence;
      return;
    }
    // Late or doubled: what it was counted as stays.
    if (step <= 0) return;
    for (let missing = 1; missing < step; missing += 1) this.#lose();
    this.#came += 1;
    this.#last = sequence;
  }

  /** @param packetMs sound in one packet */
  figures(packetMs: number): LossFigures {
    // What the last loss belongs to is told by what came since; a loss alone counts as alone until another one follows.
    const isInBurst = this.#lost > 1;
    const isBurstOver = isInBurst && this.#came >= minimumGap;
    const c11 = this.#c11 + (isInBurst && !isBurstOver ? 0 : this.#came);
    const c22 = this.#c22 + (isInBurst && !isBurstOver ? this.#came : 0);
    const c14 = this.#c14 + (this.#lost === 1 ? 1 : 0);
    const c13 = this.#c13 + (isInBurst ? 1 : 0);
    const c23 = this.#c23;
    const c33 = this.#c33;
    if (c13 === 0) {
      return {
        burstDensity: 0,
        gapDensity: share(c14, c11 + c14),
        burstMs: 0,
        gapMs: Math.round((c11 + c14) * packetMs),
      };
    }
    // What leaves a burst is as often as what enters it: c31 is c13, c32 is c23.
    const p32 = c23 / (c13 + c23 + c33);
    const came = this.#c22;
    const p23 = came + c23 === 0 ? 1 : 1 - came / (came + c23);
    const total = c11 + c14 + c22 + c33 + 2 * (c13 + c23);
    const gapPackets = (c11 + c14 + c13) / c13;
    return {
      burstDensity: share(p23, p23 + p32),
      gapDensity: share(c14, c11 + c14),
      burstMs: Math.max(0, Math.round((total / c13 - gapPackets) * packetMs)),
      gapMs: Math.round(gapPackets * packetMs),
    };
  }

  #lose(): void {
    if (this.#lost === 0) {
      this.#c11 += this.#came;
      this.#lost = 1;
    } else if (this.#came >= minimumGap) {
      if (this.#lost === 1) this.#c14 += 1;
      else this.#c13 += 1;
      this.#c11 += this.#came;
      this.#lost = 1;
    } else {
      this.#lost += 1;
      if (this.#came === 0) this.#c33 += 1;
      else {
        this.#c23 += 1;
        this.#c22 += this.#came - 1;
      }
    }
    this.#came = 0;
  }
}

/** Of 256, as a byte holds it. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(255, Math.round((256 * part) / whole));
}
