import { expect, test } from 'vitest';
import { makeTone, toneIn } from './tone.ts';
import { openVoice, voiceFormats } from './voice.test-support.ts';
import type { VoiceName } from './voice.test-support.ts';

const fullScale = 32_767;

test.each(Object.keys(voiceFormats) as VoiceName[])('%s: a tone comes out as it went in', (name) => {
  const voice = openVoice(name);
  const { samples, sampleRateHz } = makeTone(440, 1, voice.sampleRateHz);
  const heard: number[] = [];
  for (let at = 0; at < samples.length; at += voice.samples) {
    const packet = Int16Array.from(samples.subarray(at, at + voice.samples), (value) => Math.round(value * fullScale));
    heard.push(...voice.decode(voice.encode(packet)));
  }
  voice.close();
  const sound = { samples: Float32Array.from(heard, (value) => value / fullScale), sampleRateHz };
  expect(heard).toHaveLength(samples.length);
  expect(toneIn(sound, 440).share).toBeGreaterThan(0.99);
  expect(Math.max(...sound.samples)).toBeCloseTo(0.5, 1);
});
