import { describe, expect, test } from 'vitest';
import { bytesOfBase64, waveform } from './waveform.ts';

describe('the picture of a recording', () => {
  test('its loudest part is 1, silence is 0', () => {
    const samples = new Float32Array(400);
    samples.fill(0.1, 100, 200);
    samples.fill(0.4, 200, 300);
    const levels = waveform(samples, 4);
    expect(levels.map((level) => Number(level.toFixed(2)))).toEqual([0, 0.25, 1, 0]);
  });
  test('a click does not look as loud as speech', () => {
    const samples = new Float32Array(200);
    samples[10] = 1;
    samples.fill(0.5, 100);
    const [click, speech] = waveform(samples, 2);
    expect(click ?? 1).toBeLessThan((speech ?? 0) / 2);
  });
  test('silence stays flat, and a recording shorter than the picture does no harm', () => {
    expect(waveform(new Float32Array(100), 4)).toEqual([0, 0, 0, 0]);
    expect(waveform(new Float32Array(2), 4)).toHaveLength(4);
  });
});

test('base64 becomes the bytes it stands for', () => {
  expect([...bytesOfBase64('AP8Q')]).toEqual([0, 255, 16]);
});
