import { readFileSync, writeFileSync } from 'node:fs';

/** Sound as samples from -1 to 1, first channel only. */
export interface Sound {
  readonly samples: Float32Array;
  readonly sampleRateHz: number;
}

const PCM_SCALE = 32_768;
const FAKE_MICROPHONE_RATE_HZ = 48_000;
/** Half of full scale: codecs neither clip it nor take it for silence. */
const TONE_AMPLITUDE = 0.5;
/** Fade of each end: a click at the seam of a looped file is energy at all frequencies. */
const WINDOW_S = 0.25;
/** A tone counts when it carries this much of a window's energy. */
export const TONE_SHARE = 0.5;
/** Below this level (RMS) a window is silence and says nothing about its tones. */
const SILENCE_RMS = 0.003;

export const WAV_HEADER_BYTES = 44;

/** The header of 16-bit mono PCM. */
export function wavHeader(sound: { readonly sampleRateHz: number; readonly dataBytes: number }): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + sound.dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sound.sampleRateHz, 24);
  header.writeUInt32LE(sound.sampleRateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(sound.dataBytes, 40);
  return header;
}

/** Writes 16-bit mono PCM. */
export function writeWav(path: string, sound: Sound): void {
  const data = Buffer.alloc(sound.samples.length * 2);
  sound.samples.forEach((sample, index) => {
    data.writeInt16LE(Math.max(-PCM_SCALE, Math.min(PCM_SCALE - 1, Math.round(sample * PCM_SCALE))), index * 2);
  });
  writeFileSync(path, Buffer.concat([wavHeader({ sampleRateHz: sound.sampleRateHz, dataBytes: data.length }), data]));
}

/** A pure tone. */
export function makeTone(hz: number, seconds: number, sampleRateHz = FAKE_MICROPHONE_RATE_HZ): Sound {
  const samples = new Float32Array(Math.round(seconds * sampleRateHz));
  for (let index = 0; index < samples.length; index += 1) {
    samples[index] = TONE_AMPLITUDE * Math.sin((2 * Math.PI * hz * index) / sampleRateHz);
  }
  return { samples, sampleRateHz };
}

/**
 * A microphone for Chromium's `--use-file-for-fake-audio-capture`, which plays it in a loop:
 * 48 kHz, 16 bit, mono. Whole seconds of whole hertz have no click at the seam.
 */
export function writeToneWav(path: string, hz: number, seconds: number): void {
  writeWav(path, makeTone(hz, seconds));
}

/**
 * Reads the first channel of a 16-bit PCM wav. A recording that is still being written has a data
 * size of 0 or too much in its header: then everything to the end counts.
 * @throws Error when it is no such file
 */
export function readWav(path: string): Sound {
  const file = readFileSync(path);
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error(`${path} is not a wav file`);
  }
  let channels = 0;
  let sampleRateHz = 0;
  for (let offset = 12; offset + 8 <= file.length;) {
    const id = file.toString('latin1', offset, offset + 4);
    const size = file.readUInt32LE(offset + 4);
    const start = offset + 8;
    if (id === 'fmt ') {
      channels = file.readUInt16LE(start + 2);
      sampleRateHz = file.readUInt32LE(start + 4);
      if (file.readUInt16LE(start + 14) !== 16) throw new Error(`${path} is not 16-bit PCM`);
    } else if (id === 'data') {
      if (channels === 0) throw new Error(`${path} has data before its format`);
      const isOpen = size === 0 || start + size > file.length;
      const bytes = isOpen ? file.length - start : size;
      const samples = new Float32Array(Math.floor(bytes / 2 / channels));
      for (let index = 0; index < samples.length; index += 1) {
        samples[index] = file.readInt16LE(start + index * 2 * channels) / PCM_SCALE;
      }
      return { samples, sampleRateHz };
    }
    offset = start + size + (size & 1);
  }
  throw new Error(`${path} has no data`);
}

/** Goertzel's algorithm: amplitude of one frequency, 0 to 1. */
export function toneAmplitude(samples: Float32Array, sampleRateHz: number, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / sampleRateHz);
  let previous = 0;
  let beforePrevious = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
  }
  const power = previous * previous + beforePrevious * beforePrevious - coefficient * previous * beforePrevious;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}

function meanSquare(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : sum / samples.length;
}

/** What {@link toneIn} found, over all windows that are not silence. */
export interface ToneReport {
  /** Median share of the energy that the tone carries, 0 to 1; 0 when all is silence. */
  readonly share: number;
  /** How long the tone was there (share of at least {@link TONE_SHARE}). */
  readonly heardMs: number;
  /** How long there was any sound. */
  readonly soundMs: number;
}

/**
 * How strong a frequency is against everything else, window by window. Compares with
 * the energy of the same window, so that automatic gain and codecs do not matter.
 * @param sound a wav file or samples
 * @param windowS seconds; a note that is to be found must fill a whole window wherever it begins: half its length
 */
export function toneIn(sound: string | Sound, hz: number, windowS = WINDOW_S): ToneReport {
  const shares = sharesOf(sound, hz, windowS).filter((share) => share !== undefined);
  const sorted = [...shares].sort((a, b) => a - b);
  return {
    share: sorted[Math.floor(sorted.length / 2)] ?? 0,
    heardMs: shares.filter((share) => share >= TONE_SHARE).length * windowS * 1_000,
    soundMs: shares.length * windowS * 1_000,
  };
}

/** What {@link toneIn} looked at, window by window, for a person: `t` is the tone, `x` other sound, `.` silence. */
export function toneStrip(sound: string | Sound, hz: number, windowS = WINDOW_S): string {
  return sharesOf(sound, hz, windowS)
    .map((share) => (share === undefined ? '.' : share >= TONE_SHARE ? 't' : 'x'))
    .join('');
}

/** The tone's share of each window's energy; undefined for silence. */
function sharesOf(sound: string | Sound, hz: number, windowS: number): readonly (number | undefined)[] {
  const { samples, sampleRateHz } = typeof sound === 'string' ? readWav(sound) : sound;
  const length = Math.round(sampleRateHz * windowS);
  const shares: (number | undefined)[] = [];
  for (let start = 0; start + length <= samples.length; start += length) {
    const window = samples.subarray(start, start + length);
    const energy = meanSquare(window);
    const amplitude = toneAmplitude(window, sampleRateHz, hz);
    shares.push(Math.sqrt(energy) < SILENCE_RMS ? undefined : Math.min(1, (amplitude * amplitude) / 2 / energy));
  }
  return shares;
}

/** Two frequencies of this run, far from each other and from each other's harmonics, of whole hertz. */
export function twoTones(random: () => number = Math.random): readonly [number, number] {
  const low = 400 + Math.floor(random() * 150);
  const high = 1_250 + Math.floor(random() * 100) * 4 + 3;
  const isNearHarmonic = (factor: number): boolean => Math.abs(high - factor * low) < 40;
  return isNearHarmonic(2) || isNearHarmonic(3) || isNearHarmonic(4) ? twoTones(random) : [low, high];
}
