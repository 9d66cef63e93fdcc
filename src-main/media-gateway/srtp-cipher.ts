import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import type { SessionKeys } from './srtp-keys.ts';

/** One packet's place in its stream: SSRC and, in Galois mode, an index of 48 bits (RTP) or 31 (RTCP). */
export interface PacketPlace {
  readonly ssrc: number;
  /** Roll-over counter and sequence number (RFC 3711 section 3.3.1), or the SRTCP index (section 3.4). */
  readonly index: number;
}

/** What differs between counter and Galois mode. `clear` is authenticated, `secret` is encrypted as well. */
export interface PacketCipher {
  readonly tagBytes: number;
  /** `trailer` is authenticated behind the ciphertext (counter mode) or with the clear part (Galois mode). */
  seal(
    clear: Buffer,
    secret: Buffer,
    trailer: Buffer,
    place: PacketPlace,
  ): { readonly sealed: Buffer; readonly tag: Buffer };
  /** Undefined when the tag is not right. */
  open(clear: Buffer, sealed: Buffer, trailer: Buffer, tag: Buffer, place: PacketPlace): Buffer | undefined;
}

/** AES in counter mode with HMAC-SHA1 (RFC 3711 sections 4.1.1 and 4.2.1; RFC 6188). */
export class CounterCipher implements PacketCipher {
  readonly tagBytes: number;
  readonly #keys: SessionKeys;
  readonly #name: string;

  constructor(keys: SessionKeys, tagBytes: number) {
    this.#keys = keys;
    this.#name = `aes-${keys.cipherKey.length * 8}-ctr`;
    this.tagBytes = tagBytes;
  }

  seal(clear: Buffer, secret: Buffer, trailer: Buffer, place: PacketPlace): { sealed: Buffer; tag: Buffer } {
    const sealed = this.#apply(secret, place);
    return { sealed, tag: this.#tag(clear, sealed, trailer) };
  }

  open(clear: Buffer, sealed: Buffer, trailer: Buffer, tag: Buffer, place: PacketPlace): Buffer | undefined {
    // Authenticated first: what does not hold is not worth decrypting (section 3.3).
    return timingSafeEqual(this.#tag(clear, sealed, trailer), tag) ? this.#apply(sealed, place) : undefined;
  }

  #tag(clear: Buffer, sealed: Buffer, trailer: Buffer): Buffer {
    const hmac = createHmac('sha1', this.#keys.authKey).update(clear).update(sealed).update(trailer);
    return hmac.digest().subarray(0, this.tagBytes);
  }

  /** Encrypts and decrypts alike. */
  #apply(bytes: Buffer, { ssrc, index }: PacketPlace): Buffer {
    const iv = Buffer.alloc(16);
    this.#keys.salt.copy(iv);
    xorUInt32(iv, 4, ssrc);
    xorUInt48(iv, 8, index);
    return createCipheriv(this.#name, this.#keys.cipherKey, iv).update(bytes);
  }
}

/** AES in Galois/counter mode (RFC 7714). The trailer belongs to the associated data, behind the clear part. */
export class GaloisCipher implements PacketCipher {
  readonly tagBytes = 16;
  readonly #keys: SessionKeys;
  readonly #name: 'aes-128-gcm' | 'aes-256-gcm';

  constructor(keys: SessionKeys) {
    this.#keys = keys;
    this.#name = keys.cipherKey.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
  }

  seal(clear: Buffer, secret: Buffer, trailer: Buffer, place: PacketPlace): { sealed: Buffer; tag: Buffer } {
    const cipher = createCipheriv(this.#name, this.#keys.cipherKey, this.#iv(place));
    cipher.setAAD(trailer.length === 0 ? clear : Buffer.concat([clear, trailer]));
    const sealed = cipher.update(secret);
    cipher.final();
    return { sealed, tag: cipher.getAuthTag() };
  }

  open(clear: Buffer, sealed: Buffer, trailer: Buffer, tag: Buffer, place: PacketPlace): Buffer | undefined {
    const decipher = createDecipheriv(this.#name, this.#keys.cipherKey, this.#iv(place), { authTagLength: 16 });
    decipher.setAAD(trailer.length === 0 ? clear : Buffer.concat([clear, trailer]));
    decipher.setAuthTag(tag);
    const plain = decipher.update(sealed);
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    return plain;
  }

  /** Sections 8.1 and 9.1: two zero bytes, SSRC, index of 48 bits; all of it with the salt. */
  #iv({ ssrc, index }: PacketPlace): Buffer {
    const iv = Buffer.from(this.#keys.salt);
    xorUInt32(iv, 2, ssrc);
    xorUInt48(iv, 6, index);
    return iv;
  }
}

function xorUInt32(target: Buffer, offset: number, value: number): void {
  target.writeUInt32BE((target.readUInt32BE(offset) ^ value) >>> 0, offset);
}

function xorUInt48(target: Buffer, offset: number, value: number): void {
  xorUInt32(target, offset, Math.floor(value / 0x1_0000));
  target.writeUInt16BE((target.readUInt16BE(offset + 4) ^ value) & 0xffff, offset + 4);
}
