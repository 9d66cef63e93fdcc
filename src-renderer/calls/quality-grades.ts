import type { CallQuality } from '../../src-shared/model/call-quality.ts';

/** How one figure counts: `high` is what a person hears. */
export const grades = ['good', 'fair', 'high'] as const;
export type Grade = (typeof grades)[number];
export type GradedFigure = 'roundTripMs' | 'jitterMs' | 'lossPercent';

/** Packet loss from which speech suffers (the dotted line of the curve), 0 to 100. */
export const lossLimitPercent = 3;

/** From the first value on a figure is fair, from the second high. Ours, with the loss of the design; no standard sets them. */
const limits: Readonly<Record<GradedFigure, readonly [number, number]>> = {
  roundTripMs: [150, 350],
  jitterMs: [20, 50],
  lossPercent: [1, lossLimitPercent],
};

/** The grade of a figure; undefined for one that is not known. */
export function gradeOf(figure: GradedFigure, value: number | undefined): Grade | undefined {
  if (value === undefined) return undefined;
  const [fair, high] = limits[figure];
  return value >= high ? 'high' : value >= fair ? 'fair' : 'good';
}

/** Loss of a moment: that of the worse way, 0 to 100. */
export interface LossPoint {
  readonly atMs: number;
  readonly percent: number;
}

const shownMs = 60_000;

/** The last minute with what was just measured; a moment of which nothing is known is left out. */
export function withLoss(
  points: readonly LossPoint[],
  { lossInPercent, lossOutPercent }: CallQuality,
  nowMs: number,
): readonly LossPoint[] {
  const kept = points.filter(({ atMs }) => nowMs - atMs <= shownMs);
  if (lossInPercent === undefined && lossOutPercent === undefined) return kept;
  return [...kept, { atMs: nowMs, percent: Math.max(lossInPercent ?? 0, lossOutPercent ?? 0) }];
}

/** The points of a polyline over the last minute in a box; the limit stands at no less than half of its height. */
export function lossCurve(
  points: readonly LossPoint[],
  nowMs: number,
  box: { readonly width: number; readonly height: number },
): { readonly line: string; readonly limitY: number } {
  const top = Math.max(2 * lossLimitPercent, ...points.map(({ percent }) => percent));
  const y = (percent: number): number => Math.round((box.height - 1) * (1 - percent / top) * 10) / 10 + 0.5;
  const x = (atMs: number): number => Math.round(box.width * (1 - (nowMs - atMs) / shownMs) * 10) / 10;
  return {
    line: points.map(({ atMs, percent }) => `${String(x(atMs))},${String(y(percent))}`).join(' '),
    limitY: y(lossLimitPercent),
  };
}
