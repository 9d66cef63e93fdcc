import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Koffi from 'koffi';

/** Samples (16 bit, 8 kHz) and bytes of one frame of 10 ms, and bytes of a frame of noise (annex B). */
export const g729Frame = { samples: 80, bytes: 10, noiseBytes: 2 } as const;

/** One direction of one call; `close` gives its memory back. */
export interface G729Encoder {
  /** `samples` has one frame; the result is overwritten by the next call. */
  encode(samples: Int16Array): Uint8Array;
  close(): void;
}

export interface G729Decoder {
  /** One frame of voice or noise, or undefined for one that was lost, which is concealed. Overwritten by the next call. */
  decode(frame: Uint8Array | undefined): Int16Array;
  close(): void;
}

export interface G729Library {
  readonly path: string;
  openEncoder(): G729Encoder;
  openDecoder(): G729Decoder;
}

/** `path` names a library that is there and cannot be used; empty when none is there. */
export type G729Search =
  { readonly library: G729Library } | { readonly library?: undefined; readonly path: string; readonly reason: string };

/**
 * Looks for bcg729 (https://github.com/BelledonneCommunications/bcg729), which people install themselves: it is under
 * the GPL and never comes with Parley. Only version 1.1 and later; those before have calls of another shape.
 * @param wanted full path; empty: where each system has its libraries
 */
export function findG729Library(wanted: string, platform: NodeJS.Platform = process.platform): G729Search {
  let found: G729Search = { path: '', reason: 'there is no such library' };
  for (const path of wanted === '' ? usualPlaces(platform) : [wanted]) {
    const search = load(path);
    if (search.library !== undefined) return search;
    if (search.path !== '') found = search;
  }
  return found;
}

function usualPlaces(platform: NodeJS.Platform): readonly string[] {
  switch (platform) {
    case 'win32':
      // Never by its bare name: Windows would look in the folder that Parley happens to be started from.
      return [join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'bcg729', 'bin', 'bcg729.dll')];
    case 'darwin':
      return ['/opt/homebrew/lib/libbcg729.dylib', '/usr/local/lib/libbcg729.dylib'];
    default:
      return ['libbcg729.so.0', 'libbcg729.so'];
  }
}

function load(path: string): G729Search {
  let koffi: typeof Koffi;
  let library: Koffi.LibraryHandle;
  try {
    koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    library = koffi.load(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    // What dlopen says of a name that is nowhere and of a file that is no library differs in these words only.
    return { path: /no such file|not found|could not be found/i.test(reason) ? '' : path, reason };
  }
  try {
    // Came with version 1.1, when the other calls got their present shape.
    library.func('void bcg729GetRFC3389Payload(void *channel, uint8_t *payload)');
    return { library: bind(path, library) };
  } catch {
    return { path, reason: 'it is no bcg729 of version 1.1 or later' };
  }
}

function bind(path: string, library: Koffi.LibraryHandle): G729Library {
  const openEncoder = library.func('void *initBcg729EncoderChannel(uint8_t enableVad)');
  const encode = library.func(
    'void bcg729Encoder(void *channel, const int16_t *samples, uint8_t *frame, uint8_t *frameBytes)',
  );
  const closeEncoder = library.func('void closeBcg729EncoderChannel(void *channel)');
  const openDecoder = library.func('void *initBcg729DecoderChannel()');
  const decode = library.func(
    'void bcg729Decoder(void *channel, const uint8_t *frame, uint8_t frameBytes, uint8_t isLost, uint8_t isNoise, uint8_t isRfc3389, int16_t *samples)',
  );
  const closeDecoder = library.func('void closeBcg729DecoderChannel(void *channel)');
  return {
    path,
    openEncoder: () => {
      // Without voice activity detection: we offer annexb=no.
      const channel: unknown = openEncoder(0);
      const frame = new Uint8Array(g729Frame.bytes);
      const frameBytes = new Uint8Array(1);
      return {
        encode: (samples) => {
          encode(channel, samples, frame, frameBytes);
          return frame;
        },
        close: () => {
          closeEncoder(channel);
        },
      };
    },
    openDecoder: () => {
      const channel: unknown = openDecoder();
      const samples = new Int16Array(g729Frame.samples);
      const nothing = new Uint8Array(g729Frame.bytes);
      return {
        decode: (frame) => {
          const isNoise = frame?.length === g729Frame.noiseBytes;
          const bytes = frame ?? nothing;
          decode(channel, bytes, frame?.length ?? 0, frame === undefined ? 1 : 0, isNoise ? 1 : 0, 0, samples);
          return samples;
        },
        close: () => {
          closeDecoder(channel);
        },
      };
    },
  };
}
