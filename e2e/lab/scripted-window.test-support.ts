import * as nodeDataChannel from 'node-datachannel';
import type { CallInput, CallOutput, RendererCall } from '../../src-shared/contract/contract.ts';
import type { RendererCodec } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { WindowMedia } from '../../src-main/window-media.ts';
import type { Sound } from './tone.ts';

const SAMPLE_RATE_HZ = 8_000;
const FRAME_SAMPLES = 160;
const FRAME_MS = 20;
const PAYLOAD_TYPE = 0;
const SSRC = 0x5157;
const RTP_HEADER_BYTES = 12;

/** ITU-T G.711 mu-law. */
function encodeMuLaw(sample: number): number {
  const clipped = Math.max(-32_635, Math.min(32_635, Math.round(sample * 32_767)));
  const sign = clipped < 0 ? 0x80 : 0;
  const magnitude = Math.abs(clipped) + 0x84;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}

function decodeMuLaw(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4);
  return ((value & 0x80) !== 0 ? 0x84 - magnitude : magnitude - 0x84) / 32_768;
}

/** The library answers with every codec that it is shown, though this window speaks one. */
function onlyPcmu(sdp: string): string {
  return sdp
    .replace(/^(m=audio \d+ \S+) .*$/m, `$1 ${PAYLOAD_TYPE}`)
    .replace(/^a=(?:rtpmap|fmtp|rtcp-fb):(?!0 ).*\r?\n/gm, '');
}

function textField(input: unknown, name: string): string {
  const value: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined;
  return typeof value === 'string' ? value : '';
}

interface Leg {
  readonly peer: nodeDataChannel.PeerConnection;
  track: nodeDataChannel.Track | undefined;
  timer: NodeJS.Timeout | undefined;
  readonly heard: number[];
  isMuted: boolean;
}

/** Every request that the window got, with its time (performance.now). */
export interface WindowRequest {
  readonly name: RendererCall;
  readonly callId: string;
  readonly atMs: number;
}

/**
 * A window without a browser: it speaks the media part of the contract, sends a tone as PCMU for a microphone, and
 * keeps what it hears. Its WebRTC is node-datachannel.
 */
export class ScriptedWindow implements WindowMedia {
  readonly requests: WindowRequest[] = [];
  isAvailable = true;
  /** Thrown at `media.start`, for a microphone that cannot be opened. */
  microphoneError: AppError | undefined;
  readonly #hz: number;
  readonly #legs = new Map<string, Leg>();
  readonly #holderListeners = new Set<() => void>();

  constructor(hz: number) {
    this.#hz = hz;
  }

  codecs(): readonly RendererCodec[] {
    return [{ kind: 'audio', name: 'PCMU', clockRateHz: SAMPLE_RATE_HZ, channels: 1 }];
  }

  available(): boolean {
    return this.isAvailable;
  }

  onHolderChanged(listener: () => void): () => void {
    this.#holderListeners.add(listener);
    return () => this.#holderListeners.delete(listener);
  }

  /** As a window that reloads: its legs are gone, and it takes the lease again. */
  reload(): void {
    for (const callId of [...this.#legs.keys()]) this.#close(callId);
    for (const listener of this.#holderListeners) listener();
  }

  /** What was heard of a call since its leg came up. */
  heard(callId: string): Sound {
    return { samples: Float32Array.from(this.#legs.get(callId)?.heard ?? []), sampleRateHz: SAMPLE_RATE_HZ };
  }

  async ask<Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
    if (!this.isAvailable) throw new AppError('media', 'No window holds the microphone.');
    const callId = textField(input, 'callId');
    this.requests.push({ name, callId, atMs: performance.now() });
    // The name tells the shape of the answer; the compiler does not follow that through a generic.
    return (await this.#answer(name, callId, input)) as CallOutput<Name>;
  }

  closeAll(): void {
    for (const callId of [...this.#legs.keys()]) this.#close(callId);
  }

  async #answer(name: RendererCall, callId: string, input: unknown): Promise<unknown> {
    switch (name) {
      case 'media.offer':
        return { sdp: await this.#offer(callId) };
      case 'media.remoteOffer':
        return { sdp: await this.#answerOffer(callId, textField(input, 'sdp')) };
      case 'media.answer':
        this.#leg(callId).peer.setRemoteDescription(textField(input, 'sdp'), 'answer');
        return null;
      case 'media.start':
        if (this.microphoneError !== undefined) throw this.microphoneError;
        this.#startTone(this.#leg(callId));
        return null;
      case 'media.mute':
        this.#leg(callId).isMuted = typeof input === 'object' && input !== null && Reflect.get(input, 'muted') === true;
        return null;
      case 'media.close':
        this.#close(callId);
        return null;
      case 'media.dtmf':
        throw new AppError('unsupported', 'This window has no keys.');
      default:
        throw new AppError('unsupported', `This window does not do ${name}.`);
    }
  }

  #leg(callId: string): Leg {
    const leg = this.#legs.get(callId);
    if (leg === undefined) throw new AppError('notFound', 'No such leg.');
    return leg;
  }

  #newLeg(callId: string): Leg {
    this.#close(callId);
    const peer = new nodeDataChannel.PeerConnection('window', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      forceMediaTransport: true,
    });
    const leg: Leg = { peer, track: undefined, timer: undefined, heard: [], isMuted: false };
    this.#legs.set(callId, leg);
    return leg;
  }

  #useTrack(leg: Leg, track: nodeDataChannel.Track): void {
    leg.track = track;
    track.onMessage((packet) => {
      const isRtcp = (packet[1] ?? 0) >= 192 && (packet[1] ?? 0) <= 223;
      if (isRtcp || ((packet[1] ?? 0) & 0x7f) !== PAYLOAD_TYPE) return;
      for (const byte of packet.subarray(RTP_HEADER_BYTES)) leg.heard.push(decodeMuLaw(byte));
    });
  }

  async #offer(callId: string): Promise<string> {
    const leg = this.#newLeg(callId);
    const audio = new nodeDataChannel.Audio('0', 'SendRecv');
    audio.addAudioCodec(PAYLOAD_TYPE, 'PCMU');
    audio.addSSRC(SSRC, 'window', 'stream', 'track');
    this.#useTrack(leg, leg.peer.addTrack(audio));
    return await this.#describe(leg, 'offer');
  }

  async #answerOffer(callId: string, offerSdp: string): Promise<string> {
    const leg = this.#newLeg(callId);
    leg.peer.onTrack((track) => {
      this.#useTrack(leg, track);
    });
    leg.peer.setRemoteDescription(onlyPcmu(offerSdp), 'offer');
    return await this.#describe(leg, 'answer');
  }

  async #describe(leg: Leg, type: 'offer' | 'answer'): Promise<string> {
    const gathered = new Promise<void>((resolve) => {
      leg.peer.onGatheringStateChange((state) => {
        if (state === 'complete') resolve();
      });
    });
    leg.peer.setLocalDescription(type);
    await gathered;
    return leg.peer.localDescription()?.sdp ?? '';
  }

  #startTone(leg: Leg): void {
    if (leg.timer !== undefined) return;
    let sequence = 0;
    let sample = 0;
    let dueMs = performance.now();
    leg.timer = setInterval(() => {
      // Timers of a busy machine come late; the tone must not.
      for (; dueMs <= performance.now(); dueMs += FRAME_MS) {
        const packet = Buffer.alloc(RTP_HEADER_BYTES + FRAME_SAMPLES);
        packet.writeUInt8(0x80, 0);
        packet.writeUInt8(PAYLOAD_TYPE, 1);
        packet.writeUInt16BE(sequence & 0xffff, 2);
        packet.writeUInt32BE((sequence * FRAME_SAMPLES) >>> 0, 4);
        packet.writeUInt32BE(SSRC, 8);
        for (let index = 0; index < FRAME_SAMPLES; index += 1) {
          const value = leg.isMuted ? 0 : 0.5 * Math.sin((2 * Math.PI * this.#hz * sample) / SAMPLE_RATE_HZ);
          packet.writeUInt8(encodeMuLaw(value), RTP_HEADER_BYTES + index);
          sample += 1;
        }
        sequence += 1;
        if (leg.track?.isOpen() === true) leg.track.sendMessageBinary(packet);
      }
    }, FRAME_MS / 2);
  }

  #close(callId: string): void {
    const leg = this.#legs.get(callId);
    if (leg === undefined) return;
    this.#legs.delete(callId);
    clearInterval(leg.timer);
    leg.track?.close();
    leg.peer.close();
  }
}
