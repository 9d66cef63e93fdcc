import { sequenceDistance } from './rtp.ts';

/** RFC 3711 section 3.3.1: the index nearest to the highest one so far that has this sequence number. */
export function estimateIndex(highest: number, sequence: number): number {
  if (highest < 0) return sequence;
  const index = highest + sequenceDistance(highest % 0x1_0000, sequence);
  return index < 0 ? index + 0x1_0000 : index;
}
