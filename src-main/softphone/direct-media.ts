import { AppError } from '../../src-shared/errors.ts';
import type { MediaSession, MediaStats, NegotiatedMedia } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia, CallMediaFactory } from './call-media.ts';
import { audioOf } from './sdp-summary.ts';

/**
 * Media straight from the window to the server, as DTLS-SRTP (RFC 5764), for servers that speak WebRTC: the window's
 * own SDP travels in SIP.
 */
export class DirectMediaFactory implements CallMediaFactory {
  readonly #window: WindowMedia;
  readonly #iceServers: readonly string[];
  readonly #signallingEncrypted: boolean;

  /** `signallingEncrypted`: the keys' fingerprints travel over TLS, so that nobody can exchange them. */
  constructor(window: WindowMedia, iceServers: readonly string[], signallingEncrypted: boolean) {
    this.#window = window;
    this.#iceServers = iceServers;
    this.#signallingEncrypted = signallingEncrypted;
  }

  open(callId: string): CallMedia {
    return new DirectMedia(callId, this.#window, this.#iceServers, this.#signallingEncrypted);
  }

  /** There is no process of ours that could die. */
  onDied(): () => void {
    return () => undefined;
  }
}

class DirectMedia implements CallMedia, MediaSession {
  readonly callId: string;
  readonly path = 'direct';
  readonly encrypted: boolean;
  readonly #window: WindowMedia;
  readonly #iceServers: string[];
  /** Offer and answer were exchanged at least once. */
  #described = false;
  #offering: Promise<unknown> | undefined;

  constructor(callId: string, window: WindowMedia, iceServers: readonly string[], encrypted: boolean) {
    this.callId = callId;
    this.encrypted = encrypted;
    this.#window = window;
    this.#iceServers = [...iceServers];
  }

  get session(): MediaSession {
    return this;
  }

  /** The first leg comes with the offer or the answer; a later one needs the far end. */
  async connectWindow(): Promise<'connected' | 'later' | 'reoffer'> {
    if (this.#described) return 'reoffer';
    if (this.#offering === undefined) return 'later';
    await this.#offering;
    return 'connected';
  }

  async createOffer(): Promise<string> {
    const offering = this.#window.ask('media.offer', {
      callId: this.callId,
      kinds: ['audio'],
      path: 'direct',
      iceServers: this.#iceServers,
    });
    this.#offering = offering;
    return (await offering).sdp;
  }

  async acceptAnswer(sdp: string): Promise<NegotiatedMedia> {
    await this.#window.ask('media.answer', { callId: this.callId, sdp });
    this.#described = true;
    return audioOf(sdp);
  }

  async createAnswer(offerSdp: string): Promise<{ sdp: string; negotiated: NegotiatedMedia }> {
    const { sdp } = await this.#window.ask('media.remoteOffer', {
      callId: this.callId,
      sdp: offerSdp,
      iceServers: this.#iceServers,
    });
    this.#described = true;
    return { sdp, negotiated: audioOf(sdp) };
  }

  async sendDtmf(digits: string): Promise<void> {
    await this.#window.ask('media.dtmf', { callId: this.callId, digits });
  }

  dtmf(digits: string): Promise<void> {
    return this.sendDtmf(digits);
  }

  /** The direction is the window's own matter until calls can be held. */
  setHold(held: boolean): void {
    if (held) throw new AppError('unsupported', 'This call cannot be held.');
  }

  stats(): Promise<MediaStats> {
    // The window counts its own packets and tells them as events.
    return Promise.resolve({ callId: this.callId, kinds: [], rendererLeg: this.#described ? 'connected' : 'none' });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
