import { randomBytes } from 'node:crypto';
import { keyingBytes, srtpSuite, srtpSuites, type SrtpSuite } from './srtp-suites.ts';

/** One key of SDP security descriptions (RFC 4568): what its sender encrypts with. */
export interface SdesKey {
  /** Tells keys of one m-line apart (section 4.1); the answer repeats the one it takes. */
  readonly tag: number;
  readonly suite: SrtpSuite;
  /** Master key and salt. A secret: never to a log. */
  readonly keying: Buffer;
}

/**
 * Reads the value of `a=crypto`. Undefined for what we cannot honour, which then counts as not offered (section 5.1.2):
 * unknown suites, several keys, a key identifier (MKI), and session parameters that are not optional.
 */
export function parseSdesKey(value: string): SdesKey | undefined {
  const [tagText = '', suiteName = '', parameters = '', ...session] = value.trim().split(/ +/);
  const suite = srtpSuite(suiteName);
  // Section 9.1: inline:<key and salt>["|" lifetime]["|" MKI ":" length]; the lifetime is a bound that calls never reach.
  const inline = /^inline:([A-Za-z0-9+/]{1,128}={0,2})(?:\|(?:2\^)?\d{1,15})?$/.exec(parameters);
  if (!/^\d{1,9}$/.test(tagText) || suite === undefined || inline === null) return undefined;
  // Section 6.3: a window size hint binds nobody, and a parameter that begins with `-` may be left out.
  if (!session.every((parameter) => parameter.startsWith('-') || /^WSH=\d{1,9}$/.test(parameter))) return undefined;
  const keying = Buffer.from(inline[1] ?? '', 'base64');
  return keying.length === keyingBytes(suite) ? { tag: Number(tagText), suite, keying } : undefined;
}

/** The value of `a=crypto` for a key. */
export function formatSdesKey({ tag, suite, keying }: SdesKey): string {
  return `${tag} ${suite.name} inline:${keying.toString('base64')}`;
}

/** A fresh key for each suite of these names, or for each that we know; tags count from 1. */
export function newSdesKeys(names?: readonly string[]): readonly SdesKey[] {
  const suites = names === undefined ? srtpSuites : names.flatMap((name) => srtpSuite(name) ?? []);
  return suites.map((suite, index) => ({ tag: index + 1, suite, keying: randomBytes(keyingBytes(suite)) }));
}

/** The first key of an offer that we can take, in the offer's order (section 5.1.2). */
export function chooseSdesKey(offered: readonly string[], names?: readonly string[]): SdesKey | undefined {
  for (const value of offered) {
    const key = parseSdesKey(value);
    if (key !== undefined && (names === undefined || names.includes(key.suite.name))) return key;
  }
  return undefined;
}
