import type { MediaDirection, NegotiatedMedia } from '../media-gateway/media.ts';

const directions: readonly MediaDirection[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** What an answer (RFC 8866) says of its audio: the codec in use is the first one listed (RFC 3264 section 6.1). */
export function audioOf(answerSdp: string): NegotiatedMedia {
  const section = answerSdp.split(/\r?\n(?=m=)/).find((part) => part.startsWith('m=audio '));
  const line = /^m=audio (\d+) \S+ (\d+)/.exec(section ?? '');
  if (section === undefined || line === null || line[1] === '0') return {};
  const payloadType = Number(line[2]);
  const map = new RegExp(`^a=rtpmap:${payloadType} ([^/\\s]+)/(\\d+)(?:/(\\d+))?`, 'm').exec(section);
  const direction = directions.find((name) => new RegExp(`^a=${name}\\s*$`, 'm').test(section)) ?? 'sendrecv';
  return {
    audio: {
      codec: map?.[1] ?? (payloadType === 8 ? 'PCMA' : payloadType === 9 ? 'G722' : 'PCMU'),
      clockRateHz: Number(map?.[2] ?? 8000),
      channels: Number(map?.[3] ?? 1),
      payloadType,
      direction,
    },
  };
}
