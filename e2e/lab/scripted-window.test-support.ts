import * as nodeDataChannel from 'node-datachannel';
import type { CallInput, CallOutput, RendererCall } from '../../src-shared/contract/contract.ts';
import type { RendererCodec } from '../../src-shared/contract/media.ts';
import { NativeKeeper } from '../../src-main/media-gateway/native-keeper.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { WindowMedia } from '../../src-main/window-media.ts';
import type { Sound } from './tone.ts';
import { openVoice, voiceFormats } from './voice.test-support.ts';
import type { Voice, VoiceName } from './voice.test-support.ts';

const PACKET_MS = 20;
const SSRC = 0x5157;
const RTP_HEADER_BYTES = 12;
const TONE_PEAK = 16_384;
const FULL_SCALE = 32_768;
/** What is lost of a stream is silence as long as it; a longer gap is a pause, which is left out. */
const LONGEST_GAP_PACKETS = 10;

/** The library answers with every codec that it is shown, though this window speaks one to servers. */
function onlyPcmu(sdp: string): string {
  return sdp
    .replace(/^(m=audio \d+ \S+) .*$/m, `$1 ${voiceFormats.PCMU.payloadType}`)
    .replace(/^a=(?:rtpmap|fmtp|rtcp-fb):(?!0 ).*\r?\n/gm, '');
}

/**
 * An offer without candidates. The library takes an answer in two steps: its ICE agent first, then the fingerprint. A far
 * end that knows where to look would look before that, so that DTLS begins in between and finds no fingerprint to trust.
 * Now the first check is the window's own, which it makes once it has the whole answer, and by which the far end finds it
 * (RFC 8445 section 7.3.1.3).
 */
function withoutCandidates(sdp: string): string {
  return sdp.replace(/^a=(?:candidate:.*|end-of-candidates)\r?\n/gm, '');
}

function textField(input: unknown, name: string): string {
  const value: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined;
  return typeof value === 'string' ? value : '';
}

interface Leg {
  readonly peer: nodeDataChannel.PeerConnection;
  readonly voice: Voice;
  track: nodeDataChannel.Track | undefined;
  timer: NodeJS.Timeout | undefined;
  readonly heard: number[];
  /** Timestamp of the packet that should come next. */
  expected: number | undefined;
  isMuted: boolean;
}

/** Every request that the window got, with its time (performance.now). */
export interface WindowRequest {
  readonly name: RendererCall;
  readonly callId: string;
  readonly atMs: number;
}

/**
 * A window without a browser: it speaks the media part of the contract, sends a tone for a microphone, and keeps
 * what it hears. Its WebRTC is node-datachannel.
 */
export class ScriptedWindow implements WindowMedia {
  readonly requests: WindowRequest[] = [];
  isAvailable = true;
  /** One packet of ten is lost on the way out. */
  isLossy = false;
  /** What the next leg speaks. */
  voice: VoiceName = 'PCMU';
  /** Thrown at `media.start`, for a microphone that cannot be opened. */
  microphoneError: AppError | undefined;
  readonly #hz: number;
  readonly #legs = new Map<string, Leg>();
  readonly #keeper = new NativeKeeper();
  readonly #holderListeners = new Set<() => void>();

  constructor(hz: number) {
    this.#hz = hz;
  }

  codecs(): readonly RendererCodec[] {
    const { clockRateHz, channels } = voiceFormats[this.voice];
    return [{ kind: 'audio', name: this.voice, clockRateHz, channels }];
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
    const leg = this.#legs.get(callId);
    return {
      samples: Float32Array.from(leg?.heard ?? []),
      sampleRateHz: leg?.voice.sampleRateHz ?? voiceFormats[this.voice].sampleRateHz,
    };
  }

  /** How far the connection of a call has come, for saying why nothing is heard. */
  connection(callId: string): string {
    const leg = this.#legs.get(callId);
    if (leg === undefined) return 'none';
    const { peer, track } = leg;
    const opened = track?.isOpen() === true ? 'open' : 'not open';
    return `${peer.state()}, ICE ${peer.iceState()}, track ${opened}`;
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

  #newLeg(callId: string, voice: VoiceName): Leg {
    this.#close(callId);
    const peer = new nodeDataChannel.PeerConnection('window', {
      iceServers: [],
      bindAddress: '127.0.0.1',
      disableAutoNegotiation: true,
      forceMediaTransport: true,
    });
    this.#keeper.hold(peer);
    peer.onStateChange((state) => {
      if (state === 'closed') this.#keeper.closed(peer);
    });
    const leg: Leg = {
      ...{ peer, voice: openVoice(voice), heard: [], isMuted: false },
      ...{ track: undefined, timer: undefined, expected: undefined },
    };
    this.#legs.set(callId, leg);
    return leg;
  }

  #useTrack(leg: Leg, track: nodeDataChannel.Track): void {
    leg.track = track;
    this.#keeper.hold(track);
    track.onClosed(() => {
      this.#keeper.closed(track);
    });
    track.onMessage((packet) => {
      // The codec of a leg that was closed is gone.
      if (leg.track !== track) return;
      const isRtcp = (packet[1] ?? 0) >= 192 && (packet[1] ?? 0) <= 223;
      if (isRtcp || ((packet[1] ?? 0) & 0x7f) !== leg.voice.payloadType) return;
      this.#hear(leg, packet.readUInt32BE(4), packet.subarray(RTP_HEADER_BYTES));
    });
  }

  #hear(leg: Leg, timestamp: number, payload: Buffer): void {
    const { voice, heard, expected } = leg;
    const perStep = voice.sampleRateHz / voice.clockRateHz;
    const gap = expected === undefined ? 0 : (timestamp - expected) >>> 0;
    if (gap <= LONGEST_GAP_PACKETS * voice.clockSteps)
      for (let missing = gap * perStep; missing > 0; missing -= 1) heard.push(0);
    const decoded = voice.decode(payload);
    for (const sample of decoded) heard.push(sample / FULL_SCALE);
    leg.expected = (timestamp + decoded.length / perStep) >>> 0;
  }

  async #offer(callId: string): Promise<string> {
    const leg = this.#newLeg(callId, this.voice);
    const audio = new nodeDataChannel.Audio('0', 'SendRecv');
    audio.addAudioCodec(leg.voice.payloadType, leg.voice.name);
    audio.addSSRC(SSRC, 'window', 'stream', 'track');
    this.#useTrack(leg, leg.peer.addTrack(audio));
    return withoutCandidates(await this.#describe(leg, 'offer'));
  }

  async #answerOffer(callId: string, offerSdp: string): Promise<string> {
    const leg = this.#newLeg(callId, 'PCMU');
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
    const { payloadType, samples, clockSteps, sampleRateHz } = leg.voice;
    let sequence = 0;
    let sample = 0;
    let dueMs = performance.now();
    leg.timer = setInterval(() => {
      // Timers of a busy machine come late; the tone must not.
      for (; dueMs <= performance.now(); dueMs += PACKET_MS) {
        const header = Buffer.alloc(RTP_HEADER_BYTES);
        header.writeUInt8(0x80, 0);
        header.writeUInt8(payloadType, 1);
        header.writeUInt16BE(sequence & 0xffff, 2);
        header.writeUInt32BE((sequence * clockSteps) >>> 0, 4);
        header.writeUInt32BE(SSRC, 8);
        const peak = leg.isMuted ? 0 : TONE_PEAK;
        const tone = Int16Array.from({ length: samples }, (_, index) =>
          Math.round(peak * Math.sin((2 * Math.PI * this.#hz * (sample + index)) / sampleRateHz)),
        );
        const packet = Buffer.concat([header, leg.voice.encode(tone)]);
        sample += samples;
        sequence += 1;
        const isLost = this.isLossy && sequence % 10 === 0;
        if (leg.track?.isOpen() === true && !isLost) leg.track.sendMessageBinary(packet);
      }
    }, PACKET_MS / 2);
  }

  #close(callId: string): void {
    const leg = this.#legs.get(callId);
    if (leg === undefined) return;
    this.#legs.delete(callId);
    clearInterval(leg.timer);
    leg.track?.close();
    leg.track = undefined;
    leg.peer.close();
    leg.voice.close();
  }
}
