/**
 * The SRTP crypto suites that Parley knows, by their names in SDP: RFC 4568 section 6.2 (AES counter mode with 128 bits),
 * RFC 6188 section 4 (256 bits), RFC 7714 section 14 (Galois/counter mode).
 */
export interface SrtpSuite {
  readonly name: string;
  readonly mode: 'counter' | 'galois';
  readonly masterKeyBytes: 16 | 32;
  readonly masterSaltBytes: 12 | 14;
  /** Authentication tag of RTP. */
  readonly rtpTagBytes: number;
  /** Of RTCP: the short tag of `_32` is for RTP only (RFC 4568 section 6.2.2). */
  readonly rtcpTagBytes: number;
}

/** In our order of preference: authenticated encryption first, the short tag last. */
export const srtpSuites: readonly SrtpSuite[] = [
  suite('AEAD_AES_256_GCM', 'galois', 32, 16, 16),
  suite('AEAD_AES_128_GCM', 'galois', 16, 16, 16),
  suite('AES_256_CM_HMAC_SHA1_80', 'counter', 32, 10, 10),
  suite('AES_CM_128_HMAC_SHA1_80', 'counter', 16, 10, 10),
  suite('AES_CM_128_HMAC_SHA1_32', 'counter', 16, 4, 10),
];

/** The suite of this name; names compare exactly (RFC 4568 section 9.1). */
export function srtpSuite(name: string): SrtpSuite | undefined {
  return srtpSuites.find((candidate) => candidate.name === name);
}

/** Bytes of master key and salt together: what stands behind `inline:`. */
export const keyingBytes = (of: SrtpSuite): number => of.masterKeyBytes + of.masterSaltBytes;

function suite(
  name: string,
  mode: SrtpSuite['mode'],
  masterKeyBytes: 16 | 32,
  rtpTagBytes: number,
  rtcpTagBytes: number,
): SrtpSuite {
  return { name, mode, masterKeyBytes, masterSaltBytes: mode === 'galois' ? 12 : 14, rtpTagBytes, rtcpTagBytes };
}
