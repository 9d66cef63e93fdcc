import type { RendererCodec } from '../../src-shared/contract/media.ts';
import { isVoiceCodec } from '../../src-shared/model/audio-codecs.ts';

/** Formats that are no codecs of their own: redundancy, repair and retransmission of others. */
const auxiliary = new Set(['rtx', 'red', 'ulpfec', 'flexfec-03']);

/** Codecs of RTCRtpSender.getCapabilities as the contract names them. */
export function rendererCodecs(
  kind: RendererCodec['kind'],
  capabilities: Pick<RTCRtpCapabilities, 'codecs'> | null,
): readonly RendererCodec[] {
  return (capabilities?.codecs ?? []).flatMap((codec) => {
    const name = codec.mimeType.split('/')[1] ?? '';
    if (name === '' || auxiliary.has(name.toLowerCase())) return [];
    return [
      {
        kind,
        name,
        clockRateHz: codec.clockRate,
        channels: codec.channels ?? 1,
        ...(codec.sdpFmtpLine === undefined ? {} : { fmtp: codec.sdpFmtpLine }),
      },
    ];
  });
}

/** The negotiated codec that is meant by name and clock rate; names compare without case (RFC 4855 section 3). */
export function matchingCodec<Codec extends Pick<RTCRtpCodec, 'mimeType' | 'clockRate'>>(
  codecs: readonly Codec[],
  wanted: { readonly name: string; readonly clockRateHz: number },
): Codec | undefined {
  return codecs.find(
    (codec) =>
      codec.clockRate === wanted.clockRateHz &&
      codec.mimeType.split('/')[1]?.toLowerCase() === wanted.name.toLowerCase(),
  );
}

/**
 * The codecs of these names in this order, those of the voice first (RTCRtpTransceiver.setCodecPreferences); undefined
 * when there is no voice among them. Comfort noise is left out: with it Chromium sends nothing in pauses, not even noise.
 */
export function preferredCodecs<Codec extends Pick<RTCRtpCodec, 'mimeType' | 'clockRate'>>(
  names: readonly string[],
  known: readonly Codec[],
): readonly Codec[] | undefined {
  const named = names.flatMap((name) =>
    known.filter(({ mimeType }) => name !== 'CN' && mimeType.toLowerCase() === `audio/${name.toLowerCase()}`),
  );
  const isVoice = ({ mimeType }: Codec): boolean => isVoiceCodec(mimeType.split('/')[1] ?? '');
  const voice = named.filter(isVoice);
  return voice.length === 0 ? undefined : [...voice, ...named.filter((codec) => !isVoice(codec))];
}

/** Of these names, the first voice that the offer has, and what goes beside it: an answer has one codec (RFC 3264 section 6.1). */
export function namesForAnswer(names: readonly string[], offer: string): readonly string[] {
  const section = offer.split(/\r?\n(?=m=)/).find((part) => part.startsWith('m=audio ')) ?? '';
  const formats = /^m=audio \d+ \S+ (.*)$/m.exec(section)?.[1]?.trim().split(' ') ?? [];
  const offered = [
    ...[...section.matchAll(/^a=rtpmap:\d+ ([^/\s]+)/gm)].map((found) => (found[1] ?? '').toLowerCase()),
    ...formats.flatMap((format) => staticCodecs[format] ?? []),
  ];
  const voice = names.find((name) => isVoiceCodec(name) && offered.includes(name.toLowerCase()));
  return voice === undefined ? names : [voice, ...names.filter((name) => !isVoiceCodec(name))];
}

/**
 * The offer of the far end with these codecs only: whatever we answer, Chromium sends the first one that it was offered.
 * As it came when none of them is in it. Only lines that name a format go (RFC 8866 section 6.6 and 6.15).
 */
export function offerWithOnly(names: readonly string[], offer: string): string {
  const wanted = names.map((name) => name.toLowerCase());
  const sections = offer.split(/(?<=\n)(?=m=)/);
  return sections
    .map((section) => {
      const line = /^(m=audio \d+ \S+) (.*?)(\r?\n)/.exec(section);
      if (line === null) return section;
      const nameOf = new Map(Object.entries(staticCodecs));
      for (const [, format = '', name = ''] of section.matchAll(/^a=rtpmap:(\d+) ([^/\s]+)/gm))
        nameOf.set(format, name.toLowerCase());
      const formats = (line[2] ?? '').trim().split(' ');
      const kept = formats.filter((format) => wanted.includes(nameOf.get(format) ?? ''));
      if (kept.length === 0) return section;
      const gone = new Set(formats.filter((format) => !kept.includes(format)));
      const rest = section.slice(line[0].length).split(/(?<=\n)/);
      const lines = rest.filter((one) => !gone.has(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(one)?.[1] ?? ''));
      return `${line[1] ?? ''} ${kept.join(' ')}${line[3] ?? ''}${lines.join('')}`;
    })
    .join('');
}

/** RFC 3551 section 6: numbers that need no rtpmap. */
const staticCodecs: Readonly<Record<string, string>> = { 0: 'pcmu', 8: 'pcma', 9: 'g722' };

const isTelephoneEvent = (codec: Pick<RTCRtpCodec, 'mimeType'>): boolean =>
  codec.mimeType.toLowerCase() === 'audio/telephone-event';

/**
 * How many times its length a tone has to be asked for. Chromium counts the time that passes in the clock of the codec
 * in use, but the wanted length in the clock of telephone-event; when the far end took only the 8 kHz one beside
 * opus, a tone ends after a sixth of its time, as a bare end packet that some phones do not take for a digit.
 * `codecs`: as negotiated, the one in use first unless `used` names it.
 */
export function toneStretch(
  codecs: readonly Pick<RTCRtpCodec, 'mimeType' | 'clockRate'>[],
  used: Pick<RTCRtpCodec, 'clockRate'> | undefined,
): number {
  const clockRate = (used ?? codecs.find((codec) => !isTelephoneEvent(codec)))?.clockRate;
  const toneClocks = codecs.filter(isTelephoneEvent).map((codec) => codec.clockRate);
  const first = toneClocks[0];
  if (clockRate === undefined || first === undefined || toneClocks.includes(clockRate)) return 1;
  return Math.max(1, clockRate / first);
}
