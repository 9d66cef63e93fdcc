/** A sound file that the window can play. */
export interface PlayableAudio {
  readonly mimeType: 'audio/wav' | 'audio/mpeg' | 'audio/ogg';
  readonly bytes: Buffer;
  /** Whole seconds, at least 1; undefined when the file does not say. */
  readonly durationS: number | undefined;
}

/** Why a sound file is not played. `format`: it is whole, but Chromium cannot play what is in it. */
export type AudioProblem = 'format' | 'incomplete' | 'notAudio';

export type AudioCheck =
  | { readonly kind: 'playable'; readonly audio: PlayableAudio }
  | { readonly kind: 'problem'; readonly problem: AudioProblem; readonly detail: string };

/**
 * Format codes of wav files that Chromium plays (measured: media element and Web Audio): PCM, IEEE float, A-law, mu-law.
 * What exchanges also write (GSM 06.10 as "wav49", 0x31; G.726, 0x45 and 0x64; ADPCM, 0x02 and 0x11) it does not.
 */
const playableFormats: ReadonlySet<number> = new Set([0x0001, 0x0003, 0x0006, 0x0007]);
const extensible = 0xfffe;
/** Written by programs that did not know the length when they began. */
const unknownLengths: ReadonlySet<number> = new Set([0, 0x7fff_ffff, 0xffff_ffff]);
/** Some exchanges close the file before the last frame is written: a tenth of a second is not missed. */
const missingTolerance = 0.1;

/** Says whether the bytes are a sound file that can be played; what the mail claims about them is not believed. */
export function checkAudio(bytes: Buffer): AudioCheck {
  const magic = bytes.subarray(0, 4).toString('latin1');
  if (magic === 'RIFF') return checkWav(bytes);
  if (magic === 'OggS') return playable('audio/ogg', bytes, undefined);
  if (magic.startsWith('ID3') || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2)) {
    return playable('audio/mpeg', bytes, undefined);
  }
  if (magic === '#!AM') return problem('format', 'AMR');
  return problem('notAudio', `begins with ${bytes.subarray(0, 4).toString('hex')}`);
}

interface WavFormat {
  readonly code: number;
  readonly bytesPerSecond: number;
}

/** The chunks of a RIFF file, one after the other; tolerates what real exchanges write and nothing more. */
function checkWav(bytes: Buffer): AudioCheck {
  if (bytes.length < 12 || bytes.subarray(8, 12).toString('latin1') !== 'WAVE')
    return problem('notAudio', 'RIFF, not WAVE');
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = bytes.subarray(at, at + 4).toString('latin1');
    const length = bytes.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ') format = readFormat(bytes, start, length);
    if (name === 'data') return checkData(bytes, format, start, length);
    at = start + length + (length % 2);
  }
  return problem('incomplete', 'no data in the wav file');
}

function readFormat(bytes: Buffer, start: number, length: number): WavFormat | undefined {
  if (length < 16 || start + length > bytes.length) return undefined;
  const code = bytes.readUInt16LE(start);
  const isExtensible = code === extensible && length >= 40;
  return {
    // The format of WAVE_FORMAT_EXTENSIBLE stands in the first two bytes of its GUID.
    code: isExtensible ? bytes.readUInt16LE(start + 24) : code,
    bytesPerSecond: bytes.readUInt32LE(start + 8),
  };
}

function checkData(bytes: Buffer, format: WavFormat | undefined, start: number, length: number): AudioCheck {
  if (format === undefined) return problem('notAudio', 'wav file without a format');
  if (!playableFormats.has(format.code)) return problem('format', `wav format 0x${format.code.toString(16)}`);
  if (format.bytesPerSecond === 0) return problem('notAudio', 'wav file of no speed');
  const present = bytes.length - start;
  if (present === 0) return problem('incomplete', 'wav file without sound');
  if (unknownLengths.has(length))
    return playable('audio/wav', withLength(bytes, start), present / format.bytesPerSecond);
  const missingS = (length - present) / format.bytesPerSecond;
  if (missingS > missingTolerance) return problem('incomplete', `${present} of ${length} bytes of sound`);
  if (missingS > 0) return playable('audio/wav', withLength(bytes, start), present / format.bytesPerSecond);
  return playable('audio/wav', bytes, length / format.bytesPerSecond);
}

/** The file with the lengths that it really has. */
function withLength(bytes: Buffer, start: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(copy.length - 8, 4);
  copy.writeUInt32LE(copy.length - start, start - 4);
  return copy;
}

function playable(mimeType: PlayableAudio['mimeType'], bytes: Buffer, seconds: number | undefined): AudioCheck {
  return {
    kind: 'playable',
    audio: { mimeType, bytes, durationS: seconds === undefined ? undefined : Math.max(1, Math.round(seconds)) },
  };
}

function problem(what: AudioProblem, detail: string): AudioCheck {
  return { kind: 'problem', problem: what, detail };
}
