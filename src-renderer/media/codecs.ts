import type { RendererCodec } from '../../src-shared/contract/media.ts';

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
