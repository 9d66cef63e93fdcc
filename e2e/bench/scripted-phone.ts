import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket } from 'node:dgram';
import { toneAmplitude } from '../lab/tone.ts';
import { headerKey, parseSipMessage } from '../../src-main/softphone/sip-message.ts';
import type { SipMessage } from '../../src-main/softphone/sip-message.ts';

const loopback = '127.0.0.1';
const sampleRateHz = 8_000;
const rtpHeaderBytes = 12;
const pcmu = 0;
/** Below this level (RMS) a packet is silence; the tone of a fake microphone is a hundred times as loud. */
const silenceRms = 0.003;
/** A packet carries the tone when half of its energy lies at that frequency. */
const toneShare = 0.5;

/**
 * A phone that answers every call at once, with PCMU, and tells when it first hears a tone: to the packet, by this
 * process's clock, which no recording phone can. It does not register; the registrar is told of its contact.
 * RFC 3261 only as far as a proxy on loopback, which loses nothing, needs it.
 */
export class ScriptedPhone {
  readonly #user: string;
  readonly #toneHz: number;
  readonly #sip: Socket;
  readonly #rtp: Socket;
  #answered = 0;
  #ended = 0;
  #invitedMs = 0;
  #acknowledgedMs = 0;
  #firstToneMs: number | undefined;
  #packets = 0;

  private constructor(user: string, toneHz: number, sip: Socket, rtp: Socket) {
    this.#user = user;
    this.#toneHz = toneHz;
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
  static async start(user: string, toneHz: number): Promise<ScriptedPhone> {
    return new ScriptedPhone(user, toneHz, await bind(), await bind());
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

  listenAnew(): void {
    this.#firstToneMs = undefined;
    this.#packets = 0;
  }

  stop(): void {
    this.#sip.close();
    this.#rtp.close();
  }

  #receive(message: SipMessage, from: RemoteInfo): void {
    const [method = ''] = message.startLine.split(' ');
    switch (method) {
      case 'INVITE':
        if (isFirst(message)) {
          this.#answered += 1;
          this.#invitedMs = performance.timeOrigin + performance.now();
        }
        this.#respond(message, from, this.#sdp());
        return;
      case 'ACK':
        this.#acknowledgedMs = performance.timeOrigin + performance.now();
        return;
      case 'BYE':
        this.#ended += 1;
        this.#respond(message, from, '');
        return;
      case 'CANCEL':
      case 'OPTIONS':
        this.#respond(message, from, '');
        return;
    }
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
    const session = ['v=0', `o=- 1 1 IN IP4 ${loopback}`, 's=-', `c=IN IP4 ${loopback}`, 't=0 0'];
    return [...session, `m=audio ${port} RTP/AVP ${pcmu}`, 'a=rtpmap:0 PCMU/8000', 'a=sendrecv', ''].join('\r\n');
  }

  #hear(packet: Buffer): void {
    const atMs = performance.timeOrigin + performance.now();
    if (packet.length <= rtpHeaderBytes || ((packet[1] ?? 0) & 0x7f) !== pcmu) return;
    this.#packets += 1;
    if (this.#firstToneMs === undefined && hasTone(packet.subarray(rtpHeaderBytes), this.#toneHz)) {
      this.#firstToneMs = atMs;
    }
  }
}

/** No tag of ours yet: the beginning of a call, not a re-INVITE. */
function isFirst(invite: SipMessage): boolean {
  return invite.headers.some(({ name, value }) => headerKey(name) === 'to' && !value.includes('tag='));
}

function hasTone(payload: Buffer, hz: number): boolean {
  const samples = Float32Array.from(payload, decodeMuLaw);
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

async function bind(): Promise<Socket> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, loopback, resolve);
  });
  return socket;
}
