/** Bars of the picture. */
export const waveformBars = 110;

/**
 * Loudness over time as `bars` values from 0 to 1, the loudest part of the recording being 1.
 * `samples`: one channel, -1 to 1. Silence gives zeros.
 */
export function waveform(samples: Float32Array, bars: number = waveformBars): readonly number[] {
  const perBar = samples.length / bars;
  const levels: number[] = [];
  for (let bar = 0; bar < bars; bar += 1) {
    const from = Math.floor(bar * perBar);
    const to = Math.max(from + 1, Math.floor((bar + 1) * perBar));
    let sum = 0;
    let count = 0;
    for (let index = from; index < to && index < samples.length; index += 1) {
      const sample = samples[index] ?? 0;
      sum += sample * sample;
      count += 1;
    }
    // Root of the mean square: what the ear hears, where single peaks would make everything look loud.
    levels.push(count === 0 ? 0 : Math.sqrt(sum / count));
  }
  const loudest = Math.max(...levels);
  return loudest === 0 ? levels : levels.map((level) => level / loudest);
}

/** Base64 (RFC 4648 section 4) as bytes. */
export function bytesOfBase64(base64: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
