import { expect, test } from 'vitest';
import { pcm16, wavHead, wavHeadBytes } from './wav.ts';

test('the head says 16 bit PCM in one channel, and leaves the sizes open', () => {
  const head = Buffer.from(wavHead(48_000));
  expect(head).toHaveLength(wavHeadBytes);
  expect(head.toString('latin1', 0, 4) + head.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
  expect([head.readUInt16LE(20), head.readUInt16LE(22), head.readUInt32LE(24)]).toEqual([1, 1, 48_000]);
  expect([head.readUInt32LE(28), head.readUInt16LE(32), head.readUInt16LE(34)]).toEqual([96_000, 2, 16]);
  expect([head.readUInt32LE(4), head.readUInt32LE(40)]).toEqual([0xffff_ffff, 0xffff_ffff]);
});

test('samples are cut where they are too loud, never wrapped round', () => {
  const bytes = Buffer.from(pcm16(new Float32Array([0, 1, -1, 2, -3, 0.5])));
  const values = Array.from({ length: 6 }, (_nothing, index) => bytes.readInt16LE(index * 2));
  expect(values).toEqual([0, 32_767, -32_767, 32_767, -32_767, 16_384]);
});
