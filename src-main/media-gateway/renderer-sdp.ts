import { isIP } from 'node:net';
import { gatewayLimits } from './gateway-limits.ts';
import type { MediaKind } from './media.ts';
import { isComfortNoise, isRelayable } from './payload-map.ts';
import { parseSdp, type SdpCodec } from './sdp.ts';

/** A renderer's offer as the native module gets it, and how the renderer numbers its codecs. */
export interface RendererOffer {
  readonly ok: true;
  readonly sdp: string;
  readonly codecs: Readonly<Partial<Record<MediaKind, readonly SdpCodec[]>>>;
}

export type RendererOfferResult = RendererOffer | { readonly ok: false; readonly reason: string };

/** Feedback that a SIP peer can serve; NACK and transport-cc need a party that keeps packets, and the gateway does not. */
const keptFeedback: readonly string[] = ['nack pli', 'ccm fir'];

/**
 * Prepares a browser's offer for the gateway's end of the loopback: keeps the codecs that can be
 * relayed; takes out header extensions, RTX, FEC, RED and simulcast, which a SIP peer would not
 * understand and the gateway does not translate; and keeps only loopback candidates, since a
 * `.local` name would have to be looked up and the browser finds us anyway.
 */
export function prepareRendererOffer(offer: string): RendererOfferResult {
  const parsed = parseSdp(offer);
  if (!parsed.ok) return { ok: false, reason: `line ${parsed.line}: ${parsed.reason}` };
  const sections = splitSections(offer);
  const codecs: Partial<Record<MediaKind, readonly SdpCodec[]>> = {};
  const out: string[] = [(sections[0] ?? []).filter((line) => line !== 'a=extmap-allow-mixed').join('\r\n')];
  for (const [index, media] of parsed.description.media.entries()) {
    const kind = media.type;
    if (kind !== 'audio' && kind !== 'video') return { ok: false, reason: `m=${kind} has no place in a call` };
    if (codecs[kind]) return { ok: false, reason: `more than one m=${kind}` };
    const kept = media.codecs.filter((codec) => isRelayable(kind, codec));
    // Not answered: with comfort noise agreed on, Chromium sends nothing in pauses, not even noise (measured). Without it
    // it sends always, and takes theirs all the same.
    const answered = kept.filter((codec) => !isComfortNoise(codec));
    if (answered.length === 0) return { ok: false, reason: `no ${kind} codec that can be relayed` };
    codecs[kind] = kept;
    out.push(filterSection(sections[index + 1] ?? [], kind, new Set(answered.map((codec) => codec.payloadType))));
  }
  if (Object.keys(codecs).length === 0) return { ok: false, reason: 'no media' };
  return { ok: true, sdp: `${out.join('\r\n')}\r\n`, codecs };
}

function splitSections(sdp: string): readonly (readonly string[])[] {
  const sections: string[][] = [[]];
  for (const line of sdp.split(/\r?\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}

function filterSection(lines: readonly string[], kind: MediaKind, kept: ReadonlySet<number>): string {
  return lines.flatMap((line) => filterLine(line, kind, kept)).join('\r\n');
}

function filterLine(line: string, kind: MediaKind, kept: ReadonlySet<number>): readonly string[] {
  if (line.startsWith('m=')) {
    const [media = '', port = '', protocol = '', ...formats] = line.split(' ');
    return [[media, port, protocol, ...formats.filter((format) => kept.has(Number(format)))].join(' ')];
  }
  const format = /^a=(rtpmap|fmtp|rtcp-fb):(\d+|\*) ?(.*)$/.exec(line);
  if (format) {
    if (format[2] !== '*' && !kept.has(Number(format[2]))) return [];
    return format[1] !== 'rtcp-fb' || (kind === 'video' && keptFeedback.includes(format[3] ?? '')) ? [line] : [];
  }
  if (line.startsWith('a=candidate:')) return isLoopbackCandidate(line) ? [line] : [];
  return /^a=(?:extmap|extmap-allow-mixed|ssrc-group|rid|simulcast)\b/.test(line) ? [] : [line];
}

/** RFC 8839 section 5.1: the address is the fifth field. */
function isLoopbackCandidate(line: string): boolean {
  const address = line.split(' ')[4] ?? '';
  return (isIP(address) === 4 && address.startsWith('127.')) || address === '::1';
}

/**
 * Tells the browser's video encoder where to begin and where to end: without it Chromium begins at
 * 300 kbit/s and, since a SIP peer sends no bandwidth estimate, climbs for minutes.
 */
export function withVideoBitrate(answer: string, startKbps: number, maxKbps: number): string {
  const sections = splitSections(answer).map((lines) => {
    if (!lines[0]?.startsWith('m=video')) return lines;
    const google = `x-google-start-bitrate=${startKbps};x-google-max-bitrate=${maxKbps}`;
    const tuned: string[] = [];
    for (const line of lines) {
      const fmtp = /^a=fmtp:\d+ /.test(line);
      const payloadType = /^a=rtpmap:(\d+) /.exec(line)?.[1];
      tuned.push(fmtp ? `${line};${google}` : line);
      if (line.startsWith('c=')) tuned.push(`b=AS:${maxKbps}`);
      if (payloadType !== undefined && !lines.some((other) => other.startsWith(`a=fmtp:${payloadType} `))) {
        tuned.push(`a=fmtp:${payloadType} ${google}`);
      }
    }
    return tuned;
  });
  return `${sections.flat().join('\r\n')}\r\n`;
}

/** True for text that may be an SDP at all; checked before anything is parsed or stored. */
export function isReasonableSdp(text: unknown): text is string {
  return typeof text === 'string' && text.length <= gatewayLimits.sdpCharacters;
}
