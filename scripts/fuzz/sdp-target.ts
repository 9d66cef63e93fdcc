import { NegotiationError } from '../../src-main/media-gateway/media-encryption.ts';
import { makeAnswer, negotiatedMedia, newNegotiation } from '../../src-main/media-gateway/negotiation.ts';
import { parseSdp } from '../../src-main/media-gateway/sdp.ts';
import { audioOf } from '../../src-main/softphone/sdp-summary.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const local = {
  address: '127.0.0.1',
  kinds: ['audio', 'video'],
  audioCodecs: ['opus', 'G722', 'PCMA', 'PCMU'],
  videoCodecs: ['H264', 'VP8'],
} as const;

/** SDP of the far end (RFC 8866): read, answered (RFC 3264) and read as an answer. */
export class SdpTarget implements FuzzTarget {
  readonly kind = 'text';

  start(): Promise<void> {
    return Promise.resolve();
  }

  feed(input: Buffer): void {
    const text = input.toString('utf8');
    for (const whose of ['ours', 'theirs'] as const) audioOf(text, whose);
    const parsed = parseSdp(text);
    if (!parsed.ok) return;
    try {
      const { sdp, negotiation } = makeAnswer(
        newNegotiation('1'),
        parsed.description,
        local,
        { audio: 4000, video: 4002 },
        false,
      );
      negotiatedMedia(negotiation);
      const own = parseSdp(sdp);
      if (!own.ok) throw new Error(`our own answer does not parse: ${own.reason}`);
      if (own.description.media.length !== parsed.description.media.length)
        throw new Error('the answer lost an m-line');
    } catch (error) {
      // Refused in so many words.
      if (!(error instanceof NegotiationError)) throw error;
    }
  }

  settle(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
