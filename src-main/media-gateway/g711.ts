/** ITU-T G.711, mu law: 16-bit samples as one byte each. */

/** Added before the logarithm, so that small values keep their resolution. */
const bias = 0x84;
const loudest = 32_635;

const decoded = Int16Array.from({ length: 256 }, (_none, byte) => {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + bias) << ((value & 0x70) >> 4);
  return (value & 0x80) === 0 ? magnitude - bias : bias - magnitude;
});

export const decodeMuLaw = (byte: number): number => decoded[byte] ?? 0;

export function encodeMuLaw(sample: number): number {
  const biased = Math.min(loudest, Math.abs(sample)) + bias;
  const exponent = Math.max(0, 24 - Math.clz32(biased));
  const mantissa = (biased >> (exponent + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}
