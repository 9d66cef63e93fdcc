import { Core } from 'sip.js';
import { authorize } from './digest.ts';
import type { DigestChallenge, DigestCredentials } from './digest.ts';
import type { DigestMemory } from './digest-memory.ts';

/** Gives SIP.js, which knows MD5 only, the digest of digest.ts. One object answers the challenges of one request. */
export class SipJsDigest extends Core.DigestAuthentication {
  readonly #credentials: DigestCredentials;
  readonly #memory: DigestMemory;
  #header = '';

  /** `memory` counts the uses of nonces across all requests. */
  constructor(loggerFactory: Core.LoggerFactory, credentials: DigestCredentials, memory: DigestMemory) {
    super(loggerFactory, undefined, credentials.username, undefined);
    this.#credentials = credentials;
    this.#memory = memory;
  }

  override authenticate(request: Core.OutgoingRequestMessage, challenge: unknown): boolean {
    const parsed = fromGrammar(challenge);
    if (parsed === undefined) return false;
    const target = { method: request.method, uri: request.ruri.toRaw() };
    const header = authorize(parsed, this.#credentials, target, this.#memory.count(parsed.nonce));
    if (header === undefined) return false;
    this.#header = header;
    return true;
  }

  override toString(): string {
    return this.#header;
  }
}

/** The challenge as SIP.js's grammar leaves it. */
function fromGrammar(value: unknown): DigestChallenge | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = new Map<string, unknown>(Object.entries(value));
  const text = (name: string): string | undefined => {
    const field = fields.get(name);
    return typeof field === 'string' ? field : undefined;
  };
  const realm = text('realm');
  const nonce = text('nonce');
  if (realm === undefined || nonce === undefined) return undefined;
  const qop = fields.get('qop');
  const opaque = text('opaque');
  const algorithm = text('algorithm');
  return {
    realm,
    nonce,
    qop: (Array.isArray(qop) ? qop : [qop]).filter((option) => typeof option === 'string'),
    stale: fields.get('stale') === true,
    ...(opaque === undefined ? {} : { opaque }),
    ...(algorithm === undefined ? {} : { algorithm }),
  };
}
