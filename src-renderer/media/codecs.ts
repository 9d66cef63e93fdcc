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
