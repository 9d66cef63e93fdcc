import type { CallInput, CallOutput, RendererCall } from '../../src-shared/contract/contract.ts';
import type { RendererCodec } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { MediaSession, NegotiatedAudio, NegotiatedMedia, MediaStats } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia, CallMediaFactory } from './call-media.ts';

/** A window for tests: notes what it is asked, and answers as told. */
export class FakeWindow implements WindowMedia {
  readonly asked: RendererCall[] = [];
  /** With what, each. */
  readonly inputs: unknown[] = [];
  isAvailable = true;
  /** What its connections say of themselves. */
  sdp = fakeSdp;
  /** Thrown when the window is asked this. */
  readonly failures = new Map<RendererCall, Error>();
  /** Thrown when the window is asked this the first time only. */
  readonly failuresOnce = new Map<RendererCall, Error>();
  /** While set, the window does not answer this. */
  hangsAt: RendererCall | undefined;
  readonly #listeners = new Set<() => void>();

  codecs(): readonly RendererCodec[] | undefined {
    return undefined;
  }

  available(): boolean {
    return this.isAvailable;
  }

  async ask<Name extends RendererCall>(name: Name, input: CallInput<Name>): Promise<CallOutput<Name>> {
    this.asked.push(name);
    this.inputs.push(input);
    if (!this.isAvailable) throw new AppError('media', 'No window holds the microphone.');
    const failure = this.failuresOnce.get(name) ?? this.failures.get(name);
    this.failuresOnce.delete(name);
    if (failure !== undefined) throw failure;
    if (this.hangsAt === name) await new Promise(() => undefined);
    const answers: Partial<Record<RendererCall, unknown>> = {
      'media.offer': { sdp: this.sdp },
      'media.remoteOffer': { sdp: this.sdp },
    };
    // The table holds what the contract says for each name.
    return (answers[name] ?? null) as CallOutput<Name>;
  }

  onHolderChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  reload(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const fakeSdp = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.7',
  's=-',
  'c=IN IP4 192.0.2.7',
  't=0 0',
  'm=audio 4000 RTP/AVP 8 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');

const negotiated: NegotiatedMedia = {
  audio: {
    codec: 'PCMA',
    clockRateHz: 8000,
    channels: 1,
    payloadType: 8,
    direction: 'sendrecv',
    telephoneEvent: 101,
  },
};

/** Media for tests, in place of the gateway process. */
export class FakeMediaFactory implements CallMediaFactory {
  readonly opened: FakeMedia[] = [];
  /** Has each one as it is opened. */
  onOpened: (media: FakeMedia) => void = () => undefined;
  readonly #window: WindowMedia;
  readonly #listeners = new Set<(callIds: readonly string[]) => void>();

  constructor(window: WindowMedia) {
    this.#window = window;
  }

  open(callId: string): FakeMedia {
    const media = new FakeMedia(callId, this.#window);
    this.opened.push(media);
    this.onOpened(media);
    return media;
  }

  expectCalls(): void {
    return undefined;
  }

  onDied(listener: (callIds: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  die(): void {
    for (const listener of this.#listeners) listener(this.opened.map((media) => media.session.callId));
  }
}

export class FakeMedia implements CallMedia {
  path: CallMedia['path'] = 'gateway';
  /** What stands in the way of the next offer. */
  refusal: string | undefined;
  readonly session: MediaSession;
  readonly digits: string[] = [];
  /** SDP answers of the far end that were taken. */
  readonly answers: string[] = [];
  offers = 0;
  legs = 0;
  isClosed = false;
  /** What the next offer or answer says of hold. */
  isHeld = false;
  /** What offer and answer agree on, or the error that they end in. */
  agrees: NegotiatedMedia | Error = negotiated;
  /** The answer is seen to be unusable before it is applied. */
  unusable: Error | undefined;
  /** What the gateway knows of the window's leg. */
  rendererLeg: MediaStats['rendererLeg'] = 'none';
  /** Applying an answer takes until then. */
  applying: Promise<void> | undefined;
  readonly #window: WindowMedia;

  protects(audio: NegotiatedAudio | undefined): boolean {
    return audio?.srtpSuite !== undefined;
  }

  insists(): boolean {
    return false;
  }

  wordsForRefusal(status: number): string | undefined {
    return status === 488 ? this.refusal : undefined;
  }

  constructor(callId: string, window: WindowMedia) {
    this.#window = window;
    const agree = (): Promise<NegotiatedMedia> =>
      this.agrees instanceof Error ? Promise.reject(this.agrees) : Promise.resolve(this.agrees);
    this.session = {
      callId,
      createOffer: () => {
        this.offers += 1;
        return Promise.resolve(fakeSdp);
      },
      readAnswer: () => {
        if (this.unusable !== undefined) throw this.unusable;
        return this.agrees instanceof Error ? undefined : this.agrees;
      },
      acceptAnswer: async (sdp) => {
        this.answers.push(sdp);
        await this.applying;
        return await agree();
      },
      createAnswer: async () => ({ sdp: fakeSdp, negotiated: await agree() }),
      sendDtmf: (digits) => {
        this.digits.push(digits);
        return Promise.resolve();
      },
      setHold: (held) => {
        this.isHeld = held;
      },
      readOffer: () => {
        if (this.refusal !== undefined) throw new AppError('media', this.refusal);
        if (this.agrees instanceof Error) throw this.agrees;
      },
      moveTo: () => false,
      requireEncryption: () => undefined,
      stats: () => Promise.resolve({ callId, kinds: [], rendererLeg: this.rendererLeg }),
      close: () => this.close(),
    };
  }

  async connectWindow(): Promise<'connected'> {
    const { callId } = this.session;
    await this.#window.ask('media.offer', { callId, kinds: ['audio'], path: 'gateway', iceServers: [] });
    await this.#window.ask('media.answer', { callId, sdp: fakeSdp });
    this.legs += 1;
    return 'connected';
  }

  dtmf(digits: string): Promise<void> {
    return this.session.sendDtmf(digits);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
