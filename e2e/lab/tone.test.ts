import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeTone, readWav, toneIn, toneStrip, twoTones, writeToneWav } from './tone.ts';
import type { Sound } from './tone.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-tone-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function noise(amplitude: number, seconds: number, sampleRateHz: number): Sound {
  let state = 1;
  const samples = new Float32Array(seconds * sampleRateHz).map(() => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
  return { samples, sampleRateHz };
}

function mix(a: Sound, b: Sound): Sound {
  return { samples: a.samples.map((sample, index) => sample + (b.samples[index] ?? 0)), sampleRateHz: a.sampleRateHz };
}

describe('the tone analyser', () => {
  test('finds a tone that is there and no other', () => {
    const sound = makeTone(523, 2, 8_000);
    const report = toneIn(sound, 523);
    expect(report.share).toBeCloseTo(1, 2);
    expect(report).toMatchObject({ heardMs: 2_000, soundMs: 2_000 });
    for (const hz of [440, 500, 545, 1_046, 1_303]) expect(toneIn(sound, hz).heardMs).toBe(0);
  });

  test('tells the two tones of every run apart, at telephone rate', () => {
    for (let run = 0; run < 50; run += 1) {
      const [low, high] = twoTones();
      expect(toneIn(makeTone(low, 1, 8_000), high).share).toBeLessThan(0.01);
      expect(toneIn(makeTone(high, 1, 8_000), low).share).toBeLessThan(0.01);
    }
  });

  test('hears no tone in silence and in noise', () => {
    expect(toneIn({ samples: new Float32Array(8_000), sampleRateHz: 8_000 }, 440)).toEqual({
      share: 0,
      heardMs: 0,
      soundMs: 0,
    });
    const report = toneIn(noise(0.3, 2, 8_000), 440);
    expect(report.soundMs).toBe(2_000);
    expect(report.heardMs).toBe(0);
  });

  test('finds a quiet tone and one under moderate noise', () => {
    const quiet = makeTone(440, 1, 8_000);
    expect(toneIn({ ...quiet, samples: quiet.samples.map((sample) => sample * 0.05) }, 440).share).toBeGreaterThan(0.9);
    expect(toneIn(mix(makeTone(440, 1, 8_000), noise(0.2, 1, 8_000)), 440).heardMs).toBe(1_000);
  });

  test('counts how long the tone lasted', () => {
    const tone = makeTone(440, 3, 8_000);
    const sound = { ...tone, samples: tone.samples.map((sample, index) => (index < 8_000 ? 0 : sample)) };
    expect(toneIn(sound, 440).heardMs).toBe(2_000);
  });

  test('hears a tone in short pieces though packets of it come late', () => {
    const tone = makeTone(525, 2, 8_000).samples;
    const packet = (index: number): Float32Array => tone.subarray(index * 160, (index + 1) * 160);
    // One of each five, 20 ms long, changes places with the next one.
    const samples = new Float32Array(tone.length);
    for (let index = 0; index < 100; index += 1)
      samples.set(packet(index + (index % 5 === 0 ? 1 : index % 5 === 1 ? -1 : 0)), index * 160);
    const sound = { samples, sampleRateHz: 8_000 };
    expect(toneIn(sound, 525).heardMs).toBe(0);
    expect(toneIn(sound, 525, 0.05).heardMs).toBeGreaterThanOrEqual(750);
  });

  test('shows window by window where the tone, another sound and silence were', () => {
    const parts = [makeTone(440, 0.5, 8_000), makeTone(1_300, 0.25, 8_000), makeTone(440, 0.25, 8_000)];
    const samples = Float32Array.from([...new Float32Array(2_000), ...parts.flatMap((part) => [...part.samples])]);
    expect(toneStrip({ samples, sampleRateHz: 8_000 }, 440)).toBe('.ttxt');
  });
});

describe('wav files', () => {
  test('a written microphone reads back as 48 kHz with its tone', () => {
    const path = join(folder, 'microphone.wav');
    writeToneWav(path, 700, 1);
    const sound = readWav(path);
    expect(sound.sampleRateHz).toBe(48_000);
    expect(sound.samples).toHaveLength(48_000);
    expect(toneIn(path, 700).share).toBeCloseTo(1, 2);
  });

  test('a recording whose header is ahead of its data counts to its end', () => {
    const path = join(folder, 'open.wav');
    writeToneWav(path, 700, 2);
    truncateSync(path, 44 + 48_000 * 2);
    expect(toneIn(path, 700).heardMs).toBe(1_000);
  });

  test('something else is refused', () => {
    const path = join(folder, 'no.wav');
    writeFileSync(path, 'this is not sound at all');
    expect(() => readWav(path)).toThrow('not a wav file');
  });
});
