import type { BodyAndContentType, SessionDescriptionHandler } from 'sip.js';
import type { MediaSession, NegotiatedMedia } from '../media-gateway/media.ts';

/**
 * Offer and answer (RFC 3264) between SIP.js and a media session:
 *
 *   idle --getDescription--> offered --setDescription(answer)--> idle     (negotiated)
 *   idle --setDescription(offer)--> asked --getDescription--> idle        (negotiated)
 *   offered --rollback--> idle
 */
export class SdpExchange implements SessionDescriptionHandler {
  readonly #session: MediaSession;
  readonly #negotiated: (media: NegotiatedMedia) => void;
  #offered = false;
  #theirOffer: string | undefined;
  /** Why the last exchange failed; SIP.js does not tell. */
  #failure: unknown;

  constructor(session: MediaSession, negotiated: (media: NegotiatedMedia) => void) {
    this.#session = session;
    this.#negotiated = negotiated;
  }

  get failure(): unknown {
    return this.#failure;
  }

  hasDescription(contentType: string): boolean {
    return /^application\/sdp\b/i.test(contentType);
  }

  async getDescription(): Promise<BodyAndContentType> {
    const offer = this.#theirOffer;
    if (offer === undefined) {
      const sdp = await this.#noting(this.#session.createOffer());
      this.#offered = true;
      return { body: sdp, contentType: 'application/sdp' };
    }
    this.#theirOffer = undefined;
    const { sdp, negotiated } = await this.#noting(this.#session.createAnswer(offer));
    this.#negotiated(negotiated);
    return { body: sdp, contentType: 'application/sdp' };
  }

  async setDescription(sdp: string): Promise<void> {
    if (!this.#offered) {
      this.#theirOffer = sdp;
      return;
    }
    this.#offered = false;
    this.#negotiated(await this.#noting(this.#session.acceptAnswer(sdp)));
  }

  /** Early media (RFC 3960): the answer of an 18x, which the 2xx may replace. */
  async earlyAnswer(sdp: string): Promise<void> {
    if (this.#offered) this.#negotiated(await this.#session.acceptAnswer(sdp));
  }

  rollbackDescription(): Promise<void> {
    this.#offered = false;
    this.#theirOffer = undefined;
    return Promise.resolve();
  }

  /** Digits go by the media session itself. */
  sendDtmf(): boolean {
    return false;
  }

  /** The media session belongs to the call, which closes it. */
  close(): void {
    this.#offered = false;
    this.#theirOffer = undefined;
  }

  async #noting<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}
