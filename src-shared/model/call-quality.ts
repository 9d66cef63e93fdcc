/** How a call sounds. `notKnown` where too little is known: never a guess that all is well. */
export const qualityVerdicts = ['good', 'fair', 'poor', 'bad', 'notKnown'] as const;
export type QualityVerdict = (typeof qualityVerdicts)[number];

/** Mean opinion scores from which a call counts as that (ITU-T G.107 annex B: satisfied, some not, many not). */
const scores: readonly (readonly [number, QualityVerdict])[] = [
  [4.0, 'good'],
  [3.6, 'fair'],
  [3.1, 'poor'],
];

/** What a mean opinion score comes to. */
export function verdictOfScore(score: number): QualityVerdict {
  return scores.find(([from]) => score >= from)?.[1] ?? 'bad';
}

/** What is wrong, the heaviest first. */
export const qualityReasons = ['noSound', 'lossBoth', 'lossIn', 'lossOut', 'delay', 'jitter'] as const;
export type QualityReason = (typeof qualityReasons)[number];

/** Quality of one call in the last seconds; what is absent is not known. */
export interface CallQuality {
  readonly codec?: string;
  readonly roundTripMs?: number;
  /** Of what they send, as it comes in here. */
  readonly jitterMs?: number;
  /** Of what they send, 0 to 100. */
  readonly lossInPercent?: number;
  /** Of what we send, as they report it, 0 to 100. */
  readonly lossOutPercent?: number;
  /** Mean opinion score that the far end gives what it hears of us (RFC 3611), 1 to 5. */
  readonly mosReported?: number;
  /** Mean opinion score of what is heard here, 1 to 4.5, estimated by the E-model (ITU-T G.107). */
  readonly mosIn?: number;
  /** The same of what they hear of us. */
  readonly mosOut?: number;
  /** That of the worse direction. */
  readonly mos?: number;
  readonly verdict: QualityVerdict;
  readonly reason?: QualityReason;
}
