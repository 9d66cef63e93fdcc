import type * as NodeDataChannel from 'node-datachannel';
import type { PeerConnection, Track } from 'node-datachannel';
import { AppError } from '../../src-shared/errors.ts';
import { t } from '../../src-shared/words.ts';
import { gatewayLimits } from './gateway-limits.ts';
import type { MediaKind, MediaStats } from './media.ts';
import type { NativeKeeper } from './native-keeper.ts';
import type { GatewaySettings } from './protocol.ts';
import { prepareRendererOffer, withVideoBitrate } from './renderer-sdp.ts';
import type { SdpCodec } from './sdp.ts';

/** The native module, handed in so that only the process's entry point loads it. */
export type NativeWebRtc = Pick<typeof NodeDataChannel, 'PeerConnection' | 'preload'>;

export type RendererLegState = MediaStats['rendererLeg'];

/** What the relay needs of the renderer's side. */
export interface RendererLeg {
  readonly state: RendererLegState;
  /** The payload types of the renderer; empty before its offer was answered. */
  readonly codecs: Readonly<Partial<Record<MediaKind, readonly SdpCodec[]>>>;
  /** RTP or RTCP to the renderer. False when the leg is not open (yet, or any more). */
  send(kind: MediaKind, packet: Buffer): boolean;
  /** RTP or RTCP from the renderer. */
  onPacket: (kind: MediaKind, packet: Buffer) => void;
  onState: (state: RendererLegState) => void;
  close(): void;
}

/**
 * One end of a loopback WebRTC connection; the other end is the renderer's RTCPeerConnection.
 * Bound to 127.0.0.1, no ICE servers: nothing of it ever leaves this computer.
 */
export class WebRtcLeg implements RendererLeg {
  readonly #peer: PeerConnection;
  readonly #settings: GatewaySettings;
  readonly #keeper: NativeKeeper;
  readonly #tracks = new Map<MediaKind, Track>();
  #codecs: Readonly<Partial<Record<MediaKind, readonly SdpCodec[]>>> = {};
  #state: RendererLegState = 'connecting';
  #closed = false;

  onPacket: (kind: MediaKind, packet: Buffer) => void = () => undefined;
  onState: (state: RendererLegState) => void = () => undefined;

  constructor(native: NativeWebRtc, settings: GatewaySettings, keeper: NativeKeeper) {
    this.#settings = settings;
    this.#keeper = keeper;
    this.#peer = new native.PeerConnection('renderer', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      enableIceUdpMux: false,
      disableAutoNegotiation: true,
      forceMediaTransport: true,
      portRangeBegin: settings.loopbackPorts.first,
      portRangeEnd: settings.loopbackPorts.last,
    });
    keeper.hold(this.#peer);
    this.#peer.onStateChange((state) => {
      if (state === 'closed') keeper.closed(this.#peer);
      this.#moved(state);
    });
    this.#peer.onTrack((track) => {
      this.#adopt(track);
    });
  }

  get state(): RendererLegState {
    return this.#state;
  }

  get codecs(): Readonly<Partial<Record<MediaKind, readonly SdpCodec[]>>> {
    return this.#codecs;
  }

  /** Answers the renderer's offer. Throws AppError `invalid` for one that cannot be used. */
  async answer(offerSdp: string): Promise<string> {
    const offer = prepareRendererOffer(offerSdp);
    if (!offer.ok)
      throw new AppError('invalid', t('The window offered media that the gateway cannot take.'), offer.reason);
    // What the native module is not shown it does not answer: filtering the offer filters the answer.
    const gathered = new Promise<void>((resolve) => {
      this.#peer.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    try {
      this.#peer.setRemoteDescription(offer.sdp, 'offer');
      this.#peer.setLocalDescription('answer');
    } catch (error) {
      throw new AppError(
        'invalid',
        t('The window offered media that the gateway cannot take.'),
        error instanceof Error ? error.message : 'refused by the WebRTC module',
      );
    }
    await gathered;
    const local = this.#peer.localDescription();
    if (!local) throw new AppError('media', t('The gateway could not connect to the window.'), 'no local description');
    this.#codecs = offer.codecs;
    return withVideoBitrate(local.sdp, this.#settings.videoStartBitrateKbps, this.#settings.videoMaxBitrateKbps);
  }

  send(kind: MediaKind, packet: Buffer): boolean {
    const track = this.#tracks.get(kind);
    return !this.#closed && track?.isOpen() === true && track.sendMessageBinary(packet);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onPacket = () => undefined;
    this.onState = () => undefined;
    // Tracks first: only a track that is closed itself tells so (see NativeKeeper).
    for (const track of this.#tracks.values()) track.close();
    this.#tracks.clear();
    this.#peer.close();
  }

  #adopt(track: Track): void {
    this.#keeper.hold(track);
    track.onClosed(() => {
      this.#keeper.closed(track);
    });
    const kind = track.type();
    if (this.#closed || (kind !== 'audio' && kind !== 'video')) {
      track.close();
      return;
    }
    this.#tracks.set(kind, track);
    track.onMessage((packet) => {
      if (packet.length >= 4 && packet.length <= gatewayLimits.packetBytes) this.onPacket(kind, packet);
    });
  }

  #moved(state: string): void {
    if (this.#closed) return;
    const next =
      state === 'connected' ? 'connected' : state === 'new' || state === 'connecting' ? 'connecting' : 'failed';
    if (next === this.#state) return;
    this.#state = next;
    this.onState(next);
  }
}
