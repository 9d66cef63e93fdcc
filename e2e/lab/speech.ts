import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheKey, cachedFolder } from './cache.ts';
import { requireBinary } from './packages.ts';
import { run } from './run.ts';

/** 16-bit PCM, one channel, at the telephone's rate: what Asterisk's `format=wav` writes. */
const SAMPLE_RATE_HZ = 8_000;
const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/** A spoken sentence as a wav file. */
export interface Speech {
  readonly wav: Buffer;
  readonly durationMs: number;
}

/**
 * Speaks a sentence with espeak-ng at 8 kHz, 16 bit, mono; cached by text and voice.
 * @param voice espeak-ng's name, such as `en-gb` or `en-us+f3`
 */
export async function speak(text: string, voice: string): Promise<Speech> {
  const folder = await cachedFolder(`speech-${cacheKey(text, voice)}`, async (draft) => {
    const spoken = await run(requireBinary('espeak-ng'), ['-v', voice, '-s', '160', '--stdout', text]);
    const source = join(draft, 'spoken.wav');
    writeFileSync(source, spoken);
    // -G guards against clipping while it resamples
    await run(requireBinary('sox'), [
      ...['-G', '--ignore-length', source, '-r', String(SAMPLE_RATE_HZ), '-c', '1', '-b', '16', '-e', 'signed-integer'],
      join(draft, 'speech.wav'),
    ]);
  });
  const wav = readFileSync(join(folder, 'speech.wav'));
  const samples = (wav.length - HEADER_BYTES) / BYTES_PER_SAMPLE;
  return { wav, durationMs: Math.round((samples / SAMPLE_RATE_HZ) * 1_000) };
}
