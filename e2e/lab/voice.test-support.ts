import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import { decodeMuLaw, encodeMuLaw } from '../../src-main/media-gateway/g711.ts';

/** The codecs that a window without a browser can speak, each in packets of 20 ms. */
export type VoiceName = 'PCMU' | 'PCMA' | 'G722' | 'opus';

/** How a codec is numbered and timed (RFC 3551 section 6, RFC 7587 section 4.1). */
export interface VoiceFormat {
  readonly payloadType: number;
  /** Of its RTP timestamps, which for G.722 is not the rate of its samples. */
  readonly clockRateHz: number;
  readonly channels: number;
  readonly sampleRateHz: number;
}

export const voiceFormats: Readonly<Record<VoiceName, VoiceFormat>> = {
  PCMU: { payloadType: 0, clockRateHz: 8_000, channels: 1, sampleRateHz: 8_000 },
  PCMA: { payloadType: 8, clockRateHz: 8_000, channels: 1, sampleRateHz: 8_000 },
  G722: { payloadType: 9, clockRateHz: 8_000, channels: 1, sampleRateHz: 16_000 },
  opus: { payloadType: 111, clockRateHz: 48_000, channels: 2, sampleRateHz: 48_000 },
};

/** Both directions of one call; `close` gives its memory back. */
export interface Voice extends VoiceFormat {
  readonly name: VoiceName;
  /** Samples and timestamp steps of one packet. */
  readonly samples: number;
  readonly clockSteps: number;
  encode(samples: Int16Array): Buffer;
  /** Overwritten by the next call. */
  decode(payload: Buffer): Int16Array;
  close(): void;
}

const PACKETS_PER_SECOND = 50;
const LONGEST_PAYLOAD_BYTES = 1_275;
/** Opus: 120 ms at 48 kHz (RFC 6716 section 2.1.4). */
const LONGEST_SAMPLES = 5_760;
const OPUS_APPLICATION_VOIP = 2_048;
const G722_BITS_PER_SECOND = 64_000;

/**
 * Opens a codec. Opus is libopus and G.722 is spandsp: a phone of the lab comes with both libraries.
 * @throws Error when the library is missing
 */
export function openVoice(name: VoiceName): Voice {
  const format = voiceFormats[name];
  const sizes = {
    samples: format.sampleRateHz / PACKETS_PER_SECOND,
    clockSteps: format.clockRateHz / PACKETS_PER_SECOND,
  };
  return { name, ...format, ...sizes, ...open(name, sizes.samples) };
}

type Coder = Pick<Voice, 'encode' | 'decode' | 'close'>;

function open(name: VoiceName, samples: number): Coder {
  switch (name) {
    case 'PCMU':
      return byteCoder(encodeMuLaw, decodeMuLaw);
    case 'PCMA':
      return byteCoder(encodeALaw, decodeALaw);
    case 'G722':
      return openG722();
    case 'opus':
      return openOpus(samples);
  }
}

function byteCoder(encode: (sample: number) => number, decode: (byte: number) => number): Coder {
  return {
    encode: (samples) => Buffer.from(Uint8Array.from(samples, encode)),
    decode: (payload) => Int16Array.from(payload, decode),
    close: () => undefined,
  };
}

/** ITU-T G.711, A-law: sign, three bits of exponent, four of mantissa; every second bit is turned round. */
function encodeALaw(sample: number): number {
  const magnitude = Math.min(32_767, sample < 0 ? -sample - 1 : sample) >> 4;
  const exponent = Math.max(0, 28 - Math.clz32(magnitude | 1));
  const mantissa = (exponent === 0 ? magnitude : magnitude >> (exponent - 1)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (exponent << 4) | mantissa) ^ 0x55;
}

function decodeALaw(byte: number): number {
  const turned = byte ^ 0x55;
  const exponent = (turned & 0x70) >> 4;
  const mantissa = ((turned & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return (turned & 0x80) === 0 ? -magnitude : magnitude;
}

function load(file: string): Koffi.LibraryHandle {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  return koffi.load(file);
}

let opusLibrary: Koffi.LibraryHandle | undefined;

function openOpus(samples: number): Coder {
  const library = (opusLibrary ??= load('libopus.so.0'));
  const { sampleRateHz } = voiceFormats.opus;
  const error = [0];
  const encoder: unknown = library.func(
    'void *opus_encoder_create(int32_t rate, int channels, int application, _Out_ int *error)',
  )(sampleRateHz, 1, OPUS_APPLICATION_VOIP, error);
  const decoder: unknown = library.func('void *opus_decoder_create(int32_t rate, int channels, _Out_ int *error)')(
    sampleRateHz,
    1,
    error,
  );
  if (error[0] !== 0) throw new Error(`libopus: error ${String(error[0])}`);
  const encode = library.func(
    'int opus_encode(void *encoder, const int16_t *samples, int count, uint8_t *payload, int32_t most)',
  );
  const decode = library.func(
    'int opus_decode(void *decoder, const uint8_t *payload, int32_t bytes, int16_t *samples, int most, int repairs)',
  );
  return coder(
    (given, payload) => Number(encode(encoder, given, samples, payload, LONGEST_PAYLOAD_BYTES)),
    (payload, room) => Number(decode(decoder, payload, payload.length, room, LONGEST_SAMPLES, 0)),
    () => {
      library.func('void opus_encoder_destroy(void *encoder)')(encoder);
      library.func('void opus_decoder_destroy(void *decoder)')(decoder);
    },
  );
}

let g722Library: Koffi.LibraryHandle | undefined;

function openG722(): Coder {
  const library = (g722Library ??= load('libspandsp.so.2'));
  const encoder: unknown = library.func('void *g722_encode_init(void *none, int bitsPerSecond, int options)')(
    null,
    G722_BITS_PER_SECOND,
    0,
  );
  const decoder: unknown = library.func('void *g722_decode_init(void *none, int bitsPerSecond, int options)')(
    null,
    G722_BITS_PER_SECOND,
    0,
  );
  const encode = library.func('int g722_encode(void *encoder, uint8_t *payload, const int16_t *samples, int count)');
  const decode = library.func('int g722_decode(void *decoder, int16_t *samples, const uint8_t *payload, int bytes)');
  return coder(
    (given, payload) => Number(encode(encoder, payload, given, given.length)),
    (payload, room) => Number(decode(decoder, room, payload, payload.length)),
    () => {
      library.func('int g722_encode_free(void *encoder)')(encoder);
      library.func('int g722_decode_free(void *decoder)')(decoder);
    },
  );
}

/** Both calls tell how much they wrote; less than nothing is an error. */
function coder(
  encode: (samples: Int16Array, payload: Uint8Array) => number,
  decode: (payload: Buffer, room: Int16Array) => number,
  close: () => void,
): Coder {
  const payload = new Uint8Array(LONGEST_PAYLOAD_BYTES);
  const room = new Int16Array(LONGEST_SAMPLES);
  const written = (count: number): number => {
    if (count < 0) throw new Error(`the codec refuses: ${String(count)}`);
    return count;
  };
  return {
    encode: (samples) => Buffer.from(payload.subarray(0, written(encode(samples, payload)))),
    decode: (coming) => room.subarray(0, written(decode(coming, room))),
    close,
  };
}
