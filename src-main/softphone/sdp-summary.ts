import { isVoiceCodec } from '../../src-shared/model/audio-codecs.ts';
import type { MediaDirection, NegotiatedAudio, NegotiatedMedia } from '../media-gateway/media.ts';

const directions: readonly MediaDirection[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** Seen from the other side: what they only send, we only receive. */
const mirrored: Readonly<Record<MediaDirection, MediaDirection>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/** The direction that the audio of an SDP is written with; `sendrecv` where nothing is (RFC 3264 section 5.1). */
export function directionOf(sdp: string): MediaDirection {
  const section = audioSection(sdp) ?? '';
  return directions.find((name) => new RegExp(`^a=${name}\\s*$`, 'm').test(section)) ?? 'sendrecv';
}

/**
 * What an answer (RFC 8866) says of its audio, from our point of view: the codec in use is the first one listed
 * (RFC 3264 section 6.1).
 */
export function audioOf(answerSdp: string, whose: 'ours' | 'theirs'): NegotiatedMedia {
  const section = audioSection(answerSdp);
  const line = /^m=audio (\d+) \S+ (\d+)/.exec(section ?? '');
  if (section === undefined || line === null || line[1] === '0') return {};
  const payloadType = Number(line[2]);
  const map = new RegExp(`^a=rtpmap:${payloadType} ([^/\\s]+)/(\\d+)(?:/(\\d+))?`, 'm').exec(section);
  const written = directionOf(answerSdp);
  const event = /^a=rtpmap:(\d+) telephone-event\//im.exec(section)?.[1];
  return {
    audio: {
      codec: map?.[1] ?? (payloadType === 8 ? 'PCMA' : payloadType === 9 ? 'G722' : 'PCMU'),
      clockRateHz: Number(map?.[2] ?? 8000),
      channels: Number(map?.[3] ?? 1),
      payloadType,
      direction: whose === 'ours' ? written : mirrored[written],
      ...(event === undefined ? {} : { telephoneEvent: Number(event) }),
    },
  };
}

/** Names of the payload types that need no rtpmap (RFC 3551 section 6), as far as browsers speak them. */
const staticNames: Readonly<Record<string, string>> = { '0': 'PCMU', '8': 'PCMA', '9': 'G722' };

/**
 * Why a window that speaks these codecs cannot answer an offer (RFC 8866; DTLS-SRTP as RFC 5763 section 5 has it), as
 * far as its text tells; undefined: nothing stands in the way.
 */
export function offerFault(
  offerSdp: string,
  codecs: readonly string[],
): 'invalid' | 'unsupported' | 'unencrypted' | undefined {
  const section = audioSection(offerSdp);
  const line = /^m=audio (\d{1,5})(?:\/\d+)? \S+((?: \d{1,3})+)[ \t]*(?:\r?\n|$)/.exec(section ?? '');
  if (!/^v=0\r?\n/.test(offerSdp) || (section !== undefined && line === null)) return 'invalid';
  if (Number(line?.[1]) > 65_535) return 'invalid';
  if (section === undefined || line === null || line[1] === '0') return 'unsupported';
  const offered = (line[2] ?? '')
    .trim()
    .split(' ')
    .map((type) => new RegExp(`^a=rtpmap:${type} ([^/\\s]+)/`, 'm').exec(section)?.[1] ?? staticNames[type]);
  const voices = codecs.filter(isVoiceCodec).map((name) => name.toLowerCase());
  if (!offered.some((name) => name !== undefined && voices.includes(name.toLowerCase()))) return 'unsupported';
  return /^a=fingerprint:/m.test(offerSdp) ? undefined : 'unencrypted';
}

function audioSection(sdp: string): string | undefined {
  return sdp.split(/\r?\n(?=m=)/).find((part) => part.startsWith('m=audio '));
}

/** RFC 3264 section 8.4, seen from here: the far end takes what we send. */
export function hearsUs(audio: NegotiatedAudio): boolean {
  return audio.direction === 'sendrecv' || audio.direction === 'sendonly';
}
