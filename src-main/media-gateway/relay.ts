import { randomBytes } from 'node:crypto';
import { AppError } from '../../src-shared/errors.ts';
import type { Clock } from '../../src-shared/clock.ts';
import { t } from '../../src-shared/words.ts';
import { DtmfSender } from './dtmf.ts';
import type { G729Library } from './g729-library.ts';
import { G729Translation } from './g729-translation.ts';
import { dscpValues, gatewayLimits } from './gateway-limits.ts';
import type { MediaKind, MediaStats } from './media.ts';
import { OutgoingStream } from './outgoing-stream.ts';
import { isTelephoneEvent, mapPayloads, numbersOfPeer, type PayloadMap, type PayloadRoute } from './payload-map.ts';
import type { GatewaySettings, StreamConfig } from './protocol.ts';
import { buildPli, isKeyframeRequest, splitRtcp, type RtcpPacket } from './rtcp.ts';
import { drop, kindStats, type Stream } from './relay-stream.ts';
import { RtcpSession } from './rtcp-session.ts';
import { isRtcp, isRtp, payloadTypeOf, setPayloadType, ssrcOf, StreamMeter } from './rtp.ts';
import { RtpLeg } from './rtp-leg.ts';
import type { RendererLeg } from './webrtc-leg.ts';

export interface RelayOptions {
  /** The call that it belongs to now: ports may be bound before there is one. */
  readonly callId: () => string;
  readonly settings: GatewaySettings;
  readonly clock: Clock;
  /** Monotonic milliseconds, with fractions. */
  readonly monotonicMs: () => number;
  /** The library for G.729, where there is one. */
  readonly g729?: () => G729Library | undefined;
  /** 0 to 1. */
  readonly random: () => number;
  /** The renderer wants a picture and the peer takes no feedback. */
  readonly onKeyframeWanted: () => void;
  readonly onRendererState: (state: MediaStats['rendererLeg']) => void;
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
  /** One for all streams of the call, and no other call: RFC 7022 section 4.2, 96 random bits. */
  readonly #cname = randomBytes(12).toString('base64');
  /** Key tones belong to the sound; there once that has ports. */
  #dtmf: DtmfSender | undefined;
  #renderer: RendererLeg | undefined;
  #lastKeyframeWantedMs = -Infinity;
  #closed = false;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /**
   * Binds the ports of these kinds that are still missing, and all of them anew when the address is another one than
   * before; gives those of all kinds.
   */
  async open(localAddress: string, kinds: readonly MediaKind[]): Promise<Partial<Record<MediaKind, number>>> {
    for (const { leg } of this.#streams.values()) if (leg.localAddress !== localAddress) await leg.move(localAddress);
    for (const kind of kinds) {
      if (this.#closed) throw new AppError('notFound', t('The call has ended.'), this.#options.callId());
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
      if (!this.#streams.has(config.kind))
        throw new AppError('invalid', t('This call has no such media.'), config.kind);
    }
    const hasVideo = configs.some(({ kind, remote }) => kind === 'video' && remote !== null);
    const dscp = hasVideo ? dscpValues.videoCall : dscpValues.audioCall;
    for (const stream of this.#streams.values()) {
      if (this.#options.settings.markPackets) stream.leg.mark(stream.kind === 'video' ? dscpValues.videoCall : dscp);
      const config = configs.find((candidate) => candidate.kind === stream.kind);
      stream.config = config;
      const numbers = numbersOfPeer(config?.codecs ?? []);
      stream.leg.configure(config?.remote ?? null, config?.receive ?? false, numbers, config?.srtp);
      this.#remap(stream);
      this.#translate(stream);
      stream.rtcp.configure(config);
    }
    // Whoever now begins to look needs a whole picture.
    this.requestKeyframe();
  }

  /** Makes this the renderer of the call; the one before is closed. The SIP side notices nothing. Throws AppError `notFound` after `close`. */
  attach(renderer: RendererLeg): void {
    if (this.#closed) throw new AppError('notFound', t('The call has ended.'), this.#options.callId());
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
    if (!this.#dtmf)
      return Promise.reject(new AppError('unsupported', t('This call has no sound to send key tones in.')));
    return this.#dtmf.send(digits);
  }

  stats(): MediaStats {
    const arrivalToUtcMs = this.#options.clock.now() - this.#options.monotonicMs();
    return {
      callId: this.#options.callId(),
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
    for (const stream of this.#streams.values()) {
      stream.rtcp.close();
      stream.leg.close();
      stream.translation?.close();
    }
    this.#streams.clear();
  }

  #newStream(kind: MediaKind, localAddress: string): Stream {
    const { settings, monotonicMs, clock, random } = this.#options;
    const fromPeer = new StreamMeter();
    const outgoing = new OutgoingStream(monotonicMs());
    const leg = new RtpLeg({
      localAddress,
      ports: kind === 'audio' ? settings.audioPorts : settings.videoPorts,
      dscp: settings.markPackets ? (kind === 'audio' ? dscpValues.audioCall : dscpValues.videoCall) : 0,
      monotonicMs,
    });
    const stream: Stream = {
      kind,
      leg,
      fromPeer,
      fromRenderer: new StreamMeter(),
      outgoing,
      rtcp: new RtcpSession({
        clock,
        monotonicMs,
        random,
        cname: this.#cname,
        ssrc: () => outgoing.ssrc,
        fromPeer,
        transmit: (compound) => leg.sendRtcp(compound),
      }),
      dropped: new Map(),
      config: undefined,
      map: noMap,
      translation: undefined,
      isPeerInPause: false,
      clockRatesHz: new Map(),
      peerSsrc: undefined,
      rendererSsrc: undefined,
    };
    leg.onRtp = (packet, arrivalMs) => {
      this.#fromPeer(stream, packet, arrivalMs);
    };
    leg.onRtcp = (compound) => {
      this.#rtcpFromPeer(stream, compound);
    };
    leg.onSent = (packet) => {
      stream.rtcp.sent(packet);
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
    // Without a renderer, too: reports to the peer tell its jitter all the same. Events repeat their timestamp.
    stream.clockRatesHz = new Map(
      (stream.config?.codecs ?? [])
        .filter((codec) => !isTelephoneEvent(codec))
        .map(({ localPayloadType, clockRateHz }) => [localPayloadType, clockRateHz]),
    );
  }

  /** A re-INVITE that leaves the codec alone leaves the voice alone. */
  #translate(stream: Stream): void {
    const { config } = stream;
    const isWanted = config?.codecs.some((codec) => codec.name === 'G729') === true;
    if (isWanted && stream.translation !== undefined) return;
    stream.translation?.close();
    const library = isWanted ? this.#options.g729?.() : undefined;
    stream.translation = library && new G729Translation(library, config?.ptimeMs);
  }

  #fromPeer(stream: Stream, packet: Buffer, arrivalMs: number): void {
    stream.peerSsrc = ssrcOf(packet);
    const payloadType = payloadTypeOf(packet);
    const route = stream.map.toRenderer.get(payloadType);
    stream.isPeerInPause = route?.kind === 'noise';
    const clockRateHz = stream.clockRatesHz.get(payloadType) ?? 0;
    stream.fromPeer.add(packet, arrivalMs, clockRateHz);
    stream.rtcp.heard(packet, arrivalMs, clockRateHz);
    if (stream.config?.receive !== true) {
      drop(stream, 'direction');
    } else if (!route) {
      drop(stream, this.#renderer ? 'notNegotiated' : 'noRenderer');
    } else {
      for (const made of route.translated === undefined ? [packet] : this.#translatedFromPeer(stream, packet)) {
        setPayloadType(made, route.payloadType);
        if (this.#renderer?.send(stream.kind, made) !== true) drop(stream, 'noRenderer');
      }
    }
  }

  #translatedFromPeer(stream: Stream, packet: Buffer): readonly Buffer[] {
    const made = stream.translation?.toRenderer(packet);
    if (made === undefined) drop(stream, stream.translation ? 'malformed' : 'notNegotiated');
    return made ?? [];
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
    stream.fromRenderer.add(packet, nowMs, route && route.kind !== 'event' ? route.clockRateHz : 0);
    if (!route) {
      drop(stream, stream.config ? 'notNegotiated' : 'noPeer');
    } else if (stream.config?.send !== true) {
      drop(stream, 'direction');
    } else if (route.translated !== undefined) {
      this.#translatedToPeer(stream, packet, route, nowMs);
    } else if (!stream.outgoing.adopt(packet, nowMs)) {
      drop(stream, 'replacedByTone');
    } else {
      setPayloadType(packet, route.payloadType);
      if (!stream.leg.send(packet)) drop(stream, 'noPeer');
    }
  }

  #translatedToPeer(stream: Stream, packet: Buffer, route: PayloadRoute, nowMs: number): void {
    if (stream.translation === undefined) {
      drop(stream, 'notNegotiated');
      return;
    }
    for (const made of stream.translation.toPeer(packet)) {
      const wire = stream.outgoing.translated(packet, { ...made, payloadType: route.payloadType }, nowMs);
      if (wire === undefined) drop(stream, 'replacedByTone');
      else if (!stream.leg.send(wire)) drop(stream, 'noPeer');
    }
  }

  #rtcpFromPeer(stream: Stream, compound: Buffer): void {
    // Whole or not at all: the renderer's stack reads it with our word that it is well-formed.
    const packets = splitRtcp(compound);
    if (packets === undefined) {
      drop(stream, 'rtcpMalformed');
      return;
    }
    this.#renderer?.send(stream.kind, compound);
    stream.rtcp.received(packets);
  }

  /**
   * The renderer's reports end here, since the gateway reports to the peer itself (RtcpSession); so does what only
   * WebRTC understands (transport-cc, REMB, XR). Requests for pictures go on to the peer or to signalling. Its connection
   * is bundled: one compound may speak of sound and picture.
   */
  #rtcpFromRenderer(kind: MediaKind, compound: Buffer): void {
    const packets = splitRtcp(compound);
    if (!packets) {
      const stream = this.#streams.get(kind);
      if (stream) drop(stream, 'rtcpMalformed');
      return;
    }
    for (const packet of packets) {
      if (!isKeyframeRequest(packet)) {
        this.#streamOf(packet, kind)?.rtcp.rendererReported(packet);
        continue;
      }
      const video = this.#streams.get('video');
      if (!video?.config) continue;
      if (video.config.feedback) video.rtcp.sendFeedback(packet.bytes);
      else this.#keyframeWanted();
    }
  }

  #streamOf(packet: RtcpPacket, kind: MediaKind): Stream | undefined {
    for (const stream of this.#streams.values()) {
      if (packet.senderSsrc !== undefined && packet.senderSsrc === stream.rendererSsrc) return stream;
    }
    return this.#streams.get(kind);
  }

  /** A renderer that just connected has missed the last whole picture. */
  #askPeerForPicture(): void {
    const video = this.#streams.get('video');
    if (!video?.config || video.peerSsrc === undefined) return;
    if (video.config.feedback) video.rtcp.sendFeedback(buildPli(video.outgoing.ssrc, video.peerSsrc));
    else this.#keyframeWanted();
  }

  #keyframeWanted(): void {
    const nowMs = this.#options.monotonicMs();
    if (nowMs - this.#lastKeyframeWantedMs < gatewayLimits.keyframeIntervalMs) return;
    this.#lastKeyframeWantedMs = nowMs;
    this.#options.onKeyframeWanted();
  }
}
