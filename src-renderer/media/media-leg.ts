import type { IceServer } from '../../src-shared/contract/media.ts';
import type { CallInput, CallOutput } from '../../src-shared/contract/contract.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { AudioOutput } from './audio-output.ts';
import { namesForAnswer, offerWithOnly, preferredCodecs, toneStretch } from './codecs.ts';
import { KeyTones } from './key-tones.ts';
import { MicrophoneError } from './microphone.ts';
import type { Microphone } from './microphone.ts';
import { legWords } from './leg-words.ts';
import type { MixMember } from './mixer.ts';
import { SenderCodec } from './sender-codec.ts';
import type { Codec } from './sender-codec.ts';
import { readSoundStats } from './sound-stats.ts';

/** Milliseconds that ICE may gather for a direct call: a TURN server that is down must not hold the call. */
const gatheringDeadlineMs = 1_000;
/** `errorCode` of a server that cannot be reached at all (W3C WebRTC, RTCPeerConnectionIceErrorEvent). */
const unreachable = 701;
/** Milliseconds that `start` waits for the microphone; a person who is being asked takes longer, and the leg tells later. */
const microphonePatienceMs = 1_500;
/** RFC 4733 tones: long enough for slow machines at the far end, in milliseconds. */
const toneMs = 100;
const toneGapMs = 70;

/** After an answer the connection may still be coming up: so often, and so many milliseconds apart, it is looked at. */
const firstPacketLooks = 50;
const firstPacketLookMs = 20;

export interface MediaLegOptions {
  readonly callId: string;
  readonly kinds: CallInput<'media.offer'>['kinds'];
  readonly iceServers: readonly IceServer[];
  /** Nothing goes any other way than through a TURN server. */
  readonly relayOnly?: boolean;
  /** DTLS-SRTP over the real network rather than over loopback. */
  readonly direct: boolean;
  /** Direct calls: what may be negotiated, in order of preference; absent: everything. */
  readonly codecs?: readonly string[];
  readonly microphone: Microphone;
  readonly output: AudioOutput;
  readonly report: (callId: string, state: MediaLegState, detail: string) => void;
  /** Another microphone or another far end is to be mixed, where this leg is part of a conference. */
  readonly sourcesChanged?: () => void;
  /** Made before there is a call: it plays nothing until `wake`. */
  readonly asleep?: boolean;
}

/** Packets of sound of a call, counted in this window. */
export interface SoundFlow {
  readonly packetsOut: number;
  readonly packetsIn: number;
}

/**
 * One call's peer connection.
 *
 *   new --offer | remoteOffer--> negotiating --answer--> connecting --connected--> connected
 *   connecting | connected --ICE or DTLS failed--> failed
 *   connected --remoteOffer (direct re-INVITE)--> connected
 *   any --close--> closed
 *
 * The microphone is a life of its own (off, opening, open, refused); the leg is reported `live` once both are there.
 * What is sent is nothing while the call is on hold, else the mix of a conference, else the microphone.
 */
export class MediaLeg implements MixMember {
  readonly #options: MediaLegOptions;
  readonly #peer: RTCPeerConnection;
  readonly #codec: SenderCodec;
  #sender: RTCRtpSender | undefined;
  #track: MediaStreamTrack | undefined;
  #mix: MediaStreamTrack | undefined;
  #remote: MediaStreamTrack | undefined;
  #started = false;
  /** Sound of keys that is sent in place of the microphone. */
  #keyTones: MediaStreamTrack | undefined;
  #muted = false;
  #held = false;
  #turnProblem: 'turnRefused' | 'turnSilent' | undefined;
  #reported: MediaLegState | undefined;
  #closed = false;
  #asleep: boolean;

  constructor(options: MediaLegOptions) {
    this.#options = options;
    this.#asleep = options.asleep ?? false;
    this.#peer = new RTCPeerConnection({
      bundlePolicy: 'balanced',
      iceServers: [...options.iceServers],
      iceTransportPolicy: options.relayOnly === true ? 'relay' : 'all',
    });
    this.#codec = new SenderCodec(this.#peer, options.direct);
    this.#peer.addEventListener('icecandidateerror', ({ url, errorCode, errorText }) => {
      if (!url.startsWith('turn')) return;
      this.#turnProblem ??= errorCode === unreachable ? 'turnSilent' : 'turnRefused';
      // Without it there is no call, and its end says why.
      if (this.#options.relayOnly !== true) this.#report(this.#turnProblem, `${url}: ${errorCode} ${errorText}`);
    });
    this.#peer.addEventListener('connectionstatechange', () => {
      this.#stateChanged();
    });
    this.#peer.addEventListener('track', ({ track }) => {
      if (track.kind !== 'audio') return;
      this.#remote = track;
      if (!this.#asleep) this.#hear(track);
    });
  }

  /** Whether the far end has sent sound, which then takes the place of our own ringback tone. */
  get heard(): boolean {
    return this.#options.output.heard(this);
  }

  /** There is a call now: what comes is heard. */
  wake(): void {
    if (!this.#asleep) return;
    this.#asleep = false;
    if (this.#remote !== undefined) this.#hear(this.#remote);
  }

  /** Packets of sound so far: from this window, and to it. */
  async flow(): Promise<SoundFlow> {
    const flow = { packetsOut: 0, packetsIn: 0 };
    // RTCStatsReport has a type for each kind of report, and none of them is in TypeScript's library.
    (await this.#peer.getStats()).forEach((report: { type?: string; kind?: string; [name: string]: unknown }) => {
      if (report.kind !== 'audio') return;
      if (report.type === 'outbound-rtp') flow.packetsOut += Number(report['packetsSent'] ?? 0);
      if (report.type === 'inbound-rtp') flow.packetsIn += Number(report['packetsReceived'] ?? 0);
    });
    return flow;
  }

  /** The offer, at once towards the gateway, with all candidates towards a server. */
  async offer(): Promise<string> {
    for (const kind of this.#options.kinds) {
      const transceiver = this.#peer.addTransceiver(kind, { direction: 'sendrecv' });
      if (kind !== 'audio') continue;
      this.#sender = transceiver.sender;
      this.#prefer(transceiver, this.#options.codecs);
    }
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.#localSdp();
  }

  async answer(sdp: string): Promise<void> {
    // The SIP side repeats its answer (RFC 3261 section 13.2.2.4: retransmitted 200, fork after 183).
    if (this.#peer.signalingState === 'stable') return;
    await this.#peer.setRemoteDescription({ type: 'answer', sdp });
    await this.#codec.apply(this.#sender);
  }

  /** The far end's offer of a direct call, first or in mid-call. */
  async remoteOffer(sdp: string): Promise<string> {
    const { codecs } = this.#options;
    const names = codecs && namesForAnswer(codecs, sdp);
    await this.#peer.setRemoteDescription({ type: 'offer', sdp: names ? offerWithOnly(names, sdp) : sdp });
    for (const transceiver of this.#peer.getTransceivers()) {
      if (transceiver.receiver.track.kind !== 'audio' || transceiver.currentDirection === 'stopped') continue;
      this.#sender ??= transceiver.sender;
      // Held by the far end: we answer what is offered, and send again when it lets go.
      transceiver.direction = 'sendrecv';
      this.#prefer(transceiver, names);
    }
    await this.#attachTrack();
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    await this.#codec.apply(this.#sender);
    return this.#localSdp();
  }

  /** Opens the microphone and sends with this codec. A microphone that cannot be had is told by `media.leg`. */
  async start(codec: Codec): Promise<void> {
    this.#codec.wish = codec;
    await this.#codec.apply(this.#sender);
    if (this.#started) return;
    this.#started = true;
    const opened = this.#openMicrophone();
    await Promise.race([opened, new Promise((resolve) => setTimeout(resolve, microphonePatienceMs))]);
  }

  mute(muted: boolean): void {
    this.#muted = muted;
    this.#openOrShut();
  }

  /** On hold nothing is sent, not even silence, and nothing is heard. A mute outlives it. */
  async hold(held: boolean): Promise<void> {
    this.#held = held;
    this.#openOrShut();
    this.#options.output.hush(this, held);
    await this.#attachTrack();
  }

  /** This call's own microphone, muted with it. */
  get microphone(): MediaStreamTrack | undefined {
    return this.#track;
  }

  /** The far end's sound. */
  get remote(): MediaStreamTrack | undefined {
    return this.#remote;
  }

  async sendMix(mix: MediaStreamTrack | undefined): Promise<void> {
    if (mix === this.#mix) return;
    this.#mix = mix;
    await this.#attachTrack();
  }

  /** Sends digits as sound, in place of the microphone; resolves when the last one is out. */
  async tones(digits: string): Promise<void> {
    await this.#inPlaceOfMicrophone((tones) => tones.play(digits));
  }

  /** Tells the far end by one note that nobody's hand answered its call. */
  async notice(): Promise<void> {
    await this.#inPlaceOfMicrophone((tones) => tones.notice());
  }

  async #inPlaceOfMicrophone(play: (tones: KeyTones) => Promise<void>): Promise<void> {
    const tones = new KeyTones();
    this.#keyTones = tones.track;
    try {
      await tones.start();
      await this.#attachTrack();
      await this.#sends();
      await play(tones);
    } finally {
      this.#keyTones = undefined;
      await this.#attachTrack();
      await tones.close();
    }
  }

  /** Resolves when packets leave: what is played before that, nobody hears. Waits no longer than a moment. */
  async #sends(): Promise<void> {
    const before = (await this.flow()).packetsOut;
    for (let look = 0; look < firstPacketLooks && !this.#closed; look += 1) {
      if ((await this.flow()).packetsOut > before) return;
      await new Promise((resolve) => setTimeout(resolve, firstPacketLookMs));
    }
  }

  /** RFC 4733 tones by the window itself: direct calls only. Throws AppError `unsupported`. */
  dtmf(digits: string): void {
    const tones = this.#sender?.dtmf;
    if (tones === null || tones?.canInsertDTMF !== true)
      throw new AppError('unsupported', legWords('noTones'), 'telephone-event was not negotiated');
    const parameters = this.#sender?.getParameters();
    const stretch = toneStretch(parameters?.codecs ?? [], parameters?.encodings[0]?.codec);
    tones.insertDTMF(tones.toneBuffer + digits, toneMs * stretch, toneGapMs);
  }

  /** What a leg that takes this one's place goes on with. */
  get wishes(): {
    readonly started: boolean;
    readonly muted: boolean;
    readonly held: boolean;
    readonly codec: Codec;
  } {
    return { started: this.#started, muted: this.#muted, held: this.#held, codec: this.#codec.wish };
  }

  /** What the connection has counted so far. */
  async stats(): Promise<CallOutput<'media.stats'>> {
    return readSoundStats(await this.#peer.getStats());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#codec.close();
    this.#options.output.silence(this);
    this.#track?.stop();
    this.#options.microphone.giveBack(this);
    this.#peer.close();
  }

  #hear(track: MediaStreamTrack): void {
    this.#options.output.play(this, track);
    this.#options.sourcesChanged?.();
  }

  async #openMicrophone(): Promise<void> {
    let track: MediaStreamTrack;
    try {
      track = await this.#options.microphone.take(this, (next) => {
        void this.#useTrack(next);
      });
    } catch (error) {
      this.#options.microphone.giveBack(this);
      if (!(error instanceof MicrophoneError)) throw error;
      this.#report(error.problem, error.message);
      return;
    }
    await this.#useTrack(track);
    this.#stateChanged();
  }

  async #useTrack(track: MediaStreamTrack): Promise<void> {
    if (this.#closed) {
      track.stop();
      return;
    }
    this.#track?.stop();
    this.#track = track;
    this.#openOrShut();
    await this.#attachTrack();
    this.#options.sourcesChanged?.();
  }

  #openOrShut(): void {
    if (this.#track !== undefined) this.#track.enabled = !this.#muted && !this.#held;
  }

  async #attachTrack(): Promise<void> {
    if (this.#closed) return;
    await this.#sender?.replaceTrack(this.#held ? null : (this.#keyTones ?? this.#mix ?? this.#track ?? null));
  }

  /** Throws AppError `unsupported` when this browser has none of these voices. */
  #prefer(transceiver: RTCRtpTransceiver, names: readonly string[] | undefined): void {
    if (names === undefined) return;
    const wanted = preferredCodecs(names, RTCRtpReceiver.getCapabilities('audio')?.codecs ?? []);
    if (wanted === undefined) throw new AppError('unsupported', legWords('noCodec'), names.join());
    transceiver.setCodecPreferences([...wanted]);
  }

  async #localSdp(): Promise<string> {
    if (this.#options.direct) await this.#gathered();
    const sdp = this.#peer.localDescription?.sdp;
    if (this.#options.relayOnly === true && sdp?.includes('a=candidate:') !== true)
      throw new AppError('media', legWords(this.#turnProblem ?? 'turnSilent'), 'no relay candidate');
    if (sdp === undefined) throw new AppError('media', legWords('failed'), 'no local description');
    return sdp;
  }

  #gathered(): Promise<void> {
    if (this.#peer.iceGatheringState === 'complete') return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, gatheringDeadlineMs);
      this.#peer.addEventListener('icegatheringstatechange', () => {
        if (this.#peer.iceGatheringState !== 'complete') return;
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #stateChanged(): void {
    switch (this.#peer.connectionState) {
      case 'connecting':
        this.#report('connecting', '');
        break;
      case 'connected':
        if (this.#track !== undefined) this.#report('live', '');
        break;
      case 'failed':
        this.#report('failed', legWords('failed'));
        break;
      // `disconnected` heals by itself or becomes `failed`.
      case 'new':
      case 'disconnected':
      case 'closed':
        break;
    }
  }

  #report(state: MediaLegState, detail: string): void {
    if (this.#closed || this.#reported === state) return;
    this.#reported = state;
    this.#options.report(this.#options.callId, state, detail);
  }
}
