import type { MediaGatewaySessions, MediaSession } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia, CallMediaFactory } from './call-media.ts';

/**
 * Media through the gateway: the far end sees plain RTP from this computer, the window speaks WebRTC to the gateway
 * over loopback. The offer needs no window, so that the INVITE leaves at once.
 */
export class GatewayMediaFactory implements CallMediaFactory {
  readonly #gateway: MediaGatewaySessions;
  readonly #window: WindowMedia;
  readonly #audioCodecs: readonly string[];

  constructor(gateway: MediaGatewaySessions, window: WindowMedia, audioCodecs: readonly string[]) {
    this.#gateway = gateway;
    this.#window = window;
    this.#audioCodecs = audioCodecs;
  }

  open(callId: string, localAddress: string): CallMedia {
    const session = this.#gateway.openSession({
      callId,
      localAddress,
      kinds: ['audio'],
      audioCodecs: this.#usableCodecs(),
    });
    return new GatewayMedia(session, this.#gateway, this.#window);
  }

  onDied(listener: (callIds: readonly string[]) => void): () => void {
    return this.#gateway.onDied(listener);
  }

  /** What the account wants and the window can; the payload is relayed untouched. */
  #usableCodecs(): readonly string[] {
    const known = this.#window.codecs();
    if (known === undefined) return this.#audioCodecs;
    const names = new Set(known.filter((codec) => codec.kind === 'audio').map((codec) => codec.name.toLowerCase()));
    const usable = this.#audioCodecs.filter((name) => names.has(name.toLowerCase()));
    return usable.length > 0 ? usable : this.#audioCodecs;
  }
}

class GatewayMedia implements CallMedia {
  readonly session: MediaSession;
  readonly path = 'gateway';
  readonly encrypted = false;
  readonly #gateway: MediaGatewaySessions;
  readonly #window: WindowMedia;

  constructor(session: MediaSession, gateway: MediaGatewaySessions, window: WindowMedia) {
    this.session = session;
    this.#gateway = gateway;
    this.#window = window;
  }

  async connectWindow(): Promise<'connected'> {
    const { callId } = this.session;
    const offer = await this.#window.ask('media.offer', { callId, kinds: ['audio'], path: 'gateway', iceServers: [] });
    const { answerSdp } = await this.#gateway.connectRenderer(callId, offer.sdp);
    await this.#window.ask('media.answer', { callId, sdp: answerSdp });
    return 'connected';
  }

  dtmf(digits: string): Promise<void> {
    return this.session.sendDtmf(digits);
  }

  close(): Promise<void> {
    return this.session.close();
  }
}
