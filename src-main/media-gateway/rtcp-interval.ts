/** RFC 3550 section 6.2: control traffic has a share of what the stream has. */
const rtcpShare = 0.05;
/** Section 6.3.1: senders have a quarter of it as long as they are few. */
const senderShare = 0.25;
/** Section 6.2: no more often than that; the first report may come after half of it. */
const minimumMs = 5_000;
/** Section 6.3.1: e - 3/2, which makes up for what reconsideration does to the average. */
const compensation = Math.E - 1.5;
const defaultBitsPerSecond = 64_000;

export interface IntervalInput {
  /** Participants, with ourselves; at least 1. */
  readonly members: number;
  readonly senders: number;
  readonly weSent: boolean;
  /** Average size of a compound with its UDP and IP headers. */
  readonly averageBytes: number;
  readonly isFirst: boolean;
  /** Of the RTP stream; 64 kbit/s when absent. */
  readonly bitsPerSecond?: number;
}

/**
 * Milliseconds to the next compound (RFC 3550 section 6.3.1 and appendix A.7): the fair share of each participant, at
 * least five seconds, times 0.5 to 1.5 so that participants do not fall into step.
 * @param random 0 to 1
 */
export function rtcpIntervalMs(input: IntervalInput, random: number): number {
  return (deterministicMs(input) * (random + 0.5)) / compensation;
}

function deterministicMs({ members, senders, weSent, averageBytes, isFirst, bitsPerSecond }: IntervalInput): number {
  let bytesPerSecond = ((bitsPerSecond ?? defaultBitsPerSecond) / 8) * rtcpShare;
  let count = members;
  if (senders > 0 && senders <= members * senderShare) {
    bytesPerSecond *= weSent ? senderShare : 1 - senderShare;
    count = weSent ? senders : members - senders;
  }
  return Math.max(isFirst ? minimumMs / 2 : minimumMs, (1_000 * averageBytes * count) / bytesPerSecond);
}
