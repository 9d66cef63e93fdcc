import { muLawCodec } from '../bench/scripted-phone.ts';
import type { PhoneCodec } from '../bench/scripted-phone.ts';
import { findG729Library, g729Frame } from '../../src-main/media-gateway/g729-library.ts';

/** G.729 (RFC 3551 section 4.5.6) by the library of this computer, or why there is none. Frames of 10 ms, two a packet. */
export function g729Codec(): PhoneCodec | string {
  const { library, ...missing } = findG729Library('');
  if (library === undefined) return `bcg729 (Debian: libbcg729-0) is not here: ${JSON.stringify(missing)}`;
  const encoder = library.openEncoder();
  const decoder = library.openDecoder();
  return {
    payloadType: 18,
    formats: [18, 101],
    attributes: ['rtpmap:18 G729/8000', 'fmtp:18 annexb=no', 'rtpmap:101 telephone-event/8000', 'ptime:20'],
    encode: (samples) =>
      Buffer.concat(
        [0, 1].map((index) => {
          const frame = samples.subarray(index * g729Frame.samples, (index + 1) * g729Frame.samples);
          return Buffer.from(encoder.encode(Int16Array.from(frame, (sample) => Math.round(sample * 32_767))));
        }),
      ),
    decode: (payload) => {
      const frames = Math.floor(payload.length / g729Frame.bytes);
      const samples = new Float32Array(frames * g729Frame.samples);
      for (let index = 0; index < frames; index += 1) {
        const frame = payload.subarray(index * g729Frame.bytes, (index + 1) * g729Frame.bytes);
        samples.set(
          Float32Array.from(decoder.decode(frame), (sample) => sample / 32_768),
          index * g729Frame.samples,
        );
      }
      return samples;
    },
  };
}

/** Mu law with comfort noise beside it (RFC 3389). */
export const muLawWithNoise: PhoneCodec = {
  ...muLawCodec,
  formats: [0, 13],
  attributes: [...muLawCodec.attributes, 'rtpmap:13 CN/8000'],
};
