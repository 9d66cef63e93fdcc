import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { toneAmplitude } from '../lab/tone.ts';
import { parseSdp } from '../../src-main/media-gateway/sdp.ts';
import { authorize, parseChallenge } from '../../src-main/softphone/digest.ts';
import {
  headerKey,
  headerValue,
  headerValues,
  methodOf,
  parseSipMessage,
  statusCode,
} from '../../src-main/softphone/sip-message.ts';
import type { SipMessage } from '../../src-main/softphone/sip-message.ts';

const loopback = '127.0.0.1';
const sampleRateHz = 8_000;
const rtpHeaderBytes = 12;
/** RFC 3389 section 5.1. */
const comfortNoise = 13;
/** Below this level (RMS) a packet is silence; the tone of a fake microphone is a hundred times as loud. */
const silenceRms = 0.003;
/** A packet carries the tone when half of its energy lies at that frequency. */
const toneShare = 0.5;

const packetMs = 20;
const samplesPerPacket = 160;

/** How a phone writes and reads its sound; one packet has 20 ms at 8 kHz. */
export interface PhoneCodec {
  readonly payloadType: number;
  /** The formats of its m-line, and the attributes that tell of them (RFC 8866). */
  readonly formats: readonly number[];
  readonly attributes: readonly string[];
  /** Samples from -1 to 1. */
  encode(samples: Float32Array): Uint8Array;
  decode(payload: Buffer): Float32Array;
}

/** Every phone has it. */
export const muLawCodec: PhoneCodec = {
  payloadType: 0,
  formats: [0],
  attributes: ['rtpmap:0 PCMU/8000'],
  encode: (samples) => Uint8Array.from(samples, encodeMuLaw),
  decode: (payload) => Float32Array.from(payload, decodeMuLaw),
};

export interface ScriptedPhoneOptions {
  /** Mu law when absent. */
  readonly codec?: PhoneCodec;
  /** A tone for those who call; silence when absent. */
  readonly playsHz?: number;
}

/** Whom the phone calls, and by which proxy (UDP, loopback). */
export interface CallOrder {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
  readonly proxyPort: number;
}

/**
 * A phone that answers every call at once, with PCMU, and tells when it first hears a tone: to the packet, by this
 * process's clock, which no recording phone can. It does not register; the registrar is told of its contact.
 * It also calls, and plays a tone from the moment its call is answered. RFC 3261 only as far as a proxy on loopback,
 * which loses nothing, needs it.
 */
export class ScriptedPhone {
  /** Told of every packet of sound, with performance.now(). */
  onPacket: ((packet: Buffer, atMs: number) => void) | undefined;
  readonly #user: string;
  readonly #toneHz: number;
  readonly #codec: PhoneCodec;
  readonly #playsHz: number | undefined;
  readonly #received = new Map<number, number>();
  #transmit: (payloadType: number, payload: Uint8Array) => void = () => undefined;
  #isPaused = false;
  readonly #sip: Socket;
  readonly #rtp: Socket;
  #answered = 0;
  #ended = 0;
  #invitedMs = 0;
  #acknowledgedMs = 0;
  #firstToneMs: number | undefined;
  #packets = 0;
  #nextCall = 1;
  #order: CallOrder | undefined;
  #playing: NodeJS.Timeout | undefined;

  private constructor(user: string, toneHz: number, options: ScriptedPhoneOptions, sip: Socket, rtp: Socket) {
    this.#user = user;
    this.#toneHz = toneHz;
    this.#codec = options.codec ?? muLawCodec;
    this.#playsHz = options.playsHz;
    this.#sip = sip;
    this.#rtp = rtp;
    sip.on('message', (bytes, from) => {
      const message = parseSipMessage(bytes.toString('utf8'));
      if (message !== undefined) this.#receive(message, from);
    });
    rtp.on('message', (packet) => {
      this.#hear(packet);
    });
  }

  /** @param toneHz the tone to listen for */
  static async start(user: string, toneHz: number, options: ScriptedPhoneOptions = {}): Promise<ScriptedPhone> {
    return new ScriptedPhone(user, toneHz, options, await bind(), await bind());
  }

  /** For the registrar. */
  get contact(): string {
    return `sip:${this.#user}@${loopback}:${this.#sip.address().port}`;
  }

  /** Calls that were answered so far, and those of them that are over. */
  get calls(): { readonly answered: number; readonly ended: number } {
    return { answered: this.#answered, ended: this.#ended };
  }

  /** When the last call's INVITE and its ACK came; UTC milliseconds, with fractions. */
  get signalledMs(): { readonly invite: number; readonly ack: number } {
    return { invite: this.#invitedMs, ack: this.#acknowledgedMs };
  }

  /** UTC milliseconds, with fractions, when the tone came for the first time since `listenAnew`. */
  get firstToneMs(): number | undefined {
    return this.#firstToneMs;
  }

  /** Packets of sound since `listenAnew`, for saying what went wrong. */
  get packets(): number {
    return this.#packets;
  }

  /** Packets with this payload type so far. */
  receivedOf(payloadType: number): number {
    return this.#received.get(payloadType) ?? 0;
  }

  listenAnew(): void {
    this.#firstToneMs = undefined;
    this.#packets = 0;
  }

  /** Calls; the answer is acknowledged, and a tone of this frequency played until the far end says BYE. */
  call(order: CallOrder): void {
    this.#order = order;
    this.#invite(order, `bench-${this.#nextCall++}`, 1);
  }

  stop(): void {
    this.#silence();
    this.#sip.close();
    this.#rtp.close();
  }

  #receive(message: SipMessage, from: RemoteInfo): void {
    const [method = ''] = message.startLine.split(' ');
    if (statusCode(message) > 0) {
      if (methodOf(message) === 'INVITE') this.#heardBack(message);
      return;
    }
    switch (method) {
      case 'INVITE':
        if (isFirst(message)) {
          this.#answered += 1;
          this.#invitedMs = performance.timeOrigin + performance.now();
        }
        this.#respond(message, from, this.#sdp());
        if (this.#playsHz !== undefined) this.#play(message.body, this.#playsHz);
        return;
      case 'ACK':
        this.#acknowledgedMs = performance.timeOrigin + performance.now();
        return;
      case 'BYE':
        this.#ended += 1;
        this.#silence();
        this.#respond(message, from, '');
        return;
      case 'CANCEL':
      case 'OPTIONS':
        this.#respond(message, from, '');
        return;
    }
  }

  #invite(order: CallOrder, callId: string, sequence: number, more: readonly string[] = []): void {
    const target = `sip:${order.user}@${order.domain}`;
    this.#send(order, [
      `INVITE ${target} SIP/2.0`,
      ...this.#ourHeaders(order, callId, `${sequence} INVITE`, `<${target}>`),
      `Contact: <${this.contact}>`,
      ...more,
      'Content-Type: application/sdp',
      `Content-Length: ${Buffer.byteLength(this.#sdp())}`,
      '',
      this.#sdp(),
    ]);
  }

  #ourHeaders(order: CallOrder, callId: string, sequence: string, to: string): readonly string[] {
    return [
      `Via: SIP/2.0/UDP ${loopback}:${this.#sip.address().port};branch=z9hG4bK${callId}-${sequence.replace(' ', '-')}`,
      'Max-Forwards: 70',
      `From: <sip:${this.#user}@${order.domain}>;tag=${callId}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${sequence}`,
    ];
  }

  #send(order: CallOrder, lines: readonly string[]): void {
    this.#sip.send(lines.join('\r\n'), order.proxyPort, loopback);
  }

  /** An answer to our INVITE: a challenge is met, an acceptance acknowledged. */
  #heardBack(response: SipMessage): void {
    const order = this.#order;
    const status = statusCode(response);
    if (order === undefined || status < 200) return;
    const callId = headerValue(response, 'call-id') ?? '';
    const sequence = Number.parseInt(headerValue(response, 'cseq') ?? '1', 10);
    const to = headerValue(response, 'to') ?? '';
    const isAccepted = status < 300;
    const target = isAccepted
      ? (/<([^>]*)>/.exec(headerValue(response, 'contact') ?? '')?.[1] ?? '')
      : `sip:${order.user}@${order.domain}`;
    // RFC 3261 section 12.1.2: the route set in reverse order; section 17.1.1.3 for the ACK of a refusal.
    const routes = isAccepted ? headerValues(response, 'record-route').flatMap((value) => value.split(',')) : [];
    this.#send(order, [
      `ACK ${target} SIP/2.0`,
      ...this.#ourHeaders(order, callId, `${sequence} ${isAccepted ? 'ACK' : 'INVITE'}`, to).map((line) =>
        line.startsWith('CSeq:') ? `CSeq: ${sequence} ACK` : line,
      ),
      ...routes.reverse().map((route) => `Route: ${route.trim()}`),
      'Content-Length: 0',
      '',
      '',
    ]);
    if (isAccepted) this.#play(response.body, this.#toneHz);
    const challenge = parseChallenge(headerValue(response, 'proxy-authenticate') ?? '');
    if (status !== 407 || challenge === undefined) return;
    const credentials = { username: this.#user, password: order.password };
    const header = authorize(challenge, credentials, { method: 'INVITE', uri: target }, 1);
    if (header !== undefined) this.#invite(order, callId, sequence + 1, [`Proxy-Authorization: ${header}`]);
  }

  /** A tone to where their description wants it, twenty milliseconds a packet. */
  #play(theirSdp: string, hz: number): void {
    const parsed = parseSdp(theirSdp);
    const port = parsed.ok ? parsed.description.media[0]?.port : undefined;
    if (port === undefined) throw new Error('their description has no sound');
    this.#silence();
    let sequence = 0;
    let time = 0;
    const send = (payloadType: number, payload: Uint8Array): void => {
      const header = Buffer.alloc(rtpHeaderBytes);
      header.writeUInt8(0x80, 0);
      header.writeUInt8(payloadType, 1);
      header.writeUInt16BE(sequence & 0xffff, 2);
      header.writeUInt32BE(time, 4);
      header.writeUInt32BE(this.#nextCall, 8);
      sequence += 1;
      this.#rtp.send(Buffer.concat([header, payload]), port, loopback);
    };
    this.#transmit = send;
    this.#playing = setInterval(() => {
      const from = time;
      const samples = Float32Array.from(
        { length: samplesPerPacket },
        (_none, sample) => Math.sin((2 * Math.PI * hz * (from + sample)) / sampleRateHz) / 4,
      );
      if (!this.#isPaused) send(this.#codec.payloadType, this.#codec.encode(samples));
      time += samplesPerPacket;
    }, packetMs);
  }

  /** A pause of speech (RFC 3389): one packet of noise of that level, in dB below the loudest, then nothing until `resume`. */
  pause(noiseLevel: number): void {
    this.#isPaused = true;
    this.#transmit(comfortNoise, Uint8Array.of(noiseLevel));
  }

  resume(): void {
    this.#isPaused = false;
  }

  #silence(): void {
    clearInterval(this.#playing);
    this.#playing = undefined;
    this.#transmit = () => undefined;
    this.#isPaused = false;
  }

  /** 200 with what RFC 3261 section 8.2.6.2 and 12.1.1 copy. */
  #respond(request: SipMessage, to: RemoteInfo, sdp: string): void {
    const copied = ['via', 'record-route', 'from', 'call-id', 'cseq'];
    const lines = ['SIP/2.0 200 OK'];
    for (const { name, value } of request.headers) {
      if (copied.includes(headerKey(name))) lines.push(`${name}: ${value}`);
      if (headerKey(name) === 'to') lines.push(`To: ${value}${value.includes('tag=') ? '' : `;tag=${this.#user}`}`);
    }
    lines.push(`Contact: <${this.contact}>`);
    if (sdp !== '') lines.push('Content-Type: application/sdp');
    lines.push(`Content-Length: ${Buffer.byteLength(sdp)}`, '', sdp);
    this.#sip.send(lines.join('\r\n'), to.port, to.address);
  }

  #sdp(): string {
    const { port } = this.#rtp.address();
    const { formats, attributes } = this.#codec;
    const session = ['v=0', `o=- 1 1 IN IP4 ${loopback}`, 's=-', `c=IN IP4 ${loopback}`, 't=0 0'];
    const described = attributes.map((attribute) => `a=${attribute}`);
    return [...session, `m=audio ${port} RTP/AVP ${formats.join(' ')}`, ...described, 'a=sendrecv', ''].join('\r\n');
  }

  #hear(packet: Buffer): void {
    const atMs = performance.timeOrigin + performance.now();
    const payloadType = (packet[1] ?? 0) & 0x7f;
    this.#received.set(payloadType, this.receivedOf(payloadType) + 1);
    if (packet.length <= rtpHeaderBytes || payloadType !== this.#codec.payloadType) return;
    this.#packets += 1;
    this.onPacket?.(packet, atMs - performance.timeOrigin);
    if (this.#firstToneMs === undefined && hasTone(this.#codec.decode(packet.subarray(rtpHeaderBytes)), this.#toneHz)) {
      this.#firstToneMs = atMs;
    }
  }
}

/** No tag of ours yet: the beginning of a call, not a re-INVITE. */
function isFirst(invite: SipMessage): boolean {
  return invite.headers.some(({ name, value }) => headerKey(name) === 'to' && !value.includes('tag='));
}

function hasTone(samples: Float32Array, hz: number): boolean {
  const energy = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  if (Math.sqrt(energy) < silenceRms) return false;
  return toneAmplitude(samples, sampleRateHz, hz) ** 2 / 2 / energy >= toneShare;
}

/** ITU-T G.711. */
function decodeMuLaw(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4);
  return ((value & 0x80) === 0 ? magnitude - 0x84 : 0x84 - magnitude) / 32_768;
}

/** ITU-T G.711, from -1 to 1. */
function encodeMuLaw(value: number): number {
  const biased = Math.min(32_635, Math.abs(Math.round(value * 32_768))) + 0x84;
  const exponent = Math.max(0, 31 - Math.clz32(biased) - 7);
  const mantissa = (biased >> (exponent + 3)) & 0x0f;
  return ~((value < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff;
}

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, loopback, resolve);
  });
  return socket;
}
