import type { MediaKind } from './media.ts';
import type { SdpCodec } from './sdp.ts';

/** A codec that the gateway can relay: it never touches payload, so it needs only the description. */
export interface RelayCodec extends SdpCodec {
  readonly kind: MediaKind;
}

export const telephoneEvent = 'telephone-event';
/** RFC 3389 section 5.1: its number is fixed, and its clock is that of the telephone band. */
export const comfortNoise = { name: 'CN', payloadType: 13, clockRateHz: 8_000 } as const;

/** The payload types that our own offers use; a far end's offer brings its own numbers. */
const relayCodecs: readonly RelayCodec[] = [
  {
    kind: 'audio',
    name: 'opus',
    clockRateHz: 48_000,
    channels: 2,
    payloadType: 111,
    fmtp: 'minptime=10;useinbandfec=1',
  },
  // RFC 3551 section 4.5.2: the clock of G722 is 8,000 in RTP, though it samples at 16,000.
  { kind: 'audio', name: 'G722', clockRateHz: 8_000, channels: 1, payloadType: 9 },
  { kind: 'audio', name: 'PCMU', clockRateHz: 8_000, channels: 1, payloadType: 0 },
  { kind: 'audio', name: 'PCMA', clockRateHz: 8_000, channels: 1, payloadType: 8 },
  // RFC 4856 section 2.1.9: annex B (silence suppression) counts as wanted unless it is refused.
  { kind: 'audio', name: 'G729', clockRateHz: 8_000, channels: 1, payloadType: 18, fmtp: 'annexb=no' },
  {
    kind: 'video',
    name: 'H264',
    clockRateHz: 90_000,
    channels: 1,
    payloadType: 97,
    fmtp: 'profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1',
  },
  { kind: 'video', name: 'VP8', clockRateHz: 90_000, channels: 1, payloadType: 96 },
  { kind: 'video', name: 'VP9', clockRateHz: 90_000, channels: 1, payloadType: 98 },
];

/** RFC 4733 events, one format per clock rate since they share the clock of the audio (section 2.1). */
const eventCodecs: readonly RelayCodec[] = [
  { kind: 'audio', name: telephoneEvent, clockRateHz: 8_000, channels: 1, payloadType: 101, fmtp: '0-15' },
  { kind: 'audio', name: telephoneEvent, clockRateHz: 48_000, channels: 1, payloadType: 102, fmtp: '0-15' },
];

const noiseCodec: RelayCodec = { kind: 'audio', ...comfortNoise, channels: 1 };

export const isTelephoneEvent = (codec: { readonly name: string }): boolean =>
  codec.name.toLowerCase() === telephoneEvent;

export const isComfortNoise = (codec: { readonly name: string }): boolean =>
  codec.name.toUpperCase() === comfortNoise.name;

/** True for what goes beside the voice: no call can do with it alone. */
export const isCompanion = (codec: { readonly name: string }): boolean =>
  isTelephoneEvent(codec) || isComfortNoise(codec);

/** What the renderer speaks where the gateway translates; itself for everything that is relayed untouched. */
export function spokenByRenderer(codec: { readonly name: string; readonly clockRateHz: number }): {
  readonly name: string;
  readonly clockRateHz: number;
} {
  // G.711 costs the least of what Chromium has at 8 kHz, and loses nothing that G.729 would have kept.
  return codec.name.toUpperCase() === 'G729' ? { name: 'PCMU', clockRateHz: 8_000 } : codec;
}

/** The relayable codecs of these names, in this order; names that we cannot relay are left out. */
export function codecsByName(kind: MediaKind, names: readonly string[]): readonly RelayCodec[] {
  return names.flatMap((name) =>
    relayCodecs.filter((codec) => codec.kind === kind && codec.name.toLowerCase() === name.toLowerCase()),
  );
}

/**
 * What goes beside these codecs, as far as it is named, in the order of the names: telephone events for each of their
 * clock rates, and comfort noise for those that have none of their own (RFC 3389 section 1).
 */
export function companionsFor(codecs: readonly SdpCodec[], names: readonly string[]): readonly RelayCodec[] {
  return names.flatMap((name) => {
    if (isTelephoneEvent({ name })) {
      return eventCodecs.filter((event) => codecs.some((codec) => codec.clockRateHz === event.clockRateHz));
    }
    return isComfortNoise({ name }) && codecs.some(takesComfortNoise) ? [noiseCodec] : [];
  });
}

/** G.711 has no silence of its own; G.722, opus and G.729 do without that of RFC 3389. */
export const takesComfortNoise = (codec: { readonly name: string }): boolean =>
  ['PCMA', 'PCMU'].includes(codec.name.toUpperCase());

/** True for every encoding that the renderer may keep in its offer to us. */
export function isRelayable(kind: MediaKind, codec: Omit<SdpCodec, 'payloadType'>): boolean {
  const known = kind === 'audio' ? [...relayCodecs, ...eventCodecs, noiseCodec] : relayCodecs;
  return known.some((candidate) => candidate.kind === kind && sameEncoding(candidate, codec));
}

/** Reads one parameter of an fmtp line (`a=1;b=2`); names compare without case. */
export function fmtpParameter(fmtp: string | undefined, name: string): string | undefined {
  for (const part of (fmtp ?? '').split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim().toLowerCase() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

/** RFC 6184 section 8.1: mode 0 when absent. */
export const packetizationMode = (codec: Omit<SdpCodec, 'payloadType'>): string =>
  fmtpParameter(codec.fmtp, 'packetization-mode') ?? '0';

/** The profile_idc of RFC 6184, as two hexadecimal digits; baseline when absent. The level is no part of it. */
const h264Profile = (codec: Omit<SdpCodec, 'payloadType'>): string =>
  (fmtpParameter(codec.fmtp, 'profile-level-id') ?? '420010').slice(0, 2).toLowerCase();

/** Same name, clock and channels: what an rtpmap says (RFC 4855 section 3). */
export function sameEncoding(a: Omit<SdpCodec, 'payloadType'>, b: Omit<SdpCodec, 'payloadType'>): boolean {
  return a.name.toLowerCase() === b.name.toLowerCase() && a.clockRateHz === b.clockRateHz && a.channels === b.channels;
}

/** Payload of one can be decoded as the other: for H264 packetization mode and profile have to agree too (RFC 6184 8.2.2). */
export function samePayload(a: Omit<SdpCodec, 'payloadType'>, b: Omit<SdpCodec, 'payloadType'>): boolean {
  if (!sameEncoding(a, b)) return false;
  if (a.name.toLowerCase() !== 'h264') return true;
  return packetizationMode(a) === packetizationMode(b) && h264Profile(a) === h264Profile(b);
}

/** A codec as the two ends of the SIP side number it. */
export interface NumberedCodec {
  readonly name: string;
  readonly clockRateHz: number;
  readonly channels: number;
  readonly fmtp?: string;
  /** The number in our SDP: the peer sends with it. */
  readonly localPayloadType: number;
  /** The number in the peer's SDP: we send with it. */
  readonly remotePayloadType: number;
}

/** What a packet becomes on the other side. */
export interface PayloadRoute {
  readonly payloadType: number;
  readonly clockRateHz: number;
  /** No sound of its own: an event, or the noise of a pause. */
  readonly kind: 'voice' | 'event' | 'noise';
  /** The codec of the peer that the gateway translates; absent: the payload is relayed untouched. */
  readonly translated?: string;
}

export interface PayloadMap {
  /** By the payload type that the peer sends. Without a value: not negotiated, or nothing that the renderer knows. */
  readonly toRenderer: ReadonlyMap<number, PayloadRoute>;
  /** By the payload type that the renderer sends. */
  readonly toPeer: ReadonlyMap<number, PayloadRoute>;
}

/** Joins the codecs of the SIP side and of the renderer by what they are, not by their numbers. */
export function mapPayloads(peer: readonly NumberedCodec[], renderer: readonly SdpCodec[]): PayloadMap {
  const toRenderer = new Map<number, PayloadRoute>();
  const toPeer = new Map<number, PayloadRoute>();
  const pairs = peer.flatMap((codec) => {
    const spoken = spokenByRenderer(codec);
    const wanted = spoken === codec ? codec : { ...spoken, channels: 1 };
    const match = renderer.find((candidate) => samePayload(candidate, wanted));
    return match ? [{ codec, match, isTranslated: spoken !== codec }] : [];
  });
  const route = ({ codec, isTranslated }: (typeof pairs)[number], payloadType: number): PayloadRoute => ({
    payloadType,
    clockRateHz: codec.clockRateHz,
    kind: isTelephoneEvent(codec) ? 'event' : isComfortNoise(codec) ? 'noise' : 'voice',
    ...(isTranslated ? { translated: codec.name } : {}),
  });
  for (const pair of pairs) {
    const { codec, match } = pair;
    toRenderer.set(codec.localPayloadType, route(pair, match.payloadType));
    if (!toPeer.has(match.payloadType)) toPeer.set(match.payloadType, route(pair, codec.remotePayloadType));
  }
  // Some phones send with their own number where ours differs (against RFC 3264 section 5.1); take it where it is free.
  for (const pair of pairs) {
    const { codec, match } = pair;
    if (!peer.some((other) => other.localPayloadType === codec.remotePayloadType)) {
      toRenderer.set(codec.remotePayloadType, route(pair, match.payloadType));
    }
  }
  // Others send comfort noise unasked, by its fixed number: taken, it is no hole in the sound.
  const noise = renderer.find(isComfortNoise);
  if (noise && !toRenderer.has(comfortNoise.payloadType) && sendsNoiseUnasked(peer)) {
    const { clockRateHz } = comfortNoise;
    toRenderer.set(comfortNoise.payloadType, { payloadType: noise.payloadType, clockRateHz, kind: 'noise' });
  }
  return { toRenderer, toPeer };
}

/** The numbers that the peer may send with. */
export function numbersOfPeer(peer: readonly NumberedCodec[]): ReadonlySet<number> {
  const numbers = peer.flatMap((codec) => [codec.localPayloadType, codec.remotePayloadType]);
  return new Set(sendsNoiseUnasked(peer) ? [...numbers, comfortNoise.payloadType] : numbers);
}

const sendsNoiseUnasked = (peer: readonly NumberedCodec[]): boolean => peer.some(takesComfortNoise);
