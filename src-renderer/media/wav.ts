/** Bytes of the head of a WAV file (RIFF, `fmt ` of 16 bytes, `data`). */
export const wavHeadBytes = 44;

/**
 * The head of a WAV file of 16 bit PCM, one channel. Its sizes are those of a file without an end, which players take
 * for "as long as there is"; whoever closes the file writes the true ones.
 */
export function wavHead(sampleRateHz: number): Uint8Array<ArrayBuffer> {
  const head = new DataView(new ArrayBuffer(wavHeadBytes));
  // The names of the parts, four letters each.
  head.setUint32(0, 0x5249_4646); // RIFF
  head.setUint32(4, 0xffff_ffff, true);
  head.setUint32(8, 0x5741_5645); // WAVE
  head.setUint32(12, 0x666d_7420); // fmt
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, sampleRateHz, true);
  head.setUint32(28, sampleRateHz * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  head.setUint32(36, 0x6461_7461); // data
  head.setUint32(40, 0xffff_ffff, true);
  return new Uint8Array(head.buffer);
}

/** Samples from -1 to 1 as 16 bit little endian; louder ones are cut there. */
export function pcm16(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(new ArrayBuffer(samples.length * 2));
  samples.forEach((sample, index) => {
    const cut = Math.max(-1, Math.min(1, sample));
    bytes.setInt16(index * 2, Math.round(cut * 0x7fff), true);
  });
  return new Uint8Array(bytes.buffer);
}
