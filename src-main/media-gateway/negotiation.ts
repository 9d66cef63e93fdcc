import { chooseForAnswer, numberCodecs, numbered } from './codec-choice.ts';
import {
  answerKeys,
  canAnswerProfile,
  EncryptionRefusedError,
  isKnownProfile,
  keysToOffer,
  NegotiationError,
  noEncryption,
  offeredProfile,
  refusesForEncryption,
  srtpConfig,
  takeAnswerKeys,
  type AgreedSrtp,
  type LocalEncryption,
} from './media-encryption.ts';
import { effectiveDirection, mirrored, remoteOf, withoutReceiving } from './media-direction.ts';
import type { MediaDirection, MediaKind, NegotiatedMedia, NegotiatedStream } from './media.ts';
import {
  isCompanion,
  isTelephoneEvent,
  sameEncoding,
  samePayload,
  spokenByRenderer,
  type NumberedCodec,
} from './payload-map.ts';
import type { StreamConfig } from './protocol.ts';
import { formatSdesKey, type SdesKey } from './sdes.ts';
import { buildSdp, type OutgoingMedia, type SdpCodec, type SdpMedia, type SessionDescription } from './sdp.ts';

/** The local RTP port per kind; a kind without one is refused. */
export type LocalPorts = Readonly<Partial<Record<MediaKind, number>>>;

/** What we can do and want, as the call asked for it. */
export interface LocalMedia {
  readonly address: string;
  readonly kinds: readonly MediaKind[];
  readonly audioCodecs: readonly string[];
  readonly videoCodecs: readonly string[];
  /** Absent: in the clear. */
  readonly encryption?: LocalEncryption;
}

/** One m-line as it stands; its place in the SDP never changes (RFC 3264 section 8). */
interface Line {
  /** Absent for lines that are not ours to fill: second audio lines, applications. */
  readonly kind?: MediaKind;
  /** How we refused the line; our own later offers refuse it again. */
  readonly refusal?: OutgoingMedia;
  /** The numbers that we gave out, kept for the life of the session (RFC 3264 section 8.3.2). */
  readonly codecs: readonly SdpCodec[];
  readonly rtcpMux: boolean;
  /** The SRTP keys that our offers carry, kept as the numbers are. */
  readonly keys?: readonly SdesKey[];
  readonly agreed?: Agreement;
}

interface Agreement {
  readonly codecs: readonly NumberedCodec[];
  readonly direction: MediaDirection;
  readonly remote: StreamConfig['remote'];
  readonly feedback: boolean;
  /** What the peer asks for in one packet. */
  readonly ptimeMs?: number;
  readonly rtcp: NonNullable<StreamConfig['rtcp']>;
  readonly srtp?: AgreedSrtp;
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

export function newNegotiation(sessionId: string): Negotiation {
  return { sessionId, version: 0, lines: [] };
}

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
    const kind = usableKind(offer.media, index, local);
    return kind &&
      media.port !== 0 &&
      local.kinds.includes(kind) &&
      chooseForAnswer(kind, codecNames(kind, local), media)
      ? [kind]
      : [];
  });
}

/**
 * Our offer: every codec that we can relay, the one in use first (RFC 3264 sections 5 and 8).
 * @param rekey fresh SRTP keys: the process that counted packets under the old ones is gone
 */
export function makeOffer(
  negotiation: Negotiation,
  local: LocalMedia,
  ports: LocalPorts,
  held: boolean,
  rekey = false,
): { readonly negotiation: Negotiation; readonly sdp: string } {
  const encryption = local.encryption ?? noEncryption;
  const keysOf = (line: Line | undefined): readonly SdesKey[] =>
    rekey ? keysToOffer(encryption, [], undefined) : keysToOffer(encryption, line?.keys ?? [], line?.agreed?.srtp);
  const numbersOf = (kind: MediaKind, line: Line | undefined): readonly SdpCodec[] =>
    numberCodecs(kind, codecNames(kind, local), line?.codecs ?? [], line?.agreed && mainCodec(line.agreed));
  const lines: Line[] = negotiation.lines.map((line) =>
    line.kind ? { ...line, codecs: numbersOf(line.kind, line), keys: keysOf(line) } : line,
  );
  for (const kind of local.kinds) {
    if (lines.some((line) => line.kind === kind)) continue;
    lines.push({ kind, codecs: numbersOf(kind, undefined), rtcpMux: false, keys: keysOf(undefined) });
  }
  const next: Negotiation = { ...negotiation, version: negotiation.version + 1, lines };
  const media = lines.map((line): OutgoingMedia => {
    const port = line.kind && line.codecs.length > 0 ? (ports[line.kind] ?? 0) : 0;
    if (line.refusal || !line.kind || port === 0) return line.refusal ?? removed(line);
    return {
      type: line.kind,
      port,
      protocol: offeredProfile(encryption),
      formats: [],
      codecs: line.codecs,
      direction: held ? 'sendonly' : 'sendrecv',
      rtcpMux: line.rtcpMux,
      asksForXr: line.kind === 'audio',
      feedback: line.kind === 'video' ? videoFeedback : [],
      crypto: (line.keys ?? []).map(formatSdesKey),
    };
  });
  return { negotiation: next, sdp: write(next, local, media) };
}

/** Applies the far end's answer to our last offer (RFC 3264 section 7). Throws NegotiationError. */
export function takeAnswer(
  negotiation: Negotiation,
  answer: SessionDescription,
  held: boolean,
  encryption: LocalEncryption = noEncryption,
): Negotiation {
  // RFC 3264 section 6: as many m-lines as the offer, in the same order. More are ignored.
  if (answer.media.length < negotiation.lines.length) {
    throw new NegotiationError('the answer has fewer m-lines than the offer');
  }
  const lines = negotiation.lines.map((line, index): Line => {
    const media = answer.media[index];
    const { agreed: _before, ...rest } = line;
    if (!line.kind || line.refusal || !media || media.port === 0) return rest;
    if (media.type !== line.kind) throw new NegotiationError(`m-line ${index + 1} is ${media.type}, not ${line.kind}`);
    if (!isKnownProfile(media.protocol)) throw new NegotiationError(`the answer asks for ${media.protocol}`);
    const codecs = media.codecs.flatMap((remote) => {
      // The number that we offered says best which codec is meant: many phones leave the fmtp of H264 out.
      const ours =
        line.codecs.find((codec) => codec.payloadType === remote.payloadType && sameEncoding(codec, remote)) ??
        line.codecs.find((codec) => samePayload(codec, remote));
      return ours ? [numbered(ours, remote)] : [];
    });
    if (codecs.every(isCompanion)) throw new NegotiationError(`no shared ${line.kind} codec`);
    const direction = mirrored(effectiveDirection(media));
    const srtp = takeAnswerKeys(media, encryption, line.keys ?? []);
    const agreed: Agreement = {
      codecs,
      // An answer may not add what the offer left out (RFC 3264 section 6.1); some phones do.
      direction: held ? withoutReceiving(direction) : direction,
      // Multiplexing that we did not offer is not agreed on, whatever the answer says (RFC 5761 section 5.1.1).
      remote: remoteOf(media, media.rtcpMux && line.rtcpMux),
      feedback: takesFeedback(media),
      ...packetTime(media),
      rtcp: rtcpOf(media),
      ...(srtp === undefined ? {} : { srtp }),
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
    const kind = usableKind(offer.media, index, local);
    const codecs = kind ? chooseForAnswer(kind, codecNames(kind, local), media) : undefined;
    const port = kind ? ports[kind] : undefined;
    if (!kind || !codecs || port === undefined || media.port === 0) {
      const refusal = refused(media);
      outgoing.push(refusal);
      return { refusal, codecs: [], rtcpMux: false, ...(kind ? { kind } : {}) };
    }
    const wanted = mirrored(effectiveDirection(media));
    const direction = held ? withoutReceiving(wanted) : wanted;
    const feedback = takesFeedback(media);
    const before = negotiation.lines[index]?.agreed?.srtp;
    const { srtp, crypto } = answerKeys(media, local.encryption ?? noEncryption, before);
    outgoing.push({
      type: kind,
      port,
      protocol: media.protocol,
      formats: [],
      codecs,
      direction,
      rtcpMux: media.rtcpMux,
      // Who knows the attribute is asked in turn.
      asksForXr: kind === 'audio' && media.rtcpXr !== undefined,
      feedback: kind === 'video' && feedback ? videoFeedback : [],
      crypto,
    });
    const agreed: Agreement = {
      // RFC 3264 section 6.1: the answer keeps the numbers of the offer, so both ends use the same.
      codecs: codecs.map((codec) => numbered(codec, codec)),
      direction,
      remote: remoteOf(media, media.rtcpMux),
      feedback,
      ...packetTime(media),
      rtcp: rtcpOf(media),
      ...(srtp === undefined ? {} : { srtp }),
    };
    return { kind, codecs, rtcpMux: media.rtcpMux, agreed };
  });
  if (!lines.some((line) => line.agreed)) {
    if (refusesForEncryption(offer.media, local.encryption ?? noEncryption))
      throw new EncryptionRefusedError('the offer cannot be encrypted as asked');
    throw new NegotiationError('the offer has no stream that we can take');
  }
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
      ? {
          audio: {
            ...stream(audio.agreed),
            ...(event ? { telephoneEvent: event.remotePayloadType } : {}),
          },
        }
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
        ...packetTime(agreed),
        rtcp: agreed.rtcp,
        ...(event ? { event: { payloadType: event.remotePayloadType, clockRateHz: event.clockRateHz } } : {}),
        ...(agreed.srtp ? { srtp: srtpConfig(agreed.srtp) } : {}),
      },
    ];
  });
}

const codecNames = (kind: MediaKind, local: LocalMedia): readonly string[] =>
  kind === 'audio' ? local.audioCodecs : local.videoCodecs;

function agreedLine(negotiation: Negotiation, kind: MediaKind): { readonly agreed: Agreement } | undefined {
  const agreed = negotiation.lines.find((line) => line.kind === kind && line.agreed)?.agreed;
  return agreed && { agreed };
}

function mainCodec(agreed: Agreement): NumberedCodec {
  const codec = agreed.codecs.find((candidate) => !isCompanion(candidate));
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
  const spoken = spokenByRenderer(codec);
  return {
    codec: codec.name,
    clockRateHz: codec.clockRateHz,
    channels: codec.channels,
    payloadType: codec.remotePayloadType,
    direction: agreed.direction,
    ...(codec.fmtp === undefined ? {} : { fmtp: codec.fmtp }),
    ...(spoken === codec ? {} : { windowCodec: { name: spoken.name, clockRateHz: spoken.clockRateHz } }),
    ...(agreed.srtp === undefined ? {} : { srtpSuite: agreed.srtp.suite.name }),
  };
}

/** The kind of an offered line, when it is the first of its kind that we can speak: audio or video. */
function usableKind(media: readonly SdpMedia[], index: number, local: LocalMedia): MediaKind | undefined {
  const line = media[index];
  const isSpoken = (other: SdpMedia): boolean => canAnswerProfile(other, local.encryption ?? noEncryption);
  if (!line || (line.type !== 'audio' && line.type !== 'video') || !isSpoken(line)) return undefined;
  const first = media.findIndex((other) => other.type === line.type && isSpoken(other) && other.port !== 0);
  return first === index || (first < 0 && media.findIndex((other) => other.type === line.type) === index)
    ? line.type
    : undefined;
}

const packetTime = ({ ptimeMs }: Pick<Agreement, 'ptimeMs'>): Pick<Agreement, 'ptimeMs'> =>
  ptimeMs === undefined ? {} : { ptimeMs };
const rtcpOf = (media: SdpMedia): Agreement['rtcp'] => ({ isOff: media.rtcpIsOff, xr: media.rtcpXr ?? [] });

const takesFeedback = (media: SdpMedia): boolean =>
  media.protocol.endsWith('AVPF') || media.feedback.some((value) => /\b(?:pli|fir)\b/i.test(value));

function refused(media: SdpMedia): OutgoingMedia {
  return {
    type: media.type,
    port: 0,
    protocol: media.protocol,
    formats: media.formats,
    codecs: [],
    direction: 'inactive',
    rtcpMux: false,
    asksForXr: false,
    feedback: [],
    crypto: [],
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
    asksForXr: false,
    feedback: [],
    crypto: [],
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
