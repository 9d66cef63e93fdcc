import type { BodyAndContentType, SessionDescriptionHandler } from 'sip.js';
import type { Clock } from '../../src-shared/clock.ts';
import type { MediaSession, NegotiatedMedia } from '../media-gateway/media.ts';

/** Hears what offer and answer come to. */
export interface SdpExchangeListener {
  /** An answer was read and will be applied: SIP may go on. */
  read(media: NegotiatedMedia): void;
  /** It is in force. */
  negotiated(media: NegotiatedMedia, offeredBy: 'us' | 'them'): void;
  /** An answer that SIP has already acknowledged cannot be used after all. */
  unusable(error: unknown): void;
}

/**
 * Offer and answer (RFC 3264) between SIP.js and a media session:
 *
 *   idle --getDescription--> offered --setDescription(answer)--> applying
 *   applying --in force--> idle                                           (negotiated)
 *   applying --failed--> idle                                             (unusable)
 *   idle --setDescription(offer)--> asked --getDescription--> idle        (negotiated)
 *   offered --rollback--> idle
 *   offered --earlyAnswer(reliable)--> settled                            (negotiated; the 2xx brings nothing new)
 *   settled --early answer failed--> offered                              (the 2xx is read for itself)
 *   settled --setDescription(answer of the 2xx)--> idle
 *   idle | settled --answerOffer (UPDATE)--> as it was                    (negotiated)
 *
 * An answer is read at once and applied behind that: SIP.js sends the ACK when `setDescription` resolves, and RFC 3261
 * section 13.2.2.4 wants the ACK without waiting for media. An answer that cannot be read rejects (SIP.js then sends ACK
 * and BYE); one that fails later ends the call. What comes next waits until it is in force.
 */
export class SdpExchange implements SessionDescriptionHandler {
  readonly #session: MediaSession;
  readonly #clock: Clock;
  readonly #listener: SdpExchangeListener;
  #offered = false;
  /** Their answer came in a reliable provisional answer: UPDATE may offer anew before the 2xx (RFC 3262 section 5). */
  #settled = false;
  #theirOffer: string | undefined;
  /** Their answer of an 18x, and what was taken from them last. */
  #early: string | undefined;
  /** The offer of a call that was expected. */
  #prepared: Promise<string> | undefined;
  #theirs: string | undefined;
  /** The last description of ours that both sides agreed on. */
  #agreedOwn: string | undefined;
  #own: string | undefined;
  #repeat: 'no' | 'next' | 'offered' = 'no';
  /** The answer before is in force when this settles; never rejects. */
  #applied: Promise<void> = Promise.resolve();
  /** Why the last exchange failed; SIP.js does not tell. */
  #failure: unknown;

  constructor(session: MediaSession, clock: Clock, listener: SdpExchangeListener) {
    this.#session = session;
    this.#clock = clock;
    this.#listener = listener;
  }

  get failure(): unknown {
    return this.#failure;
  }

  /** True while an offer of ours has no answer: an offer of theirs collides with it (RFC 3311 section 5.2). */
  get offered(): boolean {
    return this.#offered && !this.#settled;
  }

  /** True while an offer of theirs has no answer. */
  get asked(): boolean {
    return this.#theirOffer !== undefined;
  }

  hasDescription(contentType: string): boolean {
    return /^application\/sdp\b/i.test(contentType);
  }

  /**
   * The next offer repeats what was agreed (RFC 3264 section 8: the same version, so nothing changes), and its answer
   * is taken as read. For refreshing a dialog whose media are fine.
   */
  repeatNext(): void {
    if (this.#agreedOwn !== undefined) this.#repeat = 'next';
  }

  /** Makes the first offer, which `getDescription` gives out; what fails is told there. */
  prepareOffer(): void {
    this.#prepared = this.#session.createOffer();
    this.#prepared.catch(() => undefined);
  }

  async getDescription(): Promise<BodyAndContentType> {
    await this.#applied;
    const offer = this.#theirOffer;
    if (offer === undefined && this.#repeat === 'next' && this.#agreedOwn !== undefined) {
      this.#repeat = 'offered';
      return { body: this.#agreedOwn, contentType: 'application/sdp' };
    }
    if (offer === undefined) {
      this.#early = undefined;
      this.#settled = false;
      const prepared = this.#prepared;
      this.#prepared = undefined;
      const sdp = await this.#noting(() => prepared ?? this.#session.createOffer());
      this.#offered = true;
      this.#own = sdp;
      return { body: sdp, contentType: 'application/sdp' };
    }
    this.#theirOffer = undefined;
    return { body: await this.#noting(() => this.#answer(offer)), contentType: 'application/sdp' };
  }

  /** The answer to an offer in UPDATE; rejects when it cannot be taken, and then nothing changed. */
  async answerOffer(sdp: string): Promise<string> {
    await this.#applied;
    return await this.#answer(sdp);
  }

  async #answer(offer: string): Promise<string> {
    const { sdp, negotiated } = await this.#session.createAnswer(offer);
    this.#theirs = offer;
    this.#agreedOwn = sdp;
    this.#listener.negotiated(negotiated, 'them');
    return sdp;
  }

  async setDescription(sdp: string): Promise<void> {
    if (this.#repeat === 'offered') {
      this.#repeat = 'no';
      return;
    }
    if (!this.#offered) {
      this.#theirOffer = sdp;
      return;
    }
    this.#offered = false;
    const isKnown = this.#settled && (sdp === this.#early || sdp === this.#theirs);
    this.#settled = false;
    this.#early = undefined;
    if (isKnown) return;
    const media = await this.#noting(() => this.#session.readAnswer(sdp));
    if (media !== undefined) this.#listener.read(media);
    this.#applied = this.#apply(sdp);
  }

  /**
   * Early media (RFC 3960): the answer of an 18x. That of a reliable one is final (RFC 3262 section 5); another one may
   * be replaced by the 2xx.
   */
  async earlyAnswer(sdp: string, isReliable = false): Promise<void> {
    if (!this.#offered || sdp === this.#early) return;
    this.#early = sdp;
    this.#settled ||= isReliable;
    try {
      this.#listener.negotiated(await this.#session.acceptAnswer(sdp), 'us');
    } catch (error) {
      this.#earlyFailed(sdp, isReliable, error);
      throw error;
    }
    this.#theirs = sdp;
  }

  /** The 2xx is read for itself then; when it came already and was taken for the same, the call has no sound. */
  #earlyFailed(sdp: string, isReliable: boolean, error: unknown): void {
    if (this.#offered) {
      if (this.#early === sdp) this.#early = undefined;
      if (isReliable) this.#settled = false;
    } else if (isReliable) {
      this.#failure = error;
      this.#listener.unusable(error);
    }
  }

  rollbackDescription(): Promise<void> {
    this.#repeat = 'no';
    this.#offered = false;
    this.#settled = false;
    this.#theirOffer = undefined;
    return Promise.resolve();
  }

  /** An offer of ours was made and never sent; one of theirs may be under way. */
  withdrawOffer(): void {
    this.#repeat = this.#repeat === 'offered' ? 'next' : 'no';
    this.#offered = false;
    this.#settled = false;
  }

  /** Digits go by the media session itself. */
  sendDtmf(): boolean {
    return false;
  }

  /** The media session belongs to the call, which closes it. */
  close(): void {
    this.#repeat = 'no';
    this.#offered = false;
    this.#theirOffer = undefined;
  }

  async #apply(sdp: string): Promise<void> {
    // The ACK leaves first.
    await new Promise<void>((resolve) => {
      this.#clock.setTimeout(resolve, 0);
    });
    try {
      const media = await this.#session.acceptAnswer(sdp);
      this.#theirs = sdp;
      this.#agreedOwn = this.#own;
      this.#listener.negotiated(media, 'us');
    } catch (error) {
      this.#failure = error;
      this.#listener.unusable(error);
    }
  }

  async #noting<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }
}
