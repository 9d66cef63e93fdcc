import type { CallInput, CallOutput, RendererCall } from '../../src-shared/contract/contract.ts';
import type { RendererCodec } from '../../src-shared/contract/media.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { MediaSession, NegotiatedMedia } from '../media-gateway/media.ts';
import type { WindowMedia } from '../window-media.ts';
import type { CallMedia, CallMediaFactory } from './call-media.ts';

/** A window for tests: notes what it is asked, and answers as told. */
export class FakeWindow implements WindowMedia {
  readonly asked: RendererCall[] = [];
  isAvailable = true;
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

  async ask<Name extends RendererCall>(name: Name, _input: CallInput<Name>): Promise<CallOutput<Name>> {
    this.asked.push(name);
    if (!this.isAvailable) throw new AppError('media', 'No window holds the microphone.');
    const failure = this.failuresOnce.get(name) ?? this.failures.get(name);
    this.failuresOnce.delete(name);
    if (failure !== undefined) throw failure;
    if (this.hangsAt === name) await new Promise(() => undefined);
    const answers: Partial<Record<RendererCall, unknown>> = {
      'media.offer': { sdp: fakeSdp },
      'media.remoteOffer': { sdp: fakeSdp },
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
  readonly #window: WindowMedia;
  readonly #listeners = new Set<(callIds: readonly string[]) => void>();

  constructor(window: WindowMedia) {
    this.#window = window;
  }

  open(callId: string): CallMedia {
    const media = new FakeMedia(callId, this.#window);
    this.opened.push(media);
    return media;
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
  readonly path = 'gateway';
  readonly encrypted = false;
  readonly session: MediaSession;
  readonly digits: string[] = [];
  offers = 0;
  legs = 0;
  isClosed = false;
  /** What offer and answer agree on, or the error that they end in. */
  agrees: NegotiatedMedia | Error = negotiated;
  readonly #window: WindowMedia;

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
      acceptAnswer: agree,
      createAnswer: async () => ({ sdp: fakeSdp, negotiated: await agree() }),
      sendDtmf: (digits) => {
        this.digits.push(digits);
        return Promise.resolve();
      },
      setHold: () => undefined,
      stats: () => Promise.resolve({ callId, kinds: [], rendererLeg: 'none' }),
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
