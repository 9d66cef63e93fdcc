import { createHash } from 'node:crypto';
import type { PhoneNumber } from '../../src-shared/model/contact.ts';

/** A person as the directory describes one. */
export interface DirectoryEntry {
  /** `dn:` and a hash of the DN: stable while the entry is not renamed. */
  readonly id: string;
  readonly dn: string;
  readonly name: string;
  readonly jid?: string;
  readonly mail?: string;
  readonly title?: string;
  readonly department?: string;
  readonly company?: string;
  readonly office?: string;
  /** E.164 numbers and extensions, as the directory writes them. */
  readonly numbers: readonly PhoneNumber[];
  readonly hasPhoto: boolean;
  /** Other texts the entry is found by: login name, given name, surname. */
  readonly aliases: readonly string[];
}

/** A photo whose first bytes say what it is. */
export interface Photo {
  readonly mimeType: 'image/jpeg' | 'image/png';
  readonly bytes: Buffer;
}

/** Id of the entry with this DN; DNs are compared without regard to case (RFC 4514 leaves it to the matching rule). */
export function personIdOf(dn: string): string {
  return `dn:${createHash('sha256').update(dn.normalize('NFC').toLowerCase()).digest('base64url').slice(0, 27)}`;
}

/** Larger photos are not shown: they would be fetched for every card. */
export const maxPhotoBytes = 200 * 1024;

/** The photo, when the bytes are a JPEG or PNG file of sensible size; what attributes claim is not believed. */
export function readPhoto(bytes: Buffer): Photo | undefined {
  if (bytes.length > maxPhotoBytes || bytes.length < 16) return undefined;
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return { mimeType: 'image/jpeg', bytes };
  const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return bytes.subarray(0, 8).equals(pngSignature) ? { mimeType: 'image/png', bytes } : undefined;
}
