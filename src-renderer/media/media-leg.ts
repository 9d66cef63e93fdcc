import type { CallInput } from '../../src-shared/contract/contract.ts';
import type { MediaLegState } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { AudioOutput } from './audio-output.ts';
import { matchingCodec, toneStretch } from './codecs.ts';
import { MicrophoneError } from './microphone.ts';
import type { Microphone } from './microphone.ts';
import { legWords } from './leg-words.ts';
import type {} from './webrtc-extensions.ts';

/** Milliseconds that ICE may gather for a direct call: a TURN server that is down must not hold the call. */
const gatheringDeadlineMs = 1_000;
/** Milliseconds that `start` waits for the microphone; a person who is being asked takes longer, and the leg tells later. */
const microphonePatienceMs = 1_500;
/** RFC 4733 tones: long enough for slow machines at the far end, in milliseconds. */
const toneMs = 100;
const toneGapMs = 70;

type Codec = CallInput<'media.start'>['codec'];

export interface MediaLegOptions {
  readonly callId: string;
  readonly kinds: CallInput<'media.offer'>['kinds'];
  readonly iceServers: readonly string[];
  /** DTLS-SRTP over the real network rather than over loopback. */
  readonly direct: boolean;
  readonly microphone: Microphone;
  readonly output: AudioOutput;
  readonly report: (callId: string, state: MediaLegState, detail: string) => void;
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
 */
export class MediaLeg {
  readonly #options: MediaLegOptions;
  readonly #peer: RTCPeerConnection;
  #sender: RTCRtpSender | undefined;
  #track: MediaStreamTrack | undefined;
  #started = false;
  #muted = false;
  #codec: Codec = null;
  #reported: MediaLegState | undefined;
  #closed = false;

  constructor(options: MediaLegOptions) {
    this.#options = options;
    this.#peer = new RTCPeerConnection({
      bundlePolicy: 'balanced',
      iceServers: options.iceServers.map((urls) => ({ urls })),
    });
    this.#peer.addEventListener('connectionstatechange', () => {
      this.#stateChanged();
    });
    this.#peer.addEventListener('track', ({ track }) => {
      if (track.kind === 'audio') options.output.play(this, track);
    });
  }

  /** Whether the far end has sent sound, which then takes the place of our own ringback tone. */
  get heard(): boolean {
    return this.#options.output.heard(this);
  }

  /** Ready for another call's id: a warm leg was made before its call existed. */
  static async warm(options: MediaLegOptions): Promise<{ readonly leg: MediaLeg; readonly offer: string }> {
    const leg = new MediaLeg(options);
    return { leg, offer: await leg.offer() };
  }

  /** The offer, at once towards the gateway, with all candidates towards a server. */
  async offer(): Promise<string> {
    for (const kind of this.#options.kinds) {
      const { sender } = this.#peer.addTransceiver(kind, { direction: 'sendrecv' });
      if (kind === 'audio') this.#sender = sender;
    }
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.#localSdp();
  }

  async answer(sdp: string): Promise<void> {
    // The SIP side repeats its answer (RFC 3261 section 13.2.2.4: retransmitted 200, fork after 183).
    if (this.#peer.signalingState === 'stable') return;
    await this.#peer.setRemoteDescription({ type: 'answer', sdp });
    await this.#applyCodec();
  }

  /** The far end's offer of a direct call, first or in mid-call. */
  async remoteOffer(sdp: string): Promise<string> {
    await this.#peer.setRemoteDescription({ type: 'offer', sdp });
    for (const transceiver of this.#peer.getTransceivers()) {
      if (transceiver.receiver.track.kind !== 'audio' || transceiver.currentDirection === 'stopped') continue;
      this.#sender ??= transceiver.sender;
      // Held by the far end: we answer what is offered, and send again when it lets go.
      transceiver.direction = 'sendrecv';
    }
    await this.#attachTrack();
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    await this.#applyCodec();
    return this.#localSdp();
  }

  /** Opens the microphone and sends with this codec. A microphone that cannot be had is told by `media.leg`. */
  async start(codec: Codec): Promise<void> {
    this.#codec = codec;
    await this.#applyCodec();
    if (this.#started) return;
    this.#started = true;
    const opened = this.#openMicrophone();
    await Promise.race([opened, new Promise((resolve) => setTimeout(resolve, microphonePatienceMs))]);
  }

  mute(muted: boolean): void {
    this.#muted = muted;
    if (this.#track !== undefined) this.#track.enabled = !muted;
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
  get wishes(): { readonly started: boolean; readonly muted: boolean; readonly codec: Codec } {
    return { started: this.#started, muted: this.#muted, codec: this.#codec };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.output.silence(this);
    this.#track?.stop();
    this.#options.microphone.giveBack(this);
    this.#peer.close();
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
    track.enabled = !this.#muted;
    await this.#attachTrack();
  }

  async #attachTrack(): Promise<void> {
    if (this.#track !== undefined && !this.#closed) await this.#sender?.replaceTrack(this.#track);
  }

  /**
   * Picks the codec without renegotiation (W3C WebRTC Extensions, RTCRtpEncodingParameters.codec). Before the
   * answer nothing is negotiated: the wish is kept and applied then.
   */
  async #applyCodec(): Promise<void> {
    const sender = this.#sender;
    if (sender === undefined || this.#peer.signalingState !== 'stable') return;
    const parameters = sender.getParameters();
    const encoding = parameters.encodings[0];
    if (encoding === undefined) return;
    if (this.#options.direct) encoding.networkPriority = 'high';
    if (this.#codec !== null) {
      const codec = matchingCodec(parameters.codecs, this.#codec);
      if (codec === undefined) {
        throw new AppError('unsupported', legWords('noCodec'), `${this.#codec.name}/${this.#codec.clockRateHz}`);
      }
      const { mimeType, clockRate, channels, sdpFmtpLine } = codec;
      encoding.codec = {
        mimeType,
        clockRate,
        ...(channels === undefined ? {} : { channels }),
        ...(sdpFmtpLine === undefined ? {} : { sdpFmtpLine }),
      };
    }
    await sender.setParameters(parameters);
  }

  async #localSdp(): Promise<string> {
    if (this.#options.direct) await this.#gathered();
    const sdp = this.#peer.localDescription?.sdp;
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
