import { authorize, digestStrength, parseChallenge } from './digest.ts';
import type { DigestChallenge, DigestCredentials } from './digest.ts';
import { headerKey, headerValue, isResponse, methodOf, statusCode } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

/** Which header a challenge is answered with: 401 asks for the one, 407 for the other (RFC 3261 sections 22.2, 22.3). */
type AnswerHeader = 'Authorization' | 'Proxy-Authorization';

const challengeHeaders: Readonly<Record<number, { readonly asks: string; readonly answer: AnswerHeader }>> = {
  401: { asks: 'www-authenticate', answer: 'Authorization' },
  407: { asks: 'proxy-authenticate', answer: 'Proxy-Authorization' },
};
/** RFC 7616 section 3.5; the proxy's counterpart is its section 3.8. */
const nextNonceHeaders: Readonly<Record<AnswerHeader, string>> = {
  Authorization: 'authentication-info',
  'Proxy-Authorization': 'proxy-authentication-info',
};
/** Nonces whose uses are counted; older ones are not seen again. */
const countedNonces = 16;
/** Refusals in a row after which this server is taken for one whose nonces are good for one request only. */
const refusalsInARow = 2;
/** Requests sent ahead whose answers are awaited; more are not under way at once. */
const requestsUnderWay = 32;

/**
 * What one server's challenges were, so that the next request carries its credentials at once and the server need not
 * ask (RFC 7616 section 3.6): a call then leaves one round trip earlier. Each use of a nonce has a higher count
 * (RFC 7616 section 3.4). A nonce that is no longer good is answered by a new challenge, which SIP.js answers as any
 * other; the new nonce is kept from then on.
 *
 *   nothing --challenged--> known --next request--> sent ahead --any other answer--> known
 *   sent ahead --challenged again--> known (with the new nonce); the second time in a row --> given up
 *   any --forget (another connection)--> nothing
 *
 * Only methods that this server has challenged before, and only requests outside of a dialog: nothing is told to a
 * server that would not have asked.
 */
export class DigestMemory {
  readonly #credentials: DigestCredentials;
  readonly #challenges = new Map<AnswerHeader, DigestChallenge>();
  readonly #methods = new Map<string, AnswerHeader>();
  readonly #counts = new Map<string, number>();
  /** `Call-ID CSeq` of requests that were sent ahead of a challenge and have no answer yet. */
  readonly #ahead = new Set<string>();
  #refusals = 0;
  #uses = 0;

  constructor(credentials: DigestCredentials) {
    this.#credentials = credentials;
  }

  /** Rises with each use of a nonce and with all that is learned: credentials that were made before are no longer good. */
  get uses(): number {
    return this.#uses;
  }

  /** How often this nonce has been used, this time included. */
  count(nonce: string): number {
    this.#uses += 1;
    const next = (this.#counts.get(nonce) ?? 0) + 1;
    this.#counts.delete(nonce);
    this.#counts.set(nonce, next);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > countedNonces && oldest !== undefined) this.#counts.delete(oldest);
    return next;
  }

  /** Another connection, perhaps to another server: what the last one asked does not count there. */
  forget(): void {
    this.#uses += 1;
    this.#challenges.clear();
    this.#methods.clear();
    this.#ahead.clear();
    this.#refusals = 0;
  }

  /** The request with its credentials, where the server would ask for them; otherwise as it is. */
  ahead(request: SipMessage): SipMessage {
    const name = this.#refusals < refusalsInARow ? this.#methods.get(methodOf(request)) : undefined;
    const challenge = name === undefined ? undefined : this.#challenges.get(name);
    if (name === undefined || challenge === undefined || !isOutsideDialog(request) || isAuthorized(request)) {
      return request;
    }
    const uri = request.startLine.split(' ')[1] ?? '';
    const target = { method: methodOf(request), uri };
    const value = authorize(challenge, this.#credentials, target, this.count(challenge.nonce));
    if (value === undefined) return request;
    if (this.#ahead.size >= requestsUnderWay) this.#ahead.clear();
    this.#ahead.add(requestKey(request));
    return { ...request, headers: [...request.headers, { name, value }] };
  }

  /** Learns from an answer: a challenge, a next nonce, or that credentials sent ahead were taken. */
  learn(response: SipMessage): void {
    if (!isResponse(response)) return;
    const status = statusCode(response);
    if (status === 100) return;
    const wasAhead = this.#ahead.delete(requestKey(response));
    const asked = challengeHeaders[status];
    if (asked !== undefined) {
      if (wasAhead) this.#refusals += 1;
      this.#challenged(methodOf(response), asked.answer, headerValue(response, asked.asks));
      return;
    }
    if (wasAhead) this.#refusals = 0;
    for (const [name, header] of Object.entries(nextNonceHeaders) as [AnswerHeader, string][]) {
      const next = /(?:^|[\s,])nextnonce[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/i.exec(
        headerValue(response, header) ?? '',
      )?.[1];
      const challenge = this.#challenges.get(name);
      if (next === undefined || challenge === undefined) continue;
      this.#uses += 1;
      this.#challenges.set(name, { ...challenge, nonce: next });
    }
  }

  #challenged(method: string, name: AnswerHeader, value: string | undefined): void {
    const challenge = value === undefined ? undefined : parseChallenge(value);
    if (challenge === undefined || digestStrength(challenge) === 0) return;
    this.#uses += 1;
    // RFC 7616 section 3.4.2: what -sess hashes is bound to the first answer to a challenge.
    if (/-sess$/i.test(challenge.algorithm ?? '')) this.#challenges.delete(name);
    else this.#challenges.set(name, challenge);
    this.#methods.set(method, name);
  }
}

/** Without a tag in To the request begins something (RFC 3261 section 12.2.1.1); ACK and CANCEL are never challenged. */
function isOutsideDialog(request: SipMessage): boolean {
  const method = methodOf(request);
  return (
    !isResponse(request) &&
    method !== 'ACK' &&
    method !== 'CANCEL' &&
    !/;[ \t]*tag[ \t]*=/i.test(headerValue(request, 'to') ?? '')
  );
}

function isAuthorized(request: SipMessage): boolean {
  return request.headers.some(({ name }) => /^(?:proxy-)?authorization$/.test(headerKey(name)));
}

function requestKey(message: SipMessage): string {
  return `${headerValue(message, 'call-id') ?? ''} ${headerValue(message, 'cseq') ?? ''}`;
}
