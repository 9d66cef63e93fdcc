import type { SubscriptionRequest } from '../../src-shared/model/contact.ts';

export interface PresenceRequestsOptions {
  /** UTC milliseconds. */
  readonly now: () => number;
  /** Somebody asks, and has not asked before without an answer. */
  readonly arrived: (request: SubscriptionRequest) => void;
}

/** Requests of strangers kept; a flood of them must not fill the list. */
const maxRequests = 100;

/** People who ask to see our presence and have no answer yet (RFC 6121 section 3.1). */
export class PresenceRequests {
  readonly #options: PresenceRequestsOptions;
  readonly #open = new Map<string, SubscriptionRequest>();
  /** Without an answer, by whatever session: the server delivers them anew in each (section 3.1.3). */
  readonly #known = new Set<string>();

  constructor(options: PresenceRequestsOptions) {
    this.#options = options;
  }

  get all(): readonly SubscriptionRequest[] {
    return [...this.#open.values()];
  }

  has(jid: string): boolean {
    return this.#open.has(jid);
  }

  /** The server tells again of those that are open still. */
  sessionBegins(): void {
    this.#open.clear();
  }

  /** `name`: what they call themselves; may be empty. @returns whether the list changed */
  asked(jid: string, name: string): boolean {
    if (this.#open.has(jid) || this.#open.size >= maxRequests) return false;
    const receivedAtMs = this.#options.now();
    const request = name === '' ? { jid, receivedAtMs } : { jid, name, receivedAtMs };
    this.#open.set(jid, request);
    if (!this.#known.has(jid)) {
      if (this.#known.size >= maxRequests) this.#known.clear();
      this.#known.add(jid);
      this.#options.arrived(request);
    }
    return true;
  }

  /** Answered, or taken back. @returns whether the list changed */
  close(jid: string): boolean {
    this.#known.delete(jid);
    return this.#open.delete(jid);
  }
}
