import type { IceServer } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import type {
  KindStats,
  MediaDirection,
  MediaSession,
  MediaStats,
  NegotiatedMedia,
  StreamStats,
} from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia, CallMediaFactory } from './call-media.ts';
import { encryptionRefusedWords } from './media-words.ts';
import { audioOf, directionOf, offerFault } from './sdp-summary.ts';

/** STUN and TURN servers; with `relayOnly` nothing goes any other way than through TURN. */
export interface DirectIce {
  readonly iceServers: readonly IceServer[];
  readonly relayOnly: boolean;
}

/**
 * Media straight from the window to the server, as DTLS-SRTP (RFC 5764), for servers that speak WebRTC: the window's
 * own SDP travels in SIP.
 */
export class DirectMediaFactory implements CallMediaFactory {
  readonly #window: WindowMedia;
  readonly #audioCodecs: () => readonly string[];
  readonly #ice: DirectIce;
  readonly #signallingEncrypted: boolean;

  /**
   * `audioCodecs`: in order of preference, asked for each call. `signallingEncrypted`: the keys' fingerprints travel over TLS, so that
   * nobody can exchange them.
   */
  constructor(window: WindowMedia, audioCodecs: () => readonly string[], ice: DirectIce, signallingEncrypted: boolean) {
    this.#window = window;
    this.#audioCodecs = audioCodecs;
    this.#ice = ice;
    this.#signallingEncrypted = signallingEncrypted;
  }

  open(callId: string): CallMedia {
    return new DirectMedia(callId, this.#window, this.#audioCodecs(), this.#ice, this.#signallingEncrypted);
  }

  /** The window keeps its own leg ready. */
  expectCalls(): void {
    return undefined;
  }

  /** There is no process of ours that could die. */
  onDied(): () => void {
    return () => undefined;
  }
}

class DirectMedia implements CallMedia, MediaSession {
  readonly callId: string;
  readonly path = 'direct';
  readonly #signallingEncrypted: boolean;
  readonly #window: WindowMedia;
  readonly #audioCodecs: string[];
  readonly #ice: { readonly iceServers: IceServer[]; readonly relayOnly?: boolean };
  /** Offer and answer were exchanged at least once. */
  #described = false;
  #offering: Promise<unknown> | undefined;
  #held = false;
  /** What the window said of itself last, as it went to the far end. */
  #local: string | undefined;
  /** The window has lost its leg, so that the next offer needs a new one. */
  #needsLeg = false;
  /** The last offer only changed the direction: its answer is nothing for the window. */
  #keepsLeg = false;
  #version = 0;

  constructor(
    callId: string,
    window: WindowMedia,
    audioCodecs: readonly string[],
    ice: DirectIce,
    signallingEncrypted: boolean,
  ) {
    this.callId = callId;
    this.#signallingEncrypted = signallingEncrypted;
    this.#window = window;
    this.#audioCodecs = [...audioCodecs];
    this.#ice = { iceServers: [...ice.iceServers], ...(ice.relayOnly ? { relayOnly: true } : {}) };
  }

  get session(): MediaSession {
    return this;
  }

  /** Browsers send nothing but DTLS-SRTP. */
  protects(): boolean {
    return this.#signallingEncrypted;
  }

  wordsForRefusal(): undefined {
    return undefined;
  }

  insists(): boolean {
    return false;
  }

  readOffer(offerSdp: string): void {
    const fault = offerFault(offerSdp, this.#audioCodecs);
    if (fault === 'unencrypted') throw new AppError('media', t(encryptionRefusedWords), 'the offer has no fingerprint');
    if (fault !== undefined) throw new AppError(fault, t('The offer of the other side is of no use to the window.'));
  }

  moveTo(): boolean {
    // The window's ICE finds its addresses itself.
    return false;
  }

  requireEncryption(): void {
    // There is nothing else here.
  }

  /** The first leg comes with the offer or the answer; a later one needs the far end. */
  async connectWindow(): Promise<'connected' | 'later' | 'reoffer'> {
    if (this.#described) {
      this.#needsLeg = true;
      return 'reoffer';
    }
    if (this.#offering === undefined) return 'later';
    await this.#offering;
    return 'connected';
  }

  async createOffer(): Promise<string> {
    // A hold changes the direction only; the window's connection and its keys go on as they are.
    if (this.#described && !this.#needsLeg && this.#local !== undefined) {
      this.#keepsLeg = true;
      return this.#written(this.#local.replace(/^a=setup:(active|passive)/gm, 'a=setup:actpass'), 'sendrecv');
    }
    const offering = this.#window.ask('media.offer', {
      callId: this.callId,
      kinds: ['audio'],
      path: 'direct',
      ...this.#ice,
      codecs: this.#audioCodecs,
    });
    this.#offering = offering;
    const offer = await offering;
    if (!('sdp' in offer)) throw new AppError('media', t('The window gave no offer.'), offer.legId);
    this.#needsLeg = false;
    this.#keepsLeg = false;
    return this.#written(offer.sdp, 'sendrecv');
  }

  readAnswer(sdp: string): NegotiatedMedia {
    // Whether the window can use it shows when it is applied.
    return audioOf(sdp, 'theirs');
  }

  async acceptAnswer(sdp: string): Promise<NegotiatedMedia> {
    if (!this.#keepsLeg) await this.#window.ask('media.answer', { callId: this.callId, sdp });
    this.#described = true;
    return audioOf(sdp, 'theirs');
  }

  async createAnswer(offerSdp: string): Promise<{ sdp: string; negotiated: NegotiatedMedia }> {
    const answer = await this.#window.ask('media.remoteOffer', {
      callId: this.callId,
      sdp: offerSdp,
      ...this.#ice,
      codecs: this.#audioCodecs,
    });
    this.#described = true;
    this.#needsLeg = false;
    const sdp = this.#written(answer.sdp, directionOf(answer.sdp));
    return { sdp, negotiated: audioOf(sdp, 'ours') };
  }

  /** With the direction that a hold leaves of it, and a version that rises (RFC 3264 section 8). */
  #written(sdp: string, direction: MediaDirection): string {
    this.#version += 1;
    const version = this.#version;
    const written = sdp
      .replace(/^(o=\S+ \S+) \d+/m, `$1 ${version}`)
      .replace(
        /^a=(sendrecv|sendonly|recvonly|inactive)[ \t]*$/gm,
        `a=${this.#held ? withoutReceiving(direction) : direction}`,
      );
    this.#local = written;
    return written;
  }

  async sendDtmf(digits: string): Promise<void> {
    await this.#window.ask('media.dtmf', { callId: this.callId, digits });
  }

  dtmf(digits: string): Promise<void> {
    return this.sendDtmf(digits);
  }

  setHold(held: boolean): void {
    this.#held = held;
  }

  /** The window counts its own packets. */
  async stats(): Promise<MediaStats> {
    const rendererLeg = this.#described ? 'connected' : 'none';
    if (!this.#described) return { callId: this.callId, kinds: [], rendererLeg };
    const { reported, ...counted } = await this.#window.ask('media.stats', { callId: this.callId });
    const nothing: StreamStats = { packets: 0, bytes: 0, lost: 0, jitterMs: 0 };
    const audio: KindStats = {
      kind: 'audio',
      fromPeer: { ...nothing, ...counted },
      fromRenderer: nothing,
      dropped: {},
      ...(reported === undefined ? {} : { reported }),
    };
    return { callId: this.callId, kinds: [audio], rendererLeg };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** RFC 3264 section 8.4: a stream on hold is sent, if at all, and not taken. */
function withoutReceiving(direction: MediaDirection): MediaDirection {
  return direction === 'sendrecv' || direction === 'sendonly' ? 'sendonly' : 'inactive';
}
