import { NegotiationError } from './media-encryption.ts';
import type { MediaKind } from './media.ts';
import {
  codecsByName,
  companionsFor,
  isComfortNoise,
  isTelephoneEvent,
  packetizationMode,
  sameEncoding,
  samePayload,
  takesComfortNoise,
  telephoneEvent,
  type NumberedCodec,
  type RelayCodec,
} from './payload-map.ts';
import type { SdpCodec, SdpMedia } from './sdp.ts';

/** A codec of ours as the peer numbers it. */
export function numbered(local: SdpCodec, remote: SdpCodec): NumberedCodec {
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
export function numberCodecs(
  kind: MediaKind,
  names: readonly string[],
  known: readonly SdpCodec[],
  inUse: NumberedCodec | undefined,
): readonly SdpCodec[] {
  const wanted = codecsByName(kind, names);
  const all: readonly RelayCodec[] = kind === 'audio' ? [...wanted, ...companionsFor(wanted, names)] : wanted;
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

/** Our first choice that the offer has, and what of the names goes beside it. */
export function chooseForAnswer(
  kind: MediaKind,
  names: readonly string[],
  media: SdpMedia,
): readonly SdpCodec[] | undefined {
  for (const ours of codecsByName(kind, names)) {
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
    return kind === 'audio' ? [codec, ...companionsOf(codec, names, media)] : [codec];
  }
  return undefined;
}

/** Of what the offer has beside the voice, what fits this codec and is wanted, in our order. */
function companionsOf(codec: SdpCodec, names: readonly string[], media: SdpMedia): readonly SdpCodec[] {
  return names.flatMap((name): readonly SdpCodec[] => {
    if (name === telephoneEvent) {
      const events = media.codecs.filter(isTelephoneEvent);
      const event = events.find((candidate) => candidate.clockRateHz === codec.clockRateHz) ?? events[0];
      return event ? [{ ...event, fmtp: '0-15' }] : [];
    }
    if (!isComfortNoise({ name }) || !takesComfortNoise(codec)) return [];
    return media.codecs.filter((candidate) => isComfortNoise(candidate) && candidate.clockRateHz === codec.clockRateHz);
  });
}

/** RFC 6184 section 8.2.2: the answer repeats the packetization mode of the offer. */
function withMode(ours: SdpCodec, theirs: SdpCodec): string {
  return (ours.fmtp ?? '').replace('packetization-mode=1', `packetization-mode=${packetizationMode(theirs)}`);
}
