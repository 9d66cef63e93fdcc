import { createHash } from 'node:crypto';

/** Stable and opaque: the same address gives the same id on every computer, and the id does not show the address. */
export function accountIdOf(address: string): string {
  return createHash('sha256').update(`parley account ${address.toLowerCase()}`).digest('base64url').slice(0, 22);
}

/** Lower case, no white space; undefined when it is not `user@domain`. */
export function normalizedAddress(address: string): string | undefined {
  const clean = address.trim().toLowerCase();
  return /^[^@\s/]+@[^@\s/]+$/.test(clean) ? clean : undefined;
}
