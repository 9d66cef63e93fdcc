import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { AppError } from '../../src-shared/errors.ts';
import { msg, t } from '../../src-shared/words.ts';
import { isOwnAddress } from '../core/own-addresses.ts';
import { EncryptionRefusedError, NegotiationError, noEncryption, refusesForEncryption } from './media-encryption.ts';
import type { MediaKind, MediaSession, MediaSessionOptions, MediaStats, NegotiatedMedia } from './media.ts';
import {
  kindsToAnswer,
  kindsToOffer,
  makeAnswer,
  makeOffer,
  negotiatedMedia,
  newNegotiation,
  streamConfigs,
  takeAnswer,
  type LocalMedia,
  type LocalPorts,
  type Negotiation,
} from './negotiation.ts';
import { dtmfDurationMs } from './dtmf.ts';
import type { GatewayMethod, GatewayParams, GatewayResult } from './protocol.ts';
import { parseSdp, type SessionDescription } from './sdp.ts';
import type { Reservation } from './spare-ports.ts';

/** A request to the gateway process. Rejects with AppError; `extraMs` is added to the usual deadline. */
export type GatewayRequest = <M extends GatewayMethod>(
  method: M,
  params: GatewayParams<M>,
  extraMs?: number,
) => Promise<GatewayResult<M>>;

/** An offer of ours. */
interface Offer {
  readonly negotiation: Negotiation;
  readonly held: boolean;
}

export type MediaSessionState = 'new' | 'offered' | 'live' | 'lost' | 'closed';

/** The transitions drawn above RtpMediaSession; any other is a bug. */
const transitions: Readonly<Record<MediaSessionState, readonly MediaSessionState[]>> = {
  new: ['offered', 'live', 'closed'],
  offered: ['offered', 'live', 'lost', 'closed'],
  live: ['offered', 'live', 'lost', 'closed'],
  lost: ['offered', 'live', 'closed'],
  closed: [],
};

/**
 * The media of one call as signalling drives it (RFC 3264). The agreement lives here, in the
 * service process, and survives the gateway process; ports and packets live there.
 *
 *            createOffer                 acceptAnswer
 *   new ------------------> offered ---------------------> live
 *    |                       ^   ^                         |  ^
 *    |      createAnswer     |   +------ createOffer ------+  |
 *    +-----------------------|--------------------------------+
 *                            |                                |
 *   offered, live --gateway died--> lost --createOffer/createAnswer--> offered / live
 *   any --close--> closed
 *
 * `offered` again when an offer is repeated; `live` again when an answer is (183, then 200) or when
 * the far end offers. An offer that the far end refuses leaves the agreement before it running.
 */
export class RtpMediaSession implements MediaSession {
  readonly callId: string;
  #local: LocalMedia;
  readonly #request: GatewayRequest;
  readonly #onClosed: () => void;
  readonly #reserved: (kinds: readonly MediaKind[]) => Reservation | undefined;
  #state: MediaSessionState = 'new';
  /** What is in force. */
  #agreed: Negotiation;
  /** The last offer of ours, until the far end offers. */
  #offer: Offer | undefined;
  #held = false;
  /** The `held` that belongs to what is in force. */
  #heldInForce = false;
  #usesProcess = false;
  /** Claims ports that are ours already. It goes ahead of the next request: the offer that names them has no time for it. */
  #claim: (() => void) | undefined;
  /** Steps of one session run one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    options: MediaSessionOptions,
    request: GatewayRequest,
    onClosed: () => void,
    reserved: (kinds: readonly MediaKind[]) => Reservation | undefined = () => undefined,
  ) {
    if (isIP(options.localAddress) === 0) {
      throw new AppError('invalid', t('The call has no address for its sound.'), options.localAddress);
    }
    this.callId = options.callId;
    this.#local = {
      address: options.localAddress,
      kinds: options.kinds,
      audioCodecs: options.audioCodecs,
      videoCodecs: options.videoCodecs ?? [],
      ...(options.encryption === undefined ? {} : { encryption: options.encryption }),
    };
    this.#request = request;
    this.#onClosed = onClosed;
    this.#reserved = reserved;
    // RFC 4566 section 5.2 wants it unique; 63 random bits, in decimal.
    this.#agreed = newNegotiation((randomBytes(8).readBigUInt64BE() >> 1n).toString());
  }

  get state(): MediaSessionState {
    return this.#state;
  }

  /** True when the gateway process holds something for this session. */
  get usesProcess(): boolean {
    return this.#usesProcess;
  }

  createOffer(): Promise<string> {
    return this.#inTurn(async () => {
      const base = this.#base();
      const ports = await this.#open(kindsToOffer(base, this.#local));
      const held = this.#held;
      const { negotiation, sdp } = attempt(() => makeOffer(base, this.#local, ports, held, this.#state === 'lost'));
      if (this.#state === 'lost' && this.#isAgreed()) {
        // The peer still listens where it did: what we send is heard before the new answer is here.
        await this.#configure(this.#agreed, this.#heldInForce);
      }
      this.#offer = { negotiation, held };
      this.#move('offered');
      return sdp;
    });
  }

  readAnswer(sdp: string): NegotiatedMedia {
    return negotiatedMedia(this.#agreement(sdp).agreed);
  }

  acceptAnswer(sdp: string): Promise<NegotiatedMedia> {
    return this.#inTurn(async () => {
      const { agreed, offer } = this.#agreement(sdp);
      this.#agreed = agreed;
      this.#heldInForce = offer.held;
      // A lost session learns the agreement and waits for the new offer that has to follow.
      if (this.#state !== 'lost') {
        await this.#configure(agreed, offer.held);
        this.#move('live');
      }
      return negotiatedMedia(agreed);
    });
  }

  createAnswer(offerSdp: string): Promise<{ sdp: string; negotiated: NegotiatedMedia }> {
    return this.#inTurn(async () => {
      const { offer, kinds } = this.#answerable(offerSdp);
      const ports = await this.#open(kinds);
      const held = this.#held;
      const { negotiation, sdp } = attempt(() => makeAnswer(this.#base(), offer, this.#local, ports, held));
      await this.#configure(negotiation, held);
      this.#agreed = negotiation;
      this.#heldInForce = held;
      this.#offer = undefined;
      this.#move('live');
      return { sdp, negotiated: negotiatedMedia(negotiation) };
    });
  }

  async sendDtmf(digits: string): Promise<void> {
    if (negotiatedMedia(this.#agreed).audio?.telephoneEvent === undefined) {
      throw new AppError('unsupported', t('The other side does not take key tones in this call.'));
    }
    this.#refuseClosed();
    // Tones wait for each other, so the answer may be as late as the queue is long.
    await this.#ask('sendDtmf', { callId: this.callId, digits }, 2 * dtmfDurationMs(digits) + 30_000);
  }

  setHold(held: boolean): void {
    this.#held = held;
  }

  readOffer(offerSdp: string): void {
    this.#answerable(offerSdp);
  }

  requireEncryption(): void {
    const { encryption } = this.#local;
    if (encryption !== undefined) this.#local = { ...this.#local, encryption: { ...encryption, mode: 'required' } };
  }

  moveTo(localAddress: string): boolean {
    const { address } = this.#local;
    // An address that is still there still works, whichever way signalling goes.
    if (isIP(localAddress) === 0 || localAddress === address || isOwnAddress(address)) return false;
    this.#local = { ...this.#local, address: localAddress };
    return true;
  }

  async stats(): Promise<MediaStats> {
    if (!this.#usesProcess || this.#state === 'closed') return { callId: this.callId, kinds: [], rendererLeg: 'none' };
    return await this.#ask('stats', { callId: this.callId });
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#move('closed');
    this.#onClosed();
    if (!this.#usesProcess) return;
    try {
      await this.#ask('closeSession', { callId: this.callId });
    } catch {
      // The process is gone, and the session with it.
    }
  }

  /** The renderer was connected to this call, so the process knows it. */
  markUsed(): void {
    this.#refuseClosed();
    this.#usesProcess = true;
    this.#claimPorts();
  }

  /** The gateway process died. True when this session lost something by it. */
  processDied(): boolean {
    if (!this.#usesProcess) return false;
    this.#usesProcess = false;
    this.#claim = undefined;
    if (this.#state === 'offered' || this.#state === 'live') this.#move('lost');
    return this.#state !== 'closed';
  }

  #ask<M extends GatewayMethod>(method: M, params: GatewayParams<M>, extraMs?: number): Promise<GatewayResult<M>> {
    this.#claimPorts();
    return this.#request(method, params, extraMs);
  }

  #claimPorts(): void {
    const claim = this.#claim;
    this.#claim = undefined;
    claim?.();
  }

  /** What this answer makes of our last offer. */
  #agreement(sdp: string): { readonly agreed: Negotiation; readonly offer: Offer } {
    const offer = this.#offer;
    if (!offer) throw new AppError('invalid', t('The other side answered an offer that was never made.'));
    const answer = read(sdp);
    return { agreed: attempt(() => takeAnswer(offer.negotiation, answer, offer.held, this.#local.encryption)), offer };
  }

  /** What of an offer of theirs we can take part in; throws when that is nothing. */
  #answerable(offerSdp: string): { readonly offer: SessionDescription; readonly kinds: readonly MediaKind[] } {
    const offer = read(offerSdp);
    const kinds = kindsToAnswer(offer, this.#local);
    if (kinds.length > 0) return { offer, kinds };
    if (refusesForEncryption(offer.media, this.#local.encryption ?? noEncryption)) {
      throw new AppError('media', t(encryptionRefusedWords), 'the offer cannot be encrypted as asked');
    }
    throw new AppError('unsupported', t('The other side offers no kind of sound that this computer knows.'));
  }

  async #open(kinds: LocalMedia['kinds']): Promise<LocalPorts> {
    const { callId } = this;
    const { address: localAddress } = this.#local;
    const reservation = this.#usesProcess ? undefined : this.#reserved(kinds);
    this.#usesProcess = true;
    if (reservation !== undefined) {
      const { reservationId, ports } = reservation;
      const open = { callId, localAddress, kinds, reservationId };
      if (kinds.every((kind) => ports[kind] !== undefined)) {
        this.#claim = () => {
          // Where the process is gone meanwhile, its death is told, or the next request fails.
          this.#request('open', open).catch(() => undefined);
        };
        return ports;
      }
      const { ports: all } = await this.#request('open', open);
      this.#refuseClosed();
      return all;
    }
    const { ports } = await this.#ask('open', { callId, localAddress, kinds });
    this.#refuseClosed();
    return ports;
  }

  async #configure(negotiation: Negotiation, held: boolean): Promise<void> {
    await this.#ask('configure', { callId: this.callId, streams: streamConfigs(negotiation, held) });
    this.#refuseClosed();
  }

  /** What the next offer or answer starts from. Its version goes on even from an offer that came to nothing (RFC 3264 section 8). */
  #base(): Negotiation {
    const offered = this.#offer?.negotiation;
    if (!offered) return this.#agreed;
    return this.#isAgreed() ? { ...this.#agreed, version: Math.max(this.#agreed.version, offered.version) } : offered;
  }

  #isAgreed(): boolean {
    return streamConfigs(this.#agreed, false).length > 0;
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      this.#refuseClosed();
      return step();
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  #refuseClosed(): void {
    if (this.#state === 'closed') throw new AppError('notFound', t('The call has ended.'), this.callId);
  }

  #move(to: MediaSessionState): void {
    if (!transitions[this.#state].includes(to)) throw new Error(`media session: ${this.#state} to ${to}`);
    this.#state = to;
  }
}

/** Either side may be the one that insists. */
const encryptionRefusedWords = msg(
  'Parley and the other side did not agree on whether the sound is encrypted, so there is no call. Ask your administrator which setting for encryption your phone server needs.',
);

function read(sdp: string): SessionDescription {
  const result = parseSdp(sdp);
  if (result.ok) return result.description;
  throw new AppError(
    'invalid',
    t('The other side described the sound of the call in a way that cannot be read.'),
    `SDP line ${result.line}: ${result.reason}`,
  );
}

function attempt<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof NegotiationError)) throw error;
    if (error instanceof EncryptionRefusedError) throw new AppError('media', t(encryptionRefusedWords), error.message);
    throw new AppError(
      'unsupported',
      t('This computer and the other side found no way to share sound.'),
      error.message,
    );
  }
}
