import { createHash, randomBytes } from 'node:crypto';

/**
 * Digest authentication of SIP (RFC 3261 section 22, RFC 7616, RFC 8760): MD5, SHA-256, SHA-512-256 and
 * their -sess forms, `qop=auth` or none (RFC 2069). Pure, apart from the random client nonce.
 */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  /** As written; MD5 when absent. */
  readonly algorithm?: string;
  /** Offered protections; empty when the server knows none. */
  readonly qop: readonly string[];
  readonly stale: boolean;
}

export interface DigestCredentials {
  readonly username: string;
  readonly password: string;
}

const hashes: Readonly<Record<string, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' };
const strengths: Readonly<Record<string, number>> = { MD5: 1, 'SHA-256': 2, 'SHA-512-256': 3 };

/** Takes the value of WWW-Authenticate or Proxy-Authenticate apart; undefined when it is no usable Digest. */
export function parseChallenge(value: string): DigestChallenge | undefined {
  if (!/^digest[ \t]/i.test(value)) return undefined;
  const fields = new Map<string, string>();
  const parameter = /[ \t,]*([A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gy;
  parameter.lastIndex = 6;
  for (let match = parameter.exec(value); match !== null; match = parameter.exec(value)) {
    fields.set((match[1] ?? '').toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  const realm = fields.get('realm');
  const nonce = fields.get('nonce');
  if (realm === undefined || nonce === undefined) return undefined;
  const opaque = fields.get('opaque');
  const algorithm = fields.get('algorithm');
  const qop = (fields.get('qop') ?? '')
    .split(',')
    .map((option) => option.trim().toLowerCase())
    .filter((option) => option !== '');
  return {
    realm,
    nonce,
    qop,
    stale: fields.get('stale')?.toLowerCase() === 'true',
    ...(opaque === undefined ? {} : { opaque }),
    ...(algorithm === undefined ? {} : { algorithm }),
  };
}

/** 0: we cannot answer this challenge; otherwise the stronger the higher. */
export function digestStrength(challenge: DigestChallenge): number {
  if (challenge.qop.length > 0 && !challenge.qop.includes('auth')) return 0;
  return strengths[baseAlgorithm(challenge)] ?? 0;
}

function baseAlgorithm(challenge: DigestChallenge): string {
  return (challenge.algorithm ?? 'MD5').toUpperCase().replace(/-SESS$/, '');
}

/** Quoting of RFC 3261 section 25.1. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * The value of Authorization or Proxy-Authorization (RFC 7616 section 3.4); undefined when the challenge
 * uses what we cannot do. `nonceCount` starts at 1 and rises with each use of the same nonce.
 */
export function authorize(
  challenge: DigestChallenge,
  credentials: DigestCredentials,
  request: { readonly method: string; readonly uri: string },
  nonceCount: number,
  clientNonce: string = randomBytes(12).toString('base64url'),
): string | undefined {
  if (digestStrength(challenge) === 0) return undefined;
  const name = hashes[baseAlgorithm(challenge)];
  if (name === undefined) return undefined;
  const hash = (text: string): string => createHash(name).update(text).digest('hex');
  const session = /-sess$/i.test(challenge.algorithm ?? '');
  const withQop = challenge.qop.includes('auth');
  const secret = hash(`${credentials.username}:${challenge.realm}:${credentials.password}`);
  const ha1 = session ? hash(`${secret}:${challenge.nonce}:${clientNonce}`) : secret;
  const ha2 = hash(`${request.method}:${request.uri}`);
  const count = nonceCount.toString(16).padStart(8, '0');
  const response = withQop
    ? hash(`${ha1}:${challenge.nonce}:${count}:${clientNonce}:auth:${ha2}`)
    : hash(`${ha1}:${challenge.nonce}:${ha2}`);
  const parts = [
    `username=${quoted(credentials.username)}`,
    `realm=${quoted(challenge.realm)}`,
    `nonce=${quoted(challenge.nonce)}`,
    `uri=${quoted(request.uri)}`,
    `response="${response}"`,
  ];
  // Some old registrars refuse an algorithm that they did not name.
  if (challenge.algorithm !== undefined) parts.push(`algorithm=${challenge.algorithm}`);
  if (challenge.opaque !== undefined) parts.push(`opaque=${quoted(challenge.opaque)}`);
  if (withQop) parts.push('qop=auth', `nc=${count}`);
  // RFC 7616 section 3.3: -sess needs the client nonce even without qop.
  if (withQop || session) parts.push(`cnonce="${clientNonce}"`);
  return `Digest ${parts.join(', ')}`;
}
