import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { imLimits } from './im-limits.ts';

const pbkdf2Async = promisify(pbkdf2);

interface ScramMechanism {
  readonly name: 'SCRAM-SHA-256' | 'SCRAM-SHA-1';
  readonly hash: 'sha256' | 'sha1';
  readonly bytes: number;
}

/** Strongest first. PLAIN is not among them and never will be: a server that asks for it gets no password. */
const mechanisms: readonly ScramMechanism[] = [
  { name: 'SCRAM-SHA-256', hash: 'sha256', bytes: 32 },
  { name: 'SCRAM-SHA-1', hash: 'sha1', bytes: 20 },
];

/** The server does not keep to RFC 5802, or does not know the password itself. Never sign in there. */
export class ScramError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ScramError';
  }
}

export interface ScramCredentials {
  readonly user: string;
  readonly password: string;
}

/**
 * SASLprep (RFC 4013) as far as it changes what people type: other spaces become a space, characters "commonly
 * mapped to nothing" go, and the rest is normalized (NFKC).
 */
export function saslPrep(text: string): string {
  return text
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g, '')
    .normalize('NFKC');
}

/** One sign-in by SCRAM (RFC 5802; RFC 7677 for SHA-256), without channel binding. */
export class ScramClient {
  readonly mechanism: string;
  readonly #mechanism: ScramMechanism;
  readonly #credentials: ScramCredentials;
  readonly #clientNonce: string;
  #firstBare = '';
  #serverSignature: Buffer | undefined;

  constructor(mechanism: ScramMechanism, credentials: ScramCredentials, clientNonce: string) {
    this.mechanism = mechanism.name;
    this.#mechanism = mechanism;
    this.#credentials = credentials;
    this.#clientNonce = clientNonce;
  }

  /** The strongest mechanism of those offered; undefined when none is SCRAM. */
  static choose(
    offered: readonly string[],
    credentials: ScramCredentials,
    clientNonce = randomBytes(24).toString('base64'),
  ): ScramClient | undefined {
    const mechanism = mechanisms.find((candidate) => offered.includes(candidate.name));
    return mechanism && new ScramClient(mechanism, credentials, clientNonce);
  }

  /** client-first-message */
  first(): string {
    const user = saslPrep(this.#credentials.user).replace(/=/g, '=3D').replace(/,/g, '=2C');
    this.#firstBare = `n=${user},r=${this.#clientNonce}`;
    return `n,,${this.#firstBare}`;
  }

  /**
   * client-final-message for a server-first-message. The hashing runs outside the loop (native, in the thread pool).
   * @throws ScramError
   */
  async final(serverFirst: string): Promise<string> {
    const attributes = parseAttributes(serverFirst);
    const nonce = attributes.get('r') ?? '';
    const salt = Buffer.from(attributes.get('s') ?? '', 'base64');
    const iterations = Number(attributes.get('i'));
    if (attributes.has('m')) throw new ScramError('the server demands an unknown extension');
    if (!nonce.startsWith(this.#clientNonce) || nonce === this.#clientNonce) {
      throw new ScramError('the server answered another nonce than ours');
    }
    if (salt.length === 0) throw new ScramError('the server sent no salt');
    if (
      !Number.isInteger(iterations) ||
      iterations < imLimits.scramMinIterations ||
      iterations > imLimits.scramMaxIterations
    ) {
      throw new ScramError(`the server asks for ${attributes.get('i') ?? 'no'} iterations`);
    }
    const { hash, bytes } = this.#mechanism;
    const salted = await pbkdf2Async(saslPrep(this.#credentials.password), salt, iterations, bytes, hash);
    const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();
    const clientKey = hmac(salted, 'Client Key');
    const storedKey = createHash(hash).update(clientKey).digest();
    const withoutProof = `c=biws,r=${nonce}`;
    const authMessage = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const signature = hmac(storedKey, authMessage);
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), authMessage);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /**
   * Checks the server-final-message: a server that does not know our password cannot have made it.
   * @throws ScramError
   */
  verify(serverFinal: string): void {
    const attributes = parseAttributes(serverFinal);
    const signature = Buffer.from(attributes.get('v') ?? '', 'base64');
    const expected = this.#serverSignature;
    if (expected === undefined || signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw new ScramError('the server could not prove that it knows the password');
    }
  }
}

function parseAttributes(message: string): ReadonlyMap<string, string> {
  return new Map(
    message
      .split(',')
      .filter((part) => part[1] === '=')
      .map((part) => [part.charAt(0), part.slice(2)] as const),
  );
}
