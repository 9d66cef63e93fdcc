import { AppError } from '../../src-shared/errors.ts';
import type { Clock } from '../../src-shared/clock.ts';
import { DtmfSender } from './dtmf.ts';
import { dscpValues, gatewayLimits } from './gateway-limits.ts';
import type { KindStats, MediaKind, MediaStats } from './media.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { mapPayloads, type PayloadMap } from './payload-map.ts';
import type { GatewaySettings, StreamConfig } from './protocol.ts';
import { buildPli, isKeyframeRequest, isReport, splitRtcp, type RtcpPacket } from './rtcp.ts';
import { isRtcp, isRtp, payloadTypeOf, setPayloadType, ssrcOf, StreamMeter } from './rtp.ts';
import { RtpLeg } from './rtp-leg.ts';
import type { RendererLeg } from './webrtc-leg.ts';

/** Why a packet went no further; the names appear in the statistics. */
type DropReason =
  | 'malformed'
  | 'payloadType'
  | 'source'
  | 'direction'
  | 'notNegotiated'
  | 'noRenderer'
  | 'noPeer'
  | 'replacedByTone'
  | 'rtcpMalformed';

export interface RelayOptions {
  readonly callId: string;
  readonly settings: GatewaySettings;
  readonly clock: Clock;
  /** Monotonic milliseconds, with fractions. */
  readonly monotonicMs: () => number;
  /** The renderer wants a picture and the peer takes no feedback. */
  readonly onKeyframeWanted: () => void;
  readonly onRendererState: (state: MediaStats['rendererLeg']) => void;
}

/** Everything of one m-line. */
interface Stream {
  readonly kind: MediaKind;
  readonly leg: RtpLeg;
  readonly fromPeer: StreamMeter;
  readonly fromRenderer: StreamMeter;
  readonly outgoing: OutgoingStream;
  readonly dropped: Map<DropReason, number>;
  config: StreamConfig | undefined;
  map: PayloadMap;
  peerSsrc: number | undefined;
  rendererSsrc: number | undefined;
}

const noMap: PayloadMap = { toRenderer: new Map(), toPeer: new Map() };
/** The SSRC of requests that the gateway makes in its own name while the peer is unheard. */
const ownSsrc = 1;

/**
 * The media of one call: RTP and RTCP between the SIP peer and the renderer. Needs three things,
 * in any order: ports (`open`), the agreement with the peer (`configure`), the renderer (`attach`).
 *
 *   created --open--> allocated --configure--> ready --attach--> relaying
 *   created --attach--> waiting for the other two
 *   any --close--> closed
 *
 * Each may be repeated: a re-INVITE configures anew, a reload of the window attaches a new leg.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #streams = new Map<MediaKind, Stream>();
  /** Key tones belong to the sound; there once that has ports. */
  #dtmf: DtmfSender | undefined;
  #renderer: RendererLeg | undefined;
  #lastKeyframeWantedMs = -Infinity;
  #closed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Binds the ports of these kinds that are still missing; gives those of all kinds. */
  async open(localAddress: string, kinds: readonly MediaKind[]): Promise<Partial<Record<MediaKind, number>>> {
    for (const kind of kinds) {
      if (this.#closed) throw new AppError('notFound', 'The call has ended.', this.#options.callId);
      if (this.#streams.has(kind)) continue;
      const stream = this.#newStream(kind, localAddress);
      this.#streams.set(kind, stream);
      try {
        await stream.leg.open();
      } catch (error) {
        this.#streams.delete(kind);
        throw error;
      }
    }
    const ports: Partial<Record<MediaKind, number>> = {};
    for (const stream of this.#streams.values()) ports[stream.kind] = stream.leg.port;
    return ports;
  }

  /** Applies the agreement with the peer; kinds without one fall silent. Throws AppError `invalid` for a kind without ports. */
  configure(configs: readonly StreamConfig[]): void {
    for (const config of configs) {
      if (!this.#streams.has(config.kind)) throw new AppError('invalid', 'This call has no such media.', config.kind);
    }
    for (const stream of this.#streams.values()) {
      const config = configs.find((candidate) => candidate.kind === stream.kind);
      stream.config = config;
      const numbers = (config?.codecs ?? []).flatMap((codec) => [codec.localPayloadType, codec.remotePayloadType]);
      stream.leg.configure(config?.remote ?? null, new Set(numbers));
      this.#remap(stream);
    }
    // Whoever now begins to look needs a whole picture.
    this.requestKeyframe();
  }

  /** Makes this the renderer of the call; the one before is closed. The SIP side notices nothing. Throws AppError `notFound` after `close`. */
  attach(renderer: RendererLeg): void {
    if (this.#closed) throw new AppError('notFound', 'The call has ended.', this.#options.callId);
    const before = this.#renderer;
    this.#renderer = renderer;
    if (before !== renderer) before?.close();
    renderer.onPacket = (kind, packet) => {
      this.#fromRenderer(kind, packet);
    };
    renderer.onState = (state) => {
      if (state === 'connected') this.#askPeerForPicture();
      this.#options.onRendererState(state);
    };
    for (const stream of this.#streams.values()) this.#remap(stream);
    // A warm leg is connected already.
    if (renderer.state === 'connected') this.#askPeerForPicture();
  }

  /** Asks the renderer's encoder for a whole picture. */
  requestKeyframe(): void {
    const video = this.#streams.get('video');
    if (video?.rendererSsrc === undefined) return;
    this.#renderer?.send('video', buildPli(video.peerSsrc ?? ownSsrc, video.rendererSsrc));
  }

  /** See DtmfSender.send. */
  sendDtmf(digits: string): Promise<void> {
    if (!this.#dtmf) return Promise.reject(new AppError('unsupported', 'This call has no sound to send key tones in.'));
    return this.#dtmf.send(digits);
  }

  stats(): MediaStats {
    const arrivalToUtcMs = this.#options.clock.now() - this.#options.monotonicMs();
    return {
      callId: this.#options.callId,
      kinds: [...this.#streams.values()].map((stream) => kindStats(stream, arrivalToUtcMs)),
      rendererLeg: this.#renderer?.state ?? 'none',
    };
  }

  close(): void {
    this.#closed = true;
    this.#dtmf?.stop();
    this.#dtmf = undefined;
    this.#renderer?.close();
    this.#renderer = undefined;
    for (const stream of this.#streams.values()) stream.leg.close();
    this.#streams.clear();
  }

  #newStream(kind: MediaKind, localAddress: string): Stream {
    const { settings, monotonicMs, clock } = this.#options;
    const leg = new RtpLeg({
      localAddress,
      ports: kind === 'audio' ? settings.audioPorts : settings.videoPorts,
      dscp: settings.markPackets ? dscpValues[kind] : 0,
      monotonicMs,
    });
    const stream: Stream = {
      kind,
      leg,
      fromPeer: new StreamMeter(),
      fromRenderer: new StreamMeter(),
      outgoing: new OutgoingStream(monotonicMs()),
      dropped: new Map(),
      config: undefined,
      map: noMap,
      peerSsrc: undefined,
      rendererSsrc: undefined,
    };
    leg.onRtp = (packet, arrivalMs) => {
      this.#fromPeer(stream, packet, arrivalMs);
    };
    leg.onRtcp = (compound) => {
      this.#rtcpFromPeer(stream, compound);
    };
    leg.onFault = (fault) => {
      drop(stream, fault);
    };
    if (kind === 'audio') {
      this.#dtmf = new DtmfSender({
        clock,
        monotonicMs,
        stream: stream.outgoing,
        path: () =>
          stream.config?.event && stream.config.send
            ? { ...stream.config.event, streamClockRateHz: stream.config.clockRateHz }
            : undefined,
        transmit: (packet) => {
          leg.send(packet);
        },
      });
    }
    return stream;
  }

  #remap(stream: Stream): void {
    const renderer = this.#renderer?.codecs[stream.kind];
    stream.map = stream.config && renderer ? mapPayloads(stream.config.codecs, renderer) : noMap;
  }

  #fromPeer(stream: Stream, packet: Buffer, arrivalMs: number): void {
    stream.peerSsrc = ssrcOf(packet);
    const route = stream.map.toRenderer.get(payloadTypeOf(packet));
    stream.fromPeer.add(packet, arrivalMs, route && !route.isEvent ? route.clockRateHz : 0);
    if (stream.config?.receive !== true) {
      drop(stream, 'direction');
    } else if (!route) {
      drop(stream, this.#renderer ? 'notNegotiated' : 'noRenderer');
    } else {
      setPayloadType(packet, route.payloadType);
      if (this.#renderer?.send(stream.kind, packet) !== true) drop(stream, 'noRenderer');
    }
  }

  #fromRenderer(kind: MediaKind, packet: Buffer): void {
    if (isRtcp(packet)) {
      this.#rtcpFromRenderer(kind, packet);
      return;
    }
    const stream = this.#streams.get(kind);
    if (!stream) return;
    if (!isRtp(packet)) {
      drop(stream, 'malformed');
      return;
    }
    const nowMs = this.#options.monotonicMs();
    const route = stream.map.toPeer.get(payloadTypeOf(packet));
    stream.rendererSsrc = ssrcOf(packet);
    stream.fromRenderer.add(packet, nowMs, route && !route.isEvent ? route.clockRateHz : 0);
    if (!route) {
      drop(stream, stream.config ? 'notNegotiated' : 'noPeer');
    } else if (stream.config?.send !== true) {
      drop(stream, 'direction');
    } else if (!stream.outgoing.adopt(packet, nowMs)) {
      drop(stream, 'replacedByTone');
    } else {
      setPayloadType(packet, route.payloadType);
      if (!stream.leg.send(packet)) drop(stream, 'noPeer');
    }
  }

  #rtcpFromPeer(stream: Stream, compound: Buffer): void {
    // Whole or not at all: the renderer's stack reads it with our word that it is well-formed.
    if (splitRtcp(compound)) this.#renderer?.send(stream.kind, compound);
    else drop(stream, 'rtcpMalformed');
  }

  /**
   * The renderer's connection is bundled, so one compound may speak of sound and picture; the SIP
   * peer has a port for each. Reports go by SSRC, requests for pictures to the peer or to
   * signalling, and what only WebRTC understands (transport-cc, REMB, XR) ends here.
   */
  #rtcpFromRenderer(kind: MediaKind, compound: Buffer): void {
    const packets = splitRtcp(compound);
    if (!packets) {
      const stream = this.#streams.get(kind);
      if (stream) drop(stream, 'rtcpMalformed');
      return;
    }
    const byStream = new Map<Stream, Buffer[]>();
    for (const packet of packets) {
      const target = isKeyframeRequest(packet) ? this.#streams.get('video') : this.#streamOf(packet, kind);
      if (!target?.config) continue;
      if (isKeyframeRequest(packet)) {
        if (!target.config.feedback) {
          this.#keyframeWanted();
          continue;
        }
      } else if (!isReport(packet)) {
        continue;
      }
      byStream.set(target, [...(byStream.get(target) ?? []), packet.bytes]);
    }
    for (const [stream, parts] of byStream) stream.leg.sendRtcp(Buffer.concat(parts));
  }

  #streamOf(packet: RtcpPacket, kind: MediaKind): Stream | undefined {
    for (const stream of this.#streams.values()) {
      if (packet.senderSsrc !== undefined && packet.senderSsrc === stream.rendererSsrc) return stream;
    }
    for (const stream of this.#streams.values()) {
      if (packet.mediaSsrc !== undefined && packet.mediaSsrc === stream.peerSsrc) return stream;
    }
    return this.#streams.get(kind);
  }

  /** A renderer that just connected has missed the last whole picture. */
  #askPeerForPicture(): void {
    const video = this.#streams.get('video');
    if (!video?.config || video.peerSsrc === undefined) return;
    if (video.config.feedback) video.leg.sendRtcp(buildPli(video.rendererSsrc ?? ownSsrc, video.peerSsrc));
    else this.#keyframeWanted();
  }

  #keyframeWanted(): void {
    const nowMs = this.#options.monotonicMs();
    if (nowMs - this.#lastKeyframeWantedMs < gatewayLimits.keyframeIntervalMs) return;
    this.#lastKeyframeWantedMs = nowMs;
    this.#options.onKeyframeWanted();
  }
}

function drop(stream: Stream, reason: DropReason): void {
  stream.dropped.set(reason, (stream.dropped.get(reason) ?? 0) + 1);
}

function kindStats(stream: Stream, arrivalToUtcMs: number): KindStats {
  const { remote, dscp } = stream.leg;
  return {
    kind: stream.kind,
    fromPeer: stream.fromPeer.stats(arrivalToUtcMs),
    fromRenderer: stream.fromRenderer.stats(arrivalToUtcMs),
    dropped: {
      ...Object.fromEntries(stream.dropped),
      ...(stream.leg.socketErrors > 0 ? { socketErrors: stream.leg.socketErrors } : {}),
    },
    ...(remote === undefined ? {} : { remote }),
    ...(dscp === undefined ? {} : { dscp }),
  };
}
