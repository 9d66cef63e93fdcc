import { isIP } from 'node:net';
import type { MediaDirection, MediaKind, NegotiatedMedia, NegotiatedStream } from './media.ts';
import {
  codecsByName,
  eventsFor,
  isTelephoneEvent,
  packetizationMode,
  sameEncoding,
  samePayload,
  type NumberedCodec,
  type RelayCodec,
} from './payload-map.ts';
import type { StreamConfig } from './protocol.ts';
import { buildSdp, type OutgoingMedia, type SdpCodec, type SdpMedia, type SessionDescription } from './sdp.ts';

/** The local RTP port per kind; a kind without one is refused. */
export type LocalPorts = Readonly<Partial<Record<MediaKind, number>>>;

/** What we can do and want, as the call asked for it. */
export interface LocalMedia {
  readonly address: string;
  readonly kinds: readonly MediaKind[];
  readonly audioCodecs: readonly string[];
  readonly videoCodecs: readonly string[];
}

/** One m-line as it stands; its place in the SDP never changes (RFC 3264 section 8). */
interface Line {
  /** Absent for lines that are not ours to fill: second audio lines, applications, SRTP. */
  readonly kind?: MediaKind;
  /** How we refused the line; our own later offers refuse it again. */
  readonly refusal?: OutgoingMedia;
  /** The numbers that we gave out, kept for the life of the session (RFC 3264 section 8.3.2). */
  readonly codecs: readonly SdpCodec[];
  readonly rtcpMux: boolean;
  readonly agreed?: Agreement;
}

interface Agreement {
  readonly codecs: readonly NumberedCodec[];
  readonly direction: MediaDirection;
  readonly remote: StreamConfig['remote'];
  readonly feedback: boolean;
}

/**
 * The state of RFC 3264 offer and answer for one session. Immutable: each step gives the next
 * one, so that an offer that the far end refuses leaves the agreement before it in place.
 */
export interface Negotiation {
  readonly sessionId: string;
  readonly version: number;
  readonly lines: readonly Line[];
}

/** A failed negotiation, for the caller to put into words. */
export class NegotiationError extends Error {}

export function newNegotiation(sessionId: string): Negotiation {
  return { sessionId, version: 0, lines: [] };
}

const profiles: readonly string[] = ['RTP/AVP', 'RTP/AVPF'];
const videoFeedback: readonly string[] = ['nack pli', 'ccm fir'];

/** The kinds that are on the table: those that an offer of ours has to carry. */
export function kindsToOffer(negotiation: Negotiation, local: LocalMedia): readonly MediaKind[] {
  const present = negotiation.lines.flatMap((line) => (line.kind ? [line.kind] : []));
  const refused = negotiation.lines.flatMap((line) => (line.kind && line.refusal ? [line.kind] : []));
  return [...new Set([...present, ...local.kinds])].filter((kind) => !refused.includes(kind));
}

/** The kinds of a far end's offer that we can take part in. */
export function kindsToAnswer(offer: SessionDescription, local: LocalMedia): readonly MediaKind[] {
  return offer.media.flatMap((media, index) => {
    const kind = usableKind(offer.media, index);
    return kind && media.port !== 0 && local.kinds.includes(kind) && chooseForAnswer(kind, media, local) ? [kind] : [];
  });
}

/** Our offer: every codec that we can relay, the one in use first (RFC 3264 sections 5 and 8). */
export function makeOffer(
  negotiation: Negotiation,
  local: LocalMedia,
  ports: LocalPorts,
  held: boolean,
): { readonly negotiation: Negotiation; readonly sdp: string } {
  const lines: Line[] = negotiation.lines.map((line) =>
    line.kind ? { ...line, codecs: numberCodecs(line.kind, line, local) } : line,
  );
  for (const kind of local.kinds) {
    if (lines.some((line) => line.kind === kind)) continue;
    lines.push({ kind, codecs: numberCodecs(kind, undefined, local), rtcpMux: false });
  }
  const next: Negotiation = { ...negotiation, version: negotiation.version + 1, lines };
  const media = lines.map((line): OutgoingMedia => {
    const port = line.kind && line.codecs.length > 0 ? (ports[line.kind] ?? 0) : 0;
    if (line.refusal || !line.kind || port === 0) return line.refusal ?? removed(line);
    return {
      type: line.kind,
      port,
      protocol: 'RTP/AVP',
      formats: [],
      codecs: line.codecs,
      direction: held ? 'sendonly' : 'sendrecv',
      rtcpMux: line.rtcpMux,
      feedback: line.kind === 'video' ? videoFeedback : [],
    };
  });
  return { negotiation: next, sdp: write(next, local, media) };
}

/** Applies the far end's answer to our last offer (RFC 3264 section 7). */
export function takeAnswer(negotiation: Negotiation, answer: SessionDescription, held: boolean): Negotiation {
  // RFC 3264 section 6: as many m-lines as the offer, in the same order. More are ignored.
  if (answer.media.length < negotiation.lines.length) {
    throw new NegotiationError('the answer has fewer m-lines than the offer');
  }
  const lines = negotiation.lines.map((line, index): Line => {
    const media = answer.media[index];
    const { agreed: _before, ...rest } = line;
    if (!line.kind || line.refusal || !media || media.port === 0) return rest;
    if (media.type !== line.kind) throw new NegotiationError(`m-line ${index + 1} is ${media.type}, not ${line.kind}`);
    if (!profiles.includes(media.protocol)) throw new NegotiationError(`the answer asks for ${media.protocol}`);
    const codecs = media.codecs.flatMap((remote) => {
      // The number that we offered says best which codec is meant: many phones leave the fmtp of H264 out.
      const ours =
        line.codecs.find((codec) => codec.payloadType === remote.payloadType && sameEncoding(codec, remote)) ??
        line.codecs.find((codec) => samePayload(codec, remote));
      return ours ? [numbered(ours, remote)] : [];
    });
    if (codecs.every(isTelephoneEvent)) throw new NegotiationError(`no shared ${line.kind} codec`);
    const direction = mirrored(effectiveDirection(media));
    const agreed: Agreement = {
      codecs,
      // An answer may not add what the offer left out (RFC 3264 section 6.1); some phones do.
      direction: held ? withoutReceiving(direction) : direction,
      remote: remoteOf(media),
      feedback: takesFeedback(media),
    };
    return { ...rest, rtcpMux: media.rtcpMux && line.rtcpMux, agreed };
  });
  if (!lines.some((line) => line.agreed)) throw new NegotiationError('the answer refuses every stream');
  return { ...negotiation, lines };
}

/** Our answer to the far end's offer: one codec per line and its events (RFC 3264 section 6). */
export function makeAnswer(
  negotiation: Negotiation,
  offer: SessionDescription,
  local: LocalMedia,
  ports: LocalPorts,
  held: boolean,
): { readonly negotiation: Negotiation; readonly sdp: string } {
  const outgoing: OutgoingMedia[] = [];
  const lines = offer.media.map((media, index): Line => {
    const kind = usableKind(offer.media, index);
    const codecs = kind ? chooseForAnswer(kind, media, local) : undefined;
    const port = kind ? ports[kind] : undefined;
    if (!kind || !codecs || port === undefined || media.port === 0) {
      const refusal = refused(media);
      outgoing.push(refusal);
      return { refusal, codecs: [], rtcpMux: false, ...(kind ? { kind } : {}) };
    }
    const wanted = mirrored(effectiveDirection(media));
    const direction = held ? withoutReceiving(wanted) : wanted;
    const feedback = takesFeedback(media);
    outgoing.push({
      type: kind,
      port,
      protocol: media.protocol,
      formats: [],
      codecs,
      direction,
      rtcpMux: media.rtcpMux,
      feedback: kind === 'video' && feedback ? videoFeedback : [],
    });
    const agreed: Agreement = {
      // RFC 3264 section 6.1: the answer keeps the numbers of the offer, so both ends use the same.
      codecs: codecs.map((codec) => numbered(codec, codec)),
      direction,
      remote: remoteOf(media),
      feedback,
    };
    return { kind, codecs, rtcpMux: media.rtcpMux, agreed };
  });
  if (!lines.some((line) => line.agreed)) throw new NegotiationError('the offer has no stream that we can take');
  const next: Negotiation = { ...negotiation, version: negotiation.version + 1, lines };
  return { negotiation: next, sdp: write(next, local, outgoing) };
}

/** What both ends agreed on, for signalling and for the renderer. */
export function negotiatedMedia(negotiation: Negotiation): NegotiatedMedia {
  const audio = agreedLine(negotiation, 'audio');
  const video = agreedLine(negotiation, 'video');
  const event = audio && eventOf(audio.agreed);
  return {
    ...(audio
      ? { audio: { ...stream(audio.agreed), ...(event ? { telephoneEvent: event.remotePayloadType } : {}) } }
      : {}),
    ...(video ? { video: { ...stream(video.agreed), rtcpFeedback: video.agreed.feedback } } : {}),
  };
}

/** What the relay has to do; `held` stops our media at once, whatever the direction allows. */
export function streamConfigs(negotiation: Negotiation, held: boolean): readonly StreamConfig[] {
  return (['audio', 'video'] as const).flatMap((kind) => {
    const agreed = agreedLine(negotiation, kind)?.agreed;
    if (!agreed) return [];
    const event = kind === 'audio' ? eventOf(agreed) : undefined;
    return [
      {
        kind,
        remote: agreed.remote,
        send: !held && (agreed.direction === 'sendrecv' || agreed.direction === 'sendonly'),
        receive: agreed.direction === 'sendrecv' || agreed.direction === 'recvonly',
        feedback: agreed.feedback,
        codecs: agreed.codecs,
        clockRateHz: mainCodec(agreed).clockRateHz,
        ...(event ? { event: { payloadType: event.remotePayloadType, clockRateHz: event.clockRateHz } } : {}),
      },
    ];
  });
}

function agreedLine(negotiation: Negotiation, kind: MediaKind): { readonly agreed: Agreement } | undefined {
  const agreed = negotiation.lines.find((line) => line.kind === kind && line.agreed)?.agreed;
  return agreed && { agreed };
}

function mainCodec(agreed: Agreement): NumberedCodec {
  const codec = agreed.codecs.find((candidate) => !isTelephoneEvent(candidate));
  if (!codec) throw new NegotiationError('no codec');
  return codec;
}

/** Events with the clock of the audio codec come first; many phones know only those of 8,000 Hz. */
function eventOf(agreed: Agreement): NumberedCodec | undefined {
  const events = agreed.codecs.filter(isTelephoneEvent);
  return events.find((event) => event.clockRateHz === mainCodec(agreed).clockRateHz) ?? events[0];
}

function stream(agreed: Agreement): NegotiatedStream {
  const codec = mainCodec(agreed);
  return {
    codec: codec.name,
    clockRateHz: codec.clockRateHz,
    channels: codec.channels,
    payloadType: codec.remotePayloadType,
    direction: agreed.direction,
    ...(codec.fmtp === undefined ? {} : { fmtp: codec.fmtp }),
  };
}

function numbered(local: SdpCodec, remote: SdpCodec): NumberedCodec {
  return {
    name: local.name,
    clockRateHz: local.clockRateHz,
    channels: local.channels,
    ...(local.fmtp === undefined ? {} : { fmtp: local.fmtp }),
    localPayloadType: local.payloadType,
    remotePayloadType: remote.payloadType,
  };
}

/** The codecs of an offered line: earlier numbers are kept, new codecs get free ones. */
function numberCodecs(kind: MediaKind, line: Line | undefined, local: LocalMedia): readonly SdpCodec[] {
  const wanted = codecsByName(kind, kind === 'audio' ? local.audioCodecs : local.videoCodecs);
  const all: readonly RelayCodec[] = kind === 'audio' ? [...wanted, ...eventsFor(wanted)] : wanted;
  const known = line?.codecs ?? [];
  const inUse = line?.agreed ? mainCodec(line.agreed) : undefined;
  const taken = new Set(known.map((codec) => codec.payloadType));
  const codecs = all.map((codec): SdpCodec => {
    const earlier = known.find((candidate) => samePayload(candidate, codec));
    if (earlier) return earlier;
    const payloadType = taken.has(codec.payloadType) ? freePayloadType(taken) : codec.payloadType;
    taken.add(payloadType);
    const { name, clockRateHz, channels, fmtp } = codec;
    return { payloadType, name, clockRateHz, channels, ...(fmtp === undefined ? {} : { fmtp }) };
  });
  const first = inUse && codecs.find((codec) => samePayload(codec, inUse));
  return first ? [first, ...codecs.filter((codec) => codec !== first)] : codecs;
}

/** RFC 3551 section 3: 96 to 127 are there to be assigned. */
function freePayloadType(taken: ReadonlySet<number>): number {
  for (let candidate = 96; candidate < 128; candidate += 1) if (!taken.has(candidate)) return candidate;
  throw new NegotiationError('no free payload type');
}

/** The kind of an offered line, when it is the first usable of its kind: plain RTP, audio or video. */
function usableKind(media: readonly SdpMedia[], index: number): MediaKind | undefined {
  const line = media[index];
  if (!line || (line.type !== 'audio' && line.type !== 'video') || !profiles.includes(line.protocol)) return undefined;
  const first = media.findIndex(
    (other) => other.type === line.type && profiles.includes(other.protocol) && other.port !== 0,
  );
  return first === index || (first < 0 && media.findIndex((other) => other.type === line.type) === index)
    ? line.type
    : undefined;
}

/** Our first choice that the offer has, and the telephone events that fit it. */
function chooseForAnswer(kind: MediaKind, media: SdpMedia, local: LocalMedia): readonly SdpCodec[] | undefined {
  for (const ours of codecsByName(kind, kind === 'audio' ? local.audioCodecs : local.videoCodecs)) {
    const candidates = media.codecs.filter((codec) => sameEncoding(codec, ours));
    const theirs =
      ours.name === 'H264'
        ? (candidates.find((codec) => samePayload(codec, ours)) ??
          candidates.find((codec) => samePayload(codec, { ...ours, fmtp: withMode(ours, codec) })))
        : candidates[0];
    if (!theirs) continue;
    const fmtp = ours.name === 'H264' ? withMode(ours, theirs) : ours.fmtp;
    const codec: SdpCodec = {
      payloadType: theirs.payloadType,
      // Our spelling: the renderer finds its codec by it.
      name: ours.name,
      clockRateHz: theirs.clockRateHz,
      channels: theirs.channels,
      ...(fmtp === undefined ? {} : { fmtp }),
    };
    const events = media.codecs.filter(isTelephoneEvent);
    const event = events.find((candidate) => candidate.clockRateHz === codec.clockRateHz) ?? events[0];
    return kind === 'audio' && event ? [codec, { ...event, fmtp: '0-15' }] : [codec];
  }
  return undefined;
}

/** RFC 6184 section 8.2.2: the answer repeats the packetization mode of the offer. */
function withMode(ours: SdpCodec, theirs: SdpCodec): string {
  return (ours.fmtp ?? '').replace('packetization-mode=1', `packetization-mode=${packetizationMode(theirs)}`);
}

/** A null address is the hold of RFC 2543: they take nothing (RFC 3264 section 8.4). */
function effectiveDirection(media: SdpMedia): MediaDirection {
  return isNullAddress(media.address) ? withoutReceiving(media.direction) : media.direction;
}

const isNullAddress = (address: string): boolean => address === '0.0.0.0' || address === '::';

function mirrored(direction: MediaDirection): MediaDirection {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

function withoutReceiving(direction: MediaDirection): MediaDirection {
  return direction === 'sendrecv' || direction === 'sendonly' ? 'sendonly' : 'inactive';
}

function remoteOf(media: SdpMedia): StreamConfig['remote'] {
  if (isNullAddress(media.address) || isIP(media.address) === 0) return null;
  const rtcpPort = media.rtcpMux ? media.port : (media.rtcpPort ?? Math.min(media.port + 1, 65_535));
  return { address: media.address, rtpPort: media.port, rtcpPort };
}

const takesFeedback = (media: SdpMedia): boolean =>
  media.protocol === 'RTP/AVPF' || media.feedback.some((value) => /\b(?:pli|fir)\b/i.test(value));

function refused(media: SdpMedia): OutgoingMedia {
  return {
    type: media.type,
    port: 0,
    protocol: media.protocol,
    formats: media.formats,
    codecs: [],
    direction: 'inactive',
    rtcpMux: false,
    feedback: [],
  };
}

function removed(line: Line): OutgoingMedia {
  return {
    type: line.kind ?? 'audio',
    port: 0,
    protocol: 'RTP/AVP',
    formats: line.codecs.length > 0 ? line.codecs.map((codec) => String(codec.payloadType)) : ['0'],
    codecs: [],
    direction: 'inactive',
    rtcpMux: false,
    feedback: [],
  };
}

function write(negotiation: Negotiation, local: LocalMedia, media: readonly OutgoingMedia[]): string {
  const origin = {
    sessionId: negotiation.sessionId,
    version: String(negotiation.version),
    address: local.address,
  };
  return buildSdp(origin, media);
}
