import type { Random } from '../core/server-list.ts';

/** How the lines of a whole roster are watched without being a burden to the phone server. */
export const lineStateLimits = {
  /** Asked for; the server may shorten it. Long, as each renewal costs the server a NOTIFY as well. */
  expiresS: 3_600,
  /** Part of the granted time after which a subscription is renewed. */
  refreshFraction: 0.85,
  refreshFloorMs: 10_000,
  /** Between two SUBSCRIBE requests: a roster of 200 takes ten seconds. */
  paceMs: 50,
  /** SUBSCRIBE requests without an answer at one time. */
  unanswered: 4,
  /** So many refusals of the event package in a row, and nobody else is asked about. */
  unsupportedAfter: 3,
  /** What was refused is asked for again after one to two of these. */
  refusedRetryMs: 3_600_000,
  retryFirstMs: 2_000,
  retryMostMs: 300_000,
} as const;

/** Doubling, capped, with jitter; never sooner than the server asks. */
export function retryDelayMs(failures: number, retryAfterS: number | undefined, random: Random): number {
  const { retryFirstMs, retryMostMs } = lineStateLimits;
  const most = Math.min(retryMostMs, retryFirstMs * 2 ** Math.min(failures - 1, 20));
  const asked = Math.min(retryAfterS ?? 0, 86_400) * 1_000;
  return Math.max(asked, most * (0.5 + random() / 2));
}
