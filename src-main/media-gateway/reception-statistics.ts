import { LossPattern, type LossFigures } from './loss-pattern.ts';
import { ReplayWindow } from './replay-window.ts';
import { sequenceOf, ssrcOf, timestampOf } from './rtp.ts';
import type { StatisticsSummary } from './rtcp-xr.ts';
import { estimateIndex } from './sequence-index.ts';

/** A jump further than this is a sender that began anew (RFC 3550 appendix A.1). */
const maxDropout = 3_000;

/** What extended reports say of one stream beyond a reception block (RFC 3611 sections 4.6 and 4.7). */
export class ReceptionStatistics {
  #ssrc: number | undefined;
  #pattern = new LossPattern();
  #seen = new ReplayWindow();
  #first: number | undefined;
  #received = 0;
  #duplicates = 0;
  #lastTransit: number | undefined;
  /** Welford's running mean and sum of squares. */
  #jitters = 0;
  #mean = 0;
  #squares = 0;
  #min = Infinity;
  #max = 0;

  /** @param clockRateHz 0 for packets whose timestamps do not run with the clock */
  add(packet: Buffer, arrivalMs: number, clockRateHz: number): void {
    const sequence = sequenceOf(packet);
    const { highest } = this.#seen;
    const isRestarted = highest >= 0 && Math.abs(estimateIndex(highest, sequence) - highest) > maxDropout;
    if (ssrcOf(packet) !== this.#ssrc || isRestarted) {
      this.#ssrc = ssrcOf(packet);
      this.#pattern = new LossPattern();
      this.#seen = new ReplayWindow();
      this.#lastTransit = undefined;
      this.#restart();
    }
    const index = estimateIndex(this.#seen.highest, sequence);
    if (!this.#seen.mayCome(index)) {
      this.#duplicates += 1;
      return;
    }
    this.#seen.came(index);
    this.#first ??= index;
    this.#received += 1;
    this.#pattern.add(sequence);
    if (clockRateHz > 0) this.#measure((arrivalMs * clockRateHz) / 1_000, timestampOf(packet));
  }

  /** How losses cluster since the stream began. */
  pattern(packetMs: number): LossFigures {
    return this.#pattern.figures(packetMs);
  }

  /** Everything since the summary before; undefined when nothing came. */
  takeSummary(): StatisticsSummary | undefined {
    if (this.#first === undefined || this.#ssrc === undefined) return undefined;
    const end = this.#seen.highest + 1;
    const summary: StatisticsSummary = {
      ssrc: this.#ssrc,
      firstSequence: this.#first,
      endSequence: end,
      lost: Math.max(0, end - this.#first - this.#received),
      duplicates: this.#duplicates,
      ...(this.#jitters === 0
        ? {}
        : {
            jitter: {
              min: this.#min,
              max: this.#max,
              mean: this.#mean,
              deviation: Math.sqrt(this.#squares / this.#jitters),
            },
          }),
    };
    this.#restart();
    this.#first = end;
    return summary;
  }

  #restart(): void {
    this.#first = undefined;
    this.#received = 0;
    this.#duplicates = 0;
    this.#jitters = 0;
    this.#mean = 0;
    this.#squares = 0;
    this.#min = Infinity;
    this.#max = 0;
  }

  /** The difference in relative transit time of two packets (RFC 3550 section 6.4.1). */
  #measure(arrival: number, timestamp: number): void {
    const before = this.#lastTransit;
    const transit = arrival - timestamp;
    this.#lastTransit = transit;
    if (before === undefined) return;
    // On the circle of 32 bits: the timestamp rolls over, the arrival does not.
    const jitter = Math.abs(Math.round(transit - before) | 0);
    this.#jitters += 1;
    const delta = jitter - this.#mean;
    this.#mean += delta / this.#jitters;
    this.#squares += delta * (jitter - this.#mean);
    this.#min = Math.min(this.#min, jitter);
    this.#max = Math.max(this.#max, jitter);
  }
}
