/**
 * The E-model of ITU-T G.107, with every parameter that packets do not tell at its default: R = 93.2 - Id - Ie,eff.
 */
const defaultRating = 93.2;

/** Equipment impairment Ie and robustness against loss Bpl (ITU-T G.113 appendix I; opus by its FEC, as measured). */
interface CodecImpairment {
  readonly ie: number;
  readonly bpl: number;
  /** Milliseconds from microphone to packet and back, beside the network. */
  readonly delayMs: number;
}

const impairments: ReadonlyMap<string, CodecImpairment> = new Map([
  ['opus', { ie: 0, bpl: 25, delayMs: 47 }],
  ['g722', { ie: 0, bpl: 13, delayMs: 42 }],
  ['pcmu', { ie: 0, bpl: 25.1, delayMs: 40 }],
  ['pcma', { ie: 0, bpl: 25.1, delayMs: 40 }],
  ['g729', { ie: 11, bpl: 19, delayMs: 55 }],
]);

/** What one direction suffers. */
export interface Impairments {
  readonly codec: string;
  readonly roundTripMs: number;
  readonly jitterMs: number;
  /** 0 to 100. */
  readonly lossPercent: number;
}

/** The rating R, 0 to 93.2; undefined for a codec that nobody has measured. */
export function rating({ codec, roundTripMs, jitterMs, lossPercent }: Impairments): number | undefined {
  const heard = listeningRating(codec, lossPercent);
  const atEndsMs = endSystemMs(codec, jitterMs);
  if (heard === undefined || atEndsMs === undefined) return undefined;
  const oneWayMs = roundTripMs / 2 + atEndsMs;
  // G.107 section 7.4, in the form of Cole and Rosenbluth for echo-free lines.
  const delayImpairment = 0.024 * oneWayMs + 0.11 * Math.max(0, oneWayMs - 177.3);
  return Math.max(0, heard - delayImpairment);
}

/** The rating of what is heard, without what delay does to a conversation; undefined as for {@link rating}. */
export function listeningRating(codec: string, lossPercent: number): number | undefined {
  const impairment = impairments.get(codec.toLowerCase());
  if (impairment === undefined) return undefined;
  const { ie, bpl } = impairment;
  // G.107 section 7.5, with loss at random (BurstR = 1).
  return Math.max(0, defaultRating - ie - (95 - ie) * (lossPercent / (lossPercent + bpl)));
}

/** Milliseconds that both ends add to the way, with their jitter buffers, which hold about twice the jitter. */
export function endSystemMs(codec: string, jitterMs: number): number | undefined {
  const impairment = impairments.get(codec.toLowerCase());
  return impairment && impairment.delayMs + 2 * jitterMs;
}

/** G.107 annex B: the mean opinion score of a rating, 1 to 4.5. */
export function meanOpinionScore(r: number): number {
  if (r <= 0) return 1;
  const score = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return Math.round(Math.max(1, Math.min(4.5, score)) * 100) / 100;
}
