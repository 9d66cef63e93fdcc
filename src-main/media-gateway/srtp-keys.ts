import { createCipheriv } from 'node:crypto';
import { keyingBytes, type SrtpSuite } from './srtp-suites.ts';

/** Keys for one kind of packet in one direction. */
export interface SessionKeys {
  readonly cipherKey: Buffer;
  /** 14 bytes, or 12 in Galois mode. */
  readonly salt: Buffer;
  /** For HMAC-SHA1; empty in Galois mode, which authenticates by itself. */
  readonly authKey: Buffer;
}

/** RFC 3711 section 4.3.2. */
const labels = { rtp: { cipher: 0, auth: 1, salt: 2 }, rtcp: { cipher: 3, auth: 4, salt: 5 } } as const;
const authKeyBytes = 20;
/** The salt as the derivation wants it: 112 bits. */
const derivationSaltBytes = 14;

/**
 * The AES counter-mode keystream of RFC 3711 section 4.1.1.
 * @param iv 16 bytes
 */
export function counterKeystream(key: Buffer, iv: Buffer, bytes: number): Buffer {
  return createCipheriv(`aes-${key.length * 8}-ctr`, key, iv).update(Buffer.alloc(bytes));
}

/**
 * Session keys from master key and salt (RFC 3711 section 4.3, with a key derivation rate of 0; RFC 6188 section 3 for
 * 256 bits; RFC 7714 section 11, where the 96 bits of the salt are followed by zeros).
 * @param keying master key and master salt in one, as SDES carries them
 */
export function deriveSessionKeys(suite: SrtpSuite, keying: Buffer, kind: 'rtp' | 'rtcp'): SessionKeys {
  if (keying.length !== keyingBytes(suite)) throw new RangeError(`${suite.name} takes ${keyingBytes(suite)} bytes`);
  const masterKey = keying.subarray(0, suite.masterKeyBytes);
  const derive = (label: number, bytes: number): Buffer => {
    const iv = Buffer.alloc(16);
    keying.copy(iv, 0, suite.masterKeyBytes);
    iv[derivationSaltBytes - 7] = (iv[derivationSaltBytes - 7] ?? 0) ^ label;
    return counterKeystream(masterKey, iv, bytes);
  };
  return {
    cipherKey: derive(labels[kind].cipher, suite.masterKeyBytes),
    salt: derive(labels[kind].salt, suite.masterSaltBytes),
    authKey: suite.mode === 'counter' ? derive(labels[kind].auth, authKeyBytes) : Buffer.alloc(0),
  };
}
