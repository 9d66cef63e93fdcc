import type { G729Translation } from './g729-translation.ts';
import type { KindStats, MediaKind } from './media.ts';
import type { OutgoingStream } from './outgoing-stream.ts';
import type { PayloadMap } from './payload-map.ts';
import type { StreamConfig } from './protocol.ts';
import type { PeerReport } from './rtcp-reports.ts';
import type { PeerMetrics, RtcpSession } from './rtcp-session.ts';
import type { StreamMeter } from './rtp.ts';
import type { RtpLeg } from './rtp-leg.ts';

/** Why a packet went no further; the names appear in the statistics. */
type DropReason =
  | 'malformed'
  | 'payloadType'
  | 'source'
  | 'authentication'
  | 'direction'
  | 'notNegotiated'
  | 'noRenderer'
  | 'noPeer'
  | 'replacedByTone'
  | 'rtcpMalformed';

/** Everything of one m-line. */
export interface Stream {
  readonly kind: MediaKind;
  readonly leg: RtpLeg;
  readonly fromPeer: StreamMeter;
  readonly fromRenderer: StreamMeter;
  readonly outgoing: OutgoingStream;
  readonly rtcp: RtcpSession;
  readonly dropped: Map<DropReason, number>;
  config: StreamConfig | undefined;
  map: PayloadMap;
  /** Where the two sides share no codec. */
  translation: G729Translation | undefined;
  /** The last packet of the peer was comfort noise. */
  isPeerInPause: boolean;
  /** Of the peer's payload types. */
  clockRatesHz: ReadonlyMap<number, number>;
  peerSsrc: number | undefined;
  rendererSsrc: number | undefined;
}

/** Counts a packet that goes no further. */
export function drop(stream: Stream, reason: DropReason): void {
  stream.dropped.set(reason, (stream.dropped.get(reason) ?? 0) + 1);
}

/** What was counted of a stream; `arrivalToUtcMs` is added to monotonic times. */
export function kindStats(stream: Stream, arrivalToUtcMs: number): KindStats {
  const { remote, dscp } = stream.leg;
  const { latest, metrics } = stream.rtcp;
  return {
    kind: stream.kind,
    fromPeer: { ...stream.fromPeer.stats(arrivalToUtcMs), ...(stream.isPeerInPause ? { inPause: true } : {}) },
    fromRenderer: stream.fromRenderer.stats(arrivalToUtcMs),
    dropped: {
      ...Object.fromEntries(stream.dropped),
      ...(stream.leg.socketErrors > 0 ? { socketErrors: stream.leg.socketErrors } : {}),
    },
    ...(latest === undefined ? {} : { reported: reportedOf(latest, metrics, arrivalToUtcMs) }),
    ...(remote === undefined ? {} : { remote }),
    ...(dscp === undefined ? {} : { dscp }),
  };
}

function reportedOf(
  report: PeerReport,
  metrics: PeerMetrics | undefined,
  arrivalToUtcMs: number,
): NonNullable<KindStats['reported']> {
  const { arrivedMs, ...rest } = report;
  const score = metrics?.conversationScore ?? metrics?.listeningScore;
  return {
    ...rest,
    atMs: Math.round(arrivedMs + arrivalToUtcMs),
    ...(score === undefined ? {} : { score }),
    ...(metrics === undefined ? {} : { discardPercent: Math.round((1_000 * metrics.discardRate) / 256) / 10 }),
  };
}
