import { isIP } from 'node:net';
import { gatewayLimits } from './gateway-limits.ts';
import type { MediaDirection } from './media.ts';
import { readXrAttribute, xrWanted, type XrFormat } from './rtcp-xr.ts';

/** RFC 4566 section 5.2; both numbers as text, since they may have 64 bits. */
export interface SdpOrigin {
  readonly sessionId: string;
  readonly version: string;
  readonly address: string;
}

/** One format of an RTP m-line with what rtpmap and fmtp say of it. */
export interface SdpCodec {
  readonly payloadType: number;
  readonly name: string;
  readonly clockRateHz: number;
  readonly channels: number;
  readonly fmtp?: string;
}

export interface SdpMedia {
  /** The media type as written: `audio`, `video`, `application`, `image`. */
  readonly type: string;
  /** 0 refuses or removes the stream (RFC 3264 section 6). */
  readonly port: number;
  readonly protocol: string;
  /** The format list as written. */
  readonly formats: readonly string[];
  /** Formats that are payload types of a known encoding, in order of preference; empty unless RTP. */
  readonly codecs: readonly SdpCodec[];
  /** The connection address of this line, or the session's. */
  readonly address: string;
  readonly direction: MediaDirection;
  /** RFC 3605; absent means port + 1. */
  readonly rtcpPort?: number;
  /** RFC 3605, where it differs from `address`. */
  readonly rtcpAddress?: string;
  /** The bandwidth for RTCP is 0 for senders and receivers (RFC 3556). */
  readonly rtcpIsOff: boolean;
  /** The extended reports that `a=rtcp-xr` asks for (RFC 3611 section 5); absent: no such line. */
  readonly rtcpXr?: readonly XrFormat[];
  /** RFC 5761. */
  readonly rtcpMux: boolean;
  /** Milliseconds of sound that a packet should have, at most `maxptime` (RFC 4566 section 6); absent: not said. */
  readonly ptimeMs?: number;
  /** The values of `a=rtcp-fb` (RFC 4585), as `* nack pli` or `97 ccm fir`. */
  readonly feedback: readonly string[];
  /** The values of `a=crypto` (RFC 4568). Secrets. */
  readonly crypto: readonly string[];
}

export interface SessionDescription {
  readonly origin: SdpOrigin;
  readonly media: readonly SdpMedia[];
}

/** What is wrong with an SDP, and on which line (from 1; 0 for the whole). */
export interface SdpFailure {
  readonly ok: false;
  readonly line: number;
  readonly reason: string;
}

export type SdpResult = { readonly ok: true; readonly description: SessionDescription } | SdpFailure;

/** RFC 3551 section 6: payload types that need no rtpmap. Only those that phones still send. */
const staticCodecs: ReadonlyMap<number, Omit<SdpCodec, 'payloadType'>> = new Map([
  [0, { name: 'PCMU', clockRateHz: 8_000, channels: 1 }],
  [3, { name: 'GSM', clockRateHz: 8_000, channels: 1 }],
  [4, { name: 'G723', clockRateHz: 8_000, channels: 1 }],
  [8, { name: 'PCMA', clockRateHz: 8_000, channels: 1 }],
  [9, { name: 'G722', clockRateHz: 8_000, channels: 1 }],
  [13, { name: 'CN', clockRateHz: 8_000, channels: 1 }],
  [15, { name: 'G728', clockRateHz: 8_000, channels: 1 }],
  [18, { name: 'G729', clockRateHz: 8_000, channels: 1 }],
  [26, { name: 'JPEG', clockRateHz: 90_000, channels: 1 }],
  [31, { name: 'H261', clockRateHz: 90_000, channels: 1 }],
  [34, { name: 'H263', clockRateHz: 90_000, channels: 1 }],
]);

const token = /^[A-Za-z0-9!#$%&'*+\-.^_`{|}~]{1,64}$/;
const directions: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** An unusable SDP inside the parser; never leaves `parseSdp`. */
class Malformed extends Error {}

interface MediaDraft {
  type: string;
  port: number;
  protocol: string;
  formats: readonly string[];
  address: string | undefined;
  direction: MediaDirection | undefined;
  rtcpPort: number | undefined;
  rtcpAddress: string | undefined;
  /** The values of `b=RS` and `b=RR`. */
  rtcpBandwidth: Map<string, number>;
  rtcpXr: readonly XrFormat[] | undefined;
  rtcpMux: boolean;
  ptimeMs: number | undefined;
  maxPtimeMs: number | undefined;
  feedback: string[];
  crypto: string[];
  rtpmaps: Map<number, Omit<SdpCodec, 'payloadType'>>;
  fmtps: Map<number, string>;
}

/**
 * Reads an SDP of RFC 4566 as far as audio and video over RTP need it; unknown attributes are
 * skipped (section 5.13). Whatever the text is, the result is a description or a failure.
 */
export function parseSdp(text: string): SdpResult {
  if (text.length > gatewayLimits.sdpCharacters) return { ok: false, line: 0, reason: 'too long' };
  // Section 5: lines end with CRLF, and a parser should take LF too.
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  if (lines.length > gatewayLimits.sdpLines) return { ok: false, line: 0, reason: 'too many lines' };
  let lineNumber = 0;
  try {
    const reader = new SdpReader();
    for (const line of lines) {
      lineNumber += 1;
      reader.read(line);
    }
    lineNumber = 0;
    return { ok: true, description: reader.finish() };
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, line: lineNumber, reason: error.message };
    throw error;
  }
}

class SdpReader {
  #started = false;
  #origin: SdpOrigin | undefined;
  #address: string | undefined;
  #direction: MediaDirection = 'sendrecv';
  #rtcpXr: readonly XrFormat[] | undefined;
  #media: MediaDraft[] = [];

  read(line: string): void {
    if (line[1] !== '=' || !/^[a-z]$/.test(line[0] ?? '')) throw new Malformed('not of the form type=value');
    const value = line.slice(2);
    if (/[\0\r]/.test(value)) throw new Malformed('control character');
    if (!this.#started) {
      if (line !== 'v=0') throw new Malformed('does not begin with v=0');
      this.#started = true;
      return;
    }
    switch (line[0]) {
      case 'v':
        throw new Malformed('second v= line');
      case 'o':
        this.#origin = readOrigin(value, this.#origin, this.#media.length);
        return;
      case 'm':
        if (this.#media.length >= gatewayLimits.sdpMediaLines) throw new Malformed('too many m= lines');
        this.#media.push(readMediaLine(value));
        return;
      case 'c': {
        const address = readConnection(value);
        const media = this.#media.at(-1);
        if (media) media.address = address;
        else this.#address = address;
        return;
      }
      case 'b': {
        const match = /^(R[SR]):(\d{1,9})$/.exec(value.trimEnd());
        if (match) this.#media.at(-1)?.rtcpBandwidth.set(match[1] ?? '', Number(match[2]));
        return;
      }
      case 'a':
        this.#readAttribute(value);
        return;
      default:
        return;
    }
  }

  finish(): SessionDescription {
    if (!this.#started) throw new Malformed('empty');
    if (!this.#origin) throw new Malformed('no o= line');
    return { origin: this.#origin, media: this.#media.map((draft) => this.#finishMedia(draft)) };
  }

  #readAttribute(attribute: string): void {
    const colon = attribute.indexOf(':');
    const name = colon < 0 ? attribute : attribute.slice(0, colon);
    const value = colon < 0 ? '' : attribute.slice(colon + 1).trim();
    const media = this.#media.at(-1);
    if (directions.includes(name)) {
      if (media) media.direction = name as MediaDirection;
      else this.#direction = name as MediaDirection;
      return;
    }
    if (!media) {
      if (name === 'rtcp-xr') this.#rtcpXr = readXrAttribute(value);
      return;
    }
    switch (name) {
      case 'rtpmap':
        readRtpmap(media, value);
        return;
      case 'fmtp': {
        const match = /^(\d{1,3}) +(.{1,1000})$/.exec(value);
        // T.38 and others have fmtp of their own shape; only payload types matter here.
        if (match) media.fmtps.set(Number(match[1]), match[2] ?? '');
        return;
      }
      case 'rtcp': {
        const [portText = '', ...rest] = value.split(/ +/);
        const port = /^\d{1,5}$/.test(portText) ? Number(portText) : Number.NaN;
        if (!(port >= 1 && port <= 65_535)) throw new Malformed('bad rtcp port');
        media.rtcpPort = port;
        // An address that is none leaves RTCP where RTP is.
        const address = /^IN IP[46] (\S+)$/.exec(rest.join(' '))?.[1] ?? '';
        if (isIP(address) !== 0) media.rtcpAddress = address;
        return;
      }
      case 'rtcp-mux':
        media.rtcpMux = true;
        return;
      // A hint only: what is no number of milliseconds is as good as nothing.
      case 'ptime':
        media.ptimeMs = readPacketTime(value);
        return;
      case 'maxptime':
        media.maxPtimeMs = readPacketTime(value);
        return;
      case 'rtcp-xr':
        media.rtcpXr = [...(media.rtcpXr ?? []), ...readXrAttribute(value)];
        return;
      case 'rtcp-fb':
        media.feedback.push(value);
        return;
      case 'crypto':
        if (media.crypto.length < gatewayLimits.sdpKeys) media.crypto.push(value);
        return;
      default:
        return;
    }
  }

  #finishMedia(draft: MediaDraft): SdpMedia {
    const address = draft.address ?? this.#address;
    // A refused line needs no address; a line in use does (section 5.7).
    if (address === undefined && draft.port !== 0) throw new Malformed(`no connection address for m=${draft.type}`);
    const rtcpXr = draft.rtcpXr ?? this.#rtcpXr;
    return {
      type: draft.type,
      port: draft.port,
      protocol: draft.protocol,
      formats: draft.formats,
      codecs: draft.protocol.includes('RTP/') ? readCodecs(draft) : [],
      address: address ?? '0.0.0.0',
      direction: draft.direction ?? this.#direction,
      ...(draft.rtcpPort === undefined ? {} : { rtcpPort: draft.rtcpPort }),
      ...(draft.rtcpAddress === undefined || draft.rtcpAddress === address ? {} : { rtcpAddress: draft.rtcpAddress }),
      rtcpIsOff: draft.rtcpBandwidth.get('RS') === 0 && draft.rtcpBandwidth.get('RR') === 0,
      ...(rtcpXr === undefined ? {} : { rtcpXr }),
      rtcpMux: draft.rtcpMux,
      ...packetTimeOf(draft),
      feedback: draft.feedback,
      crypto: draft.crypto,
    };
  }
}

function readOrigin(value: string, previous: SdpOrigin | undefined, mediaLines: number): SdpOrigin {
  if (previous || mediaLines > 0) throw new Malformed('o= line out of place');
  const match = /^\S{1,255} (\d{1,20}) (\d{1,20}) IN IP[46] (\S{1,255})$/.exec(value.trimEnd());
  if (!match) throw new Malformed('bad o= line');
  return { sessionId: match[1] ?? '', version: match[2] ?? '', address: match[3] ?? '' };
}

function readConnection(value: string): string {
  const match = /^IN (IP4|IP6) (\S{1,255})$/.exec(value.trimEnd());
  const address = match?.[2] ?? '';
  // Host names are refused: each packet would cost a name lookup. Multicast has a /ttl and fails here too.
  if (!match || isIP(address) !== (match[1] === 'IP4' ? 4 : 6)) throw new Malformed('bad connection address');
  // Sound for one person goes to one address.
  if (/^(?:2(?:2[4-9]|3\d)\.|255\.255\.255\.255$|ff)/i.test(address)) throw new Malformed('multicast address');
  return address;
}

function readMediaLine(value: string): MediaDraft {
  const [type = '', portText = '', protocol = '', ...formats] = value.trimEnd().split(' ');
  const port = /^\d{1,5}(?:\/1)?$/.test(portText) ? Number.parseInt(portText, 10) : Number.NaN;
  if (!token.test(type) || !(port >= 0 && port <= 65_535)) throw new Malformed('bad m= line');
  if (!protocol.split('/').every((part) => token.test(part))) throw new Malformed('bad protocol in m= line');
  if (formats.length === 0 || formats.length > gatewayLimits.sdpFormats) throw new Malformed('bad format list');
  if (!formats.every((format) => token.test(format))) throw new Malformed('bad format in m= line');
  return {
    type,
    port,
    protocol,
    formats,
    address: undefined,
    direction: undefined,
    rtcpPort: undefined,
    rtcpAddress: undefined,
    rtcpBandwidth: new Map(),
    rtcpXr: undefined,
    rtcpMux: false,
    ptimeMs: undefined,
    maxPtimeMs: undefined,
    feedback: [],
    crypto: [],
    rtpmaps: new Map(),
    fmtps: new Map(),
  };
}

function readPacketTime(value: string): number | undefined {
  const ms = Number(/^(\d{1,3})(?:\.\d+)?$/.exec(value)?.[1] ?? 0);
  return ms > 0 ? ms : undefined;
}

function packetTimeOf({ ptimeMs, maxPtimeMs }: MediaDraft): { readonly ptimeMs?: number } {
  if (ptimeMs === undefined) return {};
  return { ptimeMs: Math.min(ptimeMs, maxPtimeMs ?? ptimeMs) };
}

function readRtpmap(media: MediaDraft, value: string): void {
  const match = /^(\d{1,3}) +([^\s/]{1,64})\/(\d{1,6})(?:\/(\d{1,2}))?$/.exec(value);
  const payloadType = Number(match?.[1] ?? 128);
  const name = match?.[2] ?? '';
  const clockRateHz = Number(match?.[3] ?? 0);
  if (!match || payloadType > 127 || clockRateHz === 0 || !token.test(name)) throw new Malformed('bad rtpmap');
  // The first one counts: a second for the same number would change what earlier lines meant.
  if (!media.rtpmaps.has(payloadType)) {
    media.rtpmaps.set(payloadType, { name, clockRateHz, channels: Math.max(1, Number(match[4] ?? 1)) });
  }
}

function readCodecs(draft: MediaDraft): readonly SdpCodec[] {
  const codecs: SdpCodec[] = [];
  for (const format of draft.formats) {
    const payloadType = /^\d{1,3}$/.test(format) ? Number(format) : 128;
    if (payloadType > 127) throw new Malformed(`format ${format} is not a payload type`);
    const codec = draft.rtpmaps.get(payloadType) ?? staticCodecs.get(payloadType);
    const fmtp = draft.fmtps.get(payloadType);
    if (codec && !codecs.some((other) => other.payloadType === payloadType)) {
      codecs.push({ payloadType, ...codec, ...(fmtp === undefined ? {} : { fmtp }) });
    }
  }
  return codecs;
}

/** One m-line of an SDP to be written. */
export interface OutgoingMedia {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  /** Written when there are no codecs: a refused line repeats the formats of the offer. */
  readonly formats: readonly string[];
  readonly codecs: readonly SdpCodec[];
  readonly direction: MediaDirection;
  readonly rtcpMux: boolean;
  /** Asks the far end for extended reports (RFC 3611). */
  readonly asksForXr: boolean;
  /** Lines `a=rtcp-fb:<payload type> <value>` for each codec. */
  readonly feedback: readonly string[];
  /** Lines `a=crypto:<value>`. */
  readonly crypto: readonly string[];
}

/** Writes an SDP of RFC 4566; what comes in was made by us or passed `parseSdp`. */
export function buildSdp(origin: SdpOrigin, media: readonly OutgoingMedia[]): string {
  const family = isIP(origin.address) === 6 ? 'IP6' : 'IP4';
  const lines = [
    'v=0',
    `o=- ${origin.sessionId} ${origin.version} IN ${family} ${origin.address}`,
    's=-',
    `c=IN ${family} ${origin.address}`,
    't=0 0',
  ];
  for (const line of media) {
    const formats = line.codecs.length > 0 ? line.codecs.map((codec) => String(codec.payloadType)) : line.formats;
    lines.push(`m=${line.type} ${line.port} ${line.protocol} ${formats.join(' ')}`);
    // RFC 3264 section 6: a refused line needs nothing more.
    if (line.port === 0) continue;
    for (const codec of line.codecs) {
      const channels = codec.channels > 1 ? `/${codec.channels}` : '';
      lines.push(`a=rtpmap:${codec.payloadType} ${codec.name}/${codec.clockRateHz}${channels}`);
      if (codec.fmtp !== undefined) lines.push(`a=fmtp:${codec.payloadType} ${codec.fmtp}`);
      for (const value of line.feedback) lines.push(`a=rtcp-fb:${codec.payloadType} ${value}`);
    }
    if (line.type === 'audio') lines.push('a=ptime:20');
    for (const value of line.crypto) lines.push(`a=crypto:${value}`);
    if (line.rtcpMux) lines.push('a=rtcp-mux');
    else lines.push(`a=rtcp:${line.port + 1}`);
    if (line.asksForXr) lines.push(`a=rtcp-xr:${xrWanted}`);
    lines.push(`a=${line.direction}`);
  }
  return `${lines.join('\r\n')}\r\n`;
}
