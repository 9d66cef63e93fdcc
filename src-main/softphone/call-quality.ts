import { verdictOfScore } from '../../src-shared/model/call-quality.ts';
import type { CallQuality, QualityReason } from '../../src-shared/model/call-quality.ts';
import { meanOpinionScore, rating } from '../core/e-model.ts';

/** What was measured of one call; absent: not known. */
export interface Measured {
  readonly codec?: string;
  readonly roundTripMs?: number;
  readonly jitterMs?: number;
  readonly lossInPercent?: number;
  readonly lossOutPercent?: number;
  /** The far end's own score; shown beside ours, which it does not change: nobody knows how it was made. */
  readonly mosReported?: number;
  /** Nothing came for so long that it is no pause any more. */
  readonly isSilent: boolean;
}

/** From here on a person hears it; below it is not worth naming. */
const audible = { lossPercent: 1.5, roundTripMs: 350, jitterMs: 35 } as const;

/**
 * How the call sounds. The score is of the worse direction and needs everything; bad news counts even when the rest is
 * not known, good news does not.
 */
export function judge(measured: Measured): CallQuality {
  const { isSilent, ...known } = measured;
  const { codec, roundTripMs, jitterMs, lossInPercent, lossOutPercent } = known;
  if (isSilent) return { ...known, verdict: 'bad', reason: 'noSound' };
  const score = (lossPercent: number): number | undefined => {
    const r =
      codec === undefined
        ? undefined
        : rating({ codec, roundTripMs: roundTripMs ?? 0, jitterMs: jitterMs ?? 0, lossPercent });
    return r === undefined ? undefined : meanOpinionScore(r);
  };
  const worst = score(Math.max(lossInPercent ?? 0, lossOutPercent ?? 0));
  const isWayKnown = roundTripMs !== undefined && jitterMs !== undefined;
  const mosIn = isWayKnown && lossInPercent !== undefined ? score(lossInPercent) : undefined;
  const mosOut = isWayKnown && lossOutPercent !== undefined ? score(lossOutPercent) : undefined;
  const isComplete = isWayKnown && lossInPercent !== undefined && lossOutPercent !== undefined;
  const verdict = worst === undefined ? 'notKnown' : verdictOfScore(worst);
  const reason = verdict === 'good' ? undefined : reasonOf(known);
  const isKnown = isComplete || verdict === 'poor' || verdict === 'bad';
  return {
    ...known,
    ...(mosIn === undefined ? {} : { mosIn }),
    ...(mosOut === undefined ? {} : { mosOut }),
    ...(worst === undefined || !isComplete ? {} : { mos: worst }),
    verdict: isKnown ? verdict : 'notKnown',
    ...(reason === undefined ? {} : { reason }),
  };
}

function reasonOf({
  roundTripMs,
  jitterMs,
  lossInPercent,
  lossOutPercent,
}: Omit<Measured, 'isSilent'>): QualityReason | undefined {
  const isIn = (lossInPercent ?? 0) >= audible.lossPercent;
  const isOut = (lossOutPercent ?? 0) >= audible.lossPercent;
  if (isIn && isOut) return 'lossBoth';
  if (isIn) return 'lossIn';
  if (isOut) return 'lossOut';
  if ((roundTripMs ?? 0) >= audible.roundTripMs) return 'delay';
  return (jitterMs ?? 0) >= audible.jitterMs ? 'jitter' : undefined;
}
